// Devices, interrupts and the log: for processes that were granted the device, or hold the privilege.

import { DEVICE_UART, DEVICE_VIRTIO } from "../../../abi/construct";
import { EBUSY, EFAULT, EINVAL, ENODEV, ENOMEM, EPERM } from "../../../abi/errno";
import { PRIVILEGE_LOG } from "../../../abi/endpoints";
import { PAGE_SHIFT, PAGE_SIZE } from "../../../abi/limits";
import { PROT_READ, PROT_WRITE } from "../../../abi/program";
import { Thread } from "../../../core/ipc/thread";
import { uartBase, uartInterrupt, virtioCount, virtioSlots } from "../../boot/machine";
import { acknowledgeInterrupt, routeInterrupt } from "../../irq/irq";
import {
  LOG_ERROR,
  beginLine,
  endLine,
  logReader,
  put,
  putBytes,
  readLog,
  setLogReader,
} from "../../log/log";
import { addRegion, mapFrame } from "../../memory/address_space";
import { checkOwnPlace, emptyPages } from "../../memory/mapping";
import { PTE_DEVICE, pageAttributes } from "../../memory/page_table";
import { copyFromUser, copyToUser } from "../../memory/user_copy";
import { Process, deviceAddress, nameAddress, processOf } from "../process";
import { checkRange } from "./arguments";

const LOG_CHUNK: u32 = 256; // bytes moved at a time, and the longest line a process may log
const chunk: usize = memory.data(256, 8);
/** Not 0, so that unmapObject finds no object behind a device's region. */
const NO_OBJECT: u32 = 0xffffffff;

function isGranted(p: Process, kind: u64, index: u64): bool {
  if (kind > 0xffff || index > 0xffff) return false;
  for (let i: u32 = 0; i < p.devices; i++) {
    if (load<u32>(deviceAddress(p, i)) == (((<u32>kind) << 16) | (<u32>index))) return true;
  }
  return false;
}

/** Address of a device's registers, 0 if the machine has none such. */
function registersOf(kind: u32, index: u32): usize {
  if (kind == DEVICE_UART && index == 0) return uartBase;
  return kind == DEVICE_VIRTIO && index < virtioCount
    ? <usize>load<u32>(virtioSlots + ((<usize>index) << 3))
    : 0;
}

function interruptOf(kind: u32, index: u32): u32 {
  return kind == DEVICE_UART ? uartInterrupt : load<u32>(virtioSlots + ((<usize>index) << 3), 4);
}

/** driver_register(DEVICE_UART): the caller reads the log and owns the UART from now on. */
export function sysDriverRegister(t: Thread): i64 {
  const p = processOf(t);
  if (t.x0 != <u64>DEVICE_UART) return -EINVAL;
  if (!isGranted(p, DEVICE_UART, 0) || !(p.privileges & PRIVILEGE_LOG)) return -EPERM;
  if (logReader() && logReader() != t.pid) return -EBUSY;
  setLogReader(t.pid);
  return 0;
}

/** map_mmio(kind, index, address): → offset of the registers in the page at `address`. */
export function sysMapMmio(t: Thread): i64 {
  const p = processOf(t);
  if (!isGranted(p, t.x0, t.x1)) return -EPERM;
  const registers = registersOf(<u32>t.x0, <u32>t.x1);
  if (!registers) return -ENODEV;
  const status = checkOwnPlace(p, t.x2, 1);
  if (status < 0) return status;
  const page = <u32>(t.x2 >> PAGE_SHIFT);
  if (addRegion(p, page, 1, PROT_READ | PROT_WRITE, NO_OBJECT) < 0) return -ENOMEM;
  emptyPages(t, p, page, 1);
  const frame = registers & ~(<usize>PAGE_SIZE - 1);
  if (!mapFrame(p, page, frame, pageAttributes(PROT_READ | PROT_WRITE) | PTE_DEVICE)) return -ENOMEM;
  return registers - frame;
}

/** request_irq(kind, index, notification bit). */
export function sysRequestIrq(t: Thread): i64 {
  if (!isGranted(processOf(t), t.x0, t.x1)) return -EPERM;
  if (!registersOf(<u32>t.x0, <u32>t.x1)) return -ENODEV;
  if (t.x2 > 31) return -EINVAL;
  return routeInterrupt(interruptOf(<u32>t.x0, <u32>t.x1), t.pid, <u32>t.x2);
}

export function sysIrqAck(t: Thread): i64 {
  return t.x0 > 31 ? -EINVAL : acknowledgeInterrupt(t.pid, <u32>t.x0);
}

/** log_read(address, size). → bytes. */
export function sysLogRead(t: Thread): i64 {
  if (!(processOf(t).privileges & PRIVILEGE_LOG)) return -EPERM;
  if (checkRange(t, t.x0, t.x1) < 0) return -EFAULT;
  const n = readLog(chunk, <u32>min(t.x1, <u64>LOG_CHUNK));
  return copyToUser(processOf(t), t.x0, chunk, n) == n ? <i64>n : -EFAULT;
}

/** log_write(level, address, size): one line in the caller's name. */
export function sysLogWrite(t: Thread): i64 {
  if (t.x0 > <u64>LOG_ERROR || t.x2 > <u64>LOG_CHUNK) return -EINVAL;
  const p = processOf(t);
  if (copyFromUser(p, chunk, t.x1, <u32>t.x2) != <u32>t.x2) return -EFAULT;
  beginLine(<u32>t.x0);
  putBytes(nameAddress(p), p.nameLength);
  put(": ");
  putBytes(chunk, <u32>t.x2);
  endLine();
  return 0;
}
