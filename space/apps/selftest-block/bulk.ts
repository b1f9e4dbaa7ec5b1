// Whole devices: read with several asynchronous requests at a time, each scattered over pages in reverse order, and written
// with calls, so that both ways of asking are used.

import { BLOCK_SECTOR_SHIFT } from "../../../abi/block";
import { EBADMSG } from "../../../abi/errno";
import { PAGE_SHIFT, PAGE_SIZE } from "../../../abi/limits";
import { NO_TIMEOUT } from "../../../abi/message";
import { BLOCK_COMPLETED, BLOCK_READ } from "../../../abi/ops";
import { SYS_EP_CREATE } from "../../../abi/syscall";
import { BlockDevice, blockRequest, connectCompletions, flushDevice, writeSectors } from "../../lib/block";
import { message } from "../../lib/hnx_ipc";
import { epRecv, syscall } from "../../lib/sys";
import { Checksum } from "./checksum";
import { SharedMemory } from "./shared_memory";

const PAGE_SECTORS: u32 = PAGE_SIZE >> BLOCK_SECTOR_SHIFT;
const CHUNK_PAGES: u32 = 16; // of a request: 64 KiB
const CHUNK_SECTORS: u32 = CHUNK_PAGES * PAGE_SECTORS;
const IN_FLIGHT: u32 = 12; // more than a disk holds at a time
const WRITE_SECTORS: u32 = 256;

/** What a failed run ended with. */
export let failure: i32 = 0;

/** Asks for chunk `chunk` of the device into its place of the memory. */
function submit(device: BlockDevice, memory: SharedMemory, chunk: u64): i32 {
  const first = chunk * CHUNK_SECTORS;
  const left = device.sectors - first;
  const pages = left >= CHUNK_SECTORS ? CHUNK_PAGES : <u32>left / PAGE_SECTORS;
  const place = <u32>(chunk % IN_FLIGHT) * CHUNK_PAGES;
  const request = blockRequest(BLOCK_READ, device.id, first, pages * PAGE_SECTORS, chunk);
  for (let page = pages; page > 0; page--) request.piece(memory.attachment, (place + page - 1) << PAGE_SHIFT);
  return request.submit();
}

/** Waits for a completion. → its chunk; failure tells whether it was one, and a good one */
function complete(): u64 {
  const m = message();
  const status = epRecv(completions, NO_TIMEOUT);
  m.rewind();
  const chunk = m.readU64();
  const result = <i64>m.readU64();
  if (status < 0) failure = <i32>status;
  else if (m.op != BLOCK_COMPLETED || !m.ok) failure = -EBADMSG;
  else if (result < 0) failure = <i32>result;
  return chunk;
}
let completions: u32 = 0;
const finished: StaticArray<bool> = new StaticArray<bool>(<i32>IN_FLIGHT);

/** CRC-32 of a device of whole pages. failure: 0, or -errno of what went wrong. */
export function checksumDevice(device: BlockDevice): u32 {
  const memory = new SharedMemory();
  const sum = new Checksum();
  const epid = syscall(SYS_EP_CREATE, 0, 0, 0, 0, 0, 0);
  completions = <u32>epid;
  failure = epid < 0 ? <i32>epid : connectCompletions(completions);
  if (!failure) failure = memory.create(IN_FLIGHT * CHUNK_PAGES);
  const chunks = (device.sectors + CHUNK_SECTORS - 1) / CHUNK_SECTORS;
  let asked: u64 = 0;
  for (let chunk: u64 = 0; chunk < chunks && !failure; chunk++) {
    while (asked < chunks && asked < chunk + IN_FLIGHT && !failure) failure = submit(device, memory, asked++);
    while (!failure && !finished[<i32>(chunk % IN_FLIGHT)]) finished[<i32>(complete() % IN_FLIGHT)] = true;
    finished[<i32>(chunk % IN_FLIGHT)] = false;
    addChunk(
      sum,
      memory.address + <usize>(chunk % IN_FLIGHT) * CHUNK_PAGES * PAGE_SIZE,
      device.sectors - chunk * CHUNK_SECTORS,
    );
  }
  return sum.value;
}

/** Sums a chunk up, whose pages lie in reverse order. */
function addChunk(sum: Checksum, at: usize, left: u64): void {
  const pages = left >= CHUNK_SECTORS ? CHUNK_PAGES : <u32>left / PAGE_SECTORS;
  for (let page = pages; page > 0; page--) sum.add(at + (page - 1) * PAGE_SIZE, PAGE_SIZE);
}

/** Writes a pattern that depends on the position and the seed over a device, and flushes. → the pattern's CRC-32 */
export function writeDevice(device: BlockDevice, seed: u32): u32 {
  const memory = new SharedMemory();
  const sum = new Checksum();
  failure = memory.create((WRITE_SECTORS << BLOCK_SECTOR_SHIFT) / PAGE_SIZE);
  let state = seed;
  for (let first: u64 = 0; first < device.sectors && !failure; first += WRITE_SECTORS) {
    const sectors = <u32>min(<u64>WRITE_SECTORS, device.sectors - first);
    const bytes = sectors << BLOCK_SECTOR_SHIFT;
    for (let i: u32 = 0; i < bytes; i += 4) {
      state = state * 1664525 + 1013904223;
      store<u32>(memory.address + i, state);
    }
    sum.add(memory.address, bytes);
    failure = writeSectors(device.id, first, sectors, memory.attachment, 0);
  }
  if (!failure) failure = flushDevice(device.id);
  return sum.value;
}
