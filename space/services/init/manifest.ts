// Reads the manifest's table (manifest_layout.ts) where it lies in the boot archive. The toolchain has checked what it says;
// that it is whole and in range is checked here again, because an archive can be put together by anyone.

import { DEVICE_UART, DEVICE_VIRTIO, MAX_VIRTIO_SLOTS } from "../../../abi/construct";
import {
  MESSAGE_PRIORITIES,
  PRIVILEGE_DEVICES,
  PRIVILEGE_DMA,
  PRIVILEGE_INITRD,
  PRIVILEGE_KILL,
  PRIVILEGE_LOG,
  PRIVILEGE_POWER,
  PRIVILEGE_SPAWN,
  isServiceEndpoint,
} from "../../../abi/endpoints";
import {
  DEVICE_KIND_SHIFT,
  MANIFEST_HEADER_SIZE,
  MANIFEST_MAGIC,
  MANIFEST_RECORD_SIZE,
  MANIFEST_SERVICES,
  MANIFEST_VERSION,
  MAX_DENIED,
  MAX_DEVICES,
  MAX_SERVICES,
  NAME_BYTES,
  PROGRAM_BYTES,
  RECORD_DENIED,
  RECORD_DEVICES,
  RECORD_NAME,
  RECORD_PROGRAM,
  RECORD_QUOTAS,
  RECORD_SIZE,
  RESTART_ALWAYS,
  SERVICE_MEMORY_PAGES_MAX,
  SERVICE_PRIORITY_MAX,
  SERVICE_PRIORITY_MIN,
} from "./manifest_layout";

const KNOWN_PRIVILEGES: u32 =
  PRIVILEGE_SPAWN |
  PRIVILEGE_LOG |
  PRIVILEGE_DEVICES |
  PRIVILEGE_POWER |
  PRIVILEGE_KILL |
  PRIVILEGE_INITRD |
  PRIVILEGE_DMA;
const VERSION_OFFSET: usize = 4;

/** One service of the manifest. */
@unmanaged
export class ServiceRecord {
  endpoint: u32; // well-known endpoint that it receives on; 0: none
  priority: u32; // of its thread
  privileges: u32;
  memoryMaxPages: u32; // 64 KiB; 0: as the program says
  messagePriority: u32; // the highest it may send with
  restart: u32; // RESTART_…
  devices: u32; // how many
  denied: u32; // how many

  /** Device `i`: kind << DEVICE_KIND_SHIFT | index. */
  @inline device(i: u32): u32 {
    return load<u32>(changetype<usize>(this) + RECORD_DEVICES + ((<usize>i) << 2));
  }
  /** Endpoint `i` of those that it may not send to. */
  @inline deniedEndpoint(i: u32): u32 {
    return load<u32>(changetype<usize>(this) + RECORD_DENIED + ((<usize>i) << 2));
  }
  /** Quota `which` (QUOTA_… of abi/construct.ts), or QUOTA_KEEP. */
  @inline quota(which: u32): u32 {
    return load<u32>(changetype<usize>(this) + RECORD_QUOTAS + ((<usize>(which - 1)) << 2));
  }
  @inline get name(): usize {
    return changetype<usize>(this) + RECORD_NAME + 1;
  }
  @inline get nameLength(): u32 {
    return load<u8>(changetype<usize>(this), RECORD_NAME);
  }
  @inline get program(): usize {
    return changetype<usize>(this) + RECORD_PROGRAM + 1;
  }
  @inline get programLength(): u32 {
    return load<u8>(changetype<usize>(this), RECORD_PROGRAM);
  }
}

let records: usize = 0;
/** Services in the manifest; 0 before readManifest(). */
export let serviceCount: u32 = 0;

/** Service `i`, below serviceCount. */
@inline
export function serviceAt(i: u32): ServiceRecord {
  return changetype<ServiceRecord>(records + <usize>i * RECORD_SIZE);
}

/** What is wrong with the numbers of a record, or "". */
function checkNumbers(record: ServiceRecord): string {
  if (record.endpoint && !isServiceEndpoint(record.endpoint)) return "an endpoint that is not well known";
  if (record.priority < SERVICE_PRIORITY_MIN || record.priority > SERVICE_PRIORITY_MAX)
    return "a wrong priority";
  if (record.messagePriority >= MESSAGE_PRIORITIES) return "a wrong message priority";
  if ((record.privileges & ~KNOWN_PRIVILEGES) != 0) return "unknown privileges";
  if (record.memoryMaxPages > SERVICE_MEMORY_PAGES_MAX) return "more memory than there are addresses";
  if (record.restart > RESTART_ALWAYS) return "an unknown restart policy";
  return "";
}

/** word: kind << DEVICE_KIND_SHIFT | index. */
function isDevice(word: u32): bool {
  const kind = word >> DEVICE_KIND_SHIFT;
  const index = word & ((1 << DEVICE_KIND_SHIFT) - 1);
  return (kind == DEVICE_UART && index == 0) || (kind == DEVICE_VIRTIO && index < MAX_VIRTIO_SLOTS);
}

/** What is wrong with the lists and texts of a record, or "". */
function checkLists(record: ServiceRecord): string {
  if (record.devices > MAX_DEVICES || record.denied > MAX_DENIED)
    return "too many devices or denied endpoints";
  for (let i: u32 = 0; i < record.devices; i++) {
    if (!isDevice(record.device(i))) return "a device that no machine has";
  }
  for (let i: u32 = 0; i < record.denied; i++) {
    if (!isServiceEndpoint(record.deniedEndpoint(i))) return "a denied endpoint that is not well known";
  }
  if (record.nameLength == 0 || record.nameLength >= NAME_BYTES) return "a name that is empty or too long";
  if (record.programLength == 0 || record.programLength >= PROGRAM_BYTES)
    return "a program that is empty or too long";
  return "";
}

/** Whether one of the first `count` records has `endpoint`. */
function isTaken(endpoint: u32, count: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    if (serviceAt(i).endpoint == endpoint) return true;
  }
  return false;
}

/** Takes the table of `size` bytes at `table` as the manifest. → what is wrong with it (then there is none), or "" */
export function readManifest(table: usize, size: u32): string {
  serviceCount = 0;
  if (size < MANIFEST_HEADER_SIZE || load<u32>(table) != MANIFEST_MAGIC) return "no manifest";
  if (load<u32>(table, VERSION_OFFSET) != MANIFEST_VERSION) return "another version";
  if (load<u32>(table, MANIFEST_RECORD_SIZE) != RECORD_SIZE) return "records of another size";
  const count = load<u32>(table, MANIFEST_SERVICES);
  if (count > MAX_SERVICES) return "too many services";
  if (size != MANIFEST_HEADER_SIZE + count * RECORD_SIZE)
    return "a size that does not fit the number of services";
  records = table + MANIFEST_HEADER_SIZE;
  for (let i: u32 = 0; i < count; i++) {
    const record = serviceAt(i);
    const numbers = checkNumbers(record);
    if (numbers.length) return numbers;
    const lists = checkLists(record);
    if (lists.length) return lists;
    if (record.endpoint != 0 && isTaken(record.endpoint, i)) return "two services on one endpoint";
  }
  serviceCount = count;
  return "";
}
