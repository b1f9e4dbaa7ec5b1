// Devices, interrupts and the log, in the model.

import { DEVICE_UART, DEVICE_VIRTIO } from "../../../abi/construct.ts";
import { EBUSY, EFAULT, EINVAL, ENODEV, ENOMEM, EPERM } from "../../../abi/errno.ts";
import { PRIVILEGE_LOG } from "../../../abi/endpoints.ts";
import { PAGE_SIZE } from "../../../abi/limits.ts";
import { PROT_READ, PROT_WRITE } from "../../../abi/program.ts";
import {
  FIRST_VIRTIO_INTERRUPT,
  UART,
  UART_INTERRUPT,
  VIRTIO,
  VIRTIO_SLOTS,
  VIRTIO_STRIDE,
} from "../interrupts.ts";
import type { Call } from "./call.ts";
import { notify } from "./cancel.ts";
import { announce } from "./log.ts";
import type { Model } from "./model.ts";
import { checkOwnPlace } from "./object_calls.ts";
import type { Process } from "./state.ts";
import { error } from "./words.ts";

const LAST_BIT = 31n;
const LAST_LEVEL = 2n;
const LOG_CHUNK = 256;

interface Device {
  registers: number;
  interrupt: number;
}

function find(t: Process, kind: bigint, index: bigint): Device | "denied" | "missing" {
  if (!t.devices.some((each) => BigInt(each.kind) === kind && BigInt(each.index) === index)) return "denied";
  if (kind === BigInt(DEVICE_UART) && index === 0n) return { registers: UART, interrupt: UART_INTERRUPT };
  if (kind !== BigInt(DEVICE_VIRTIO) || index >= BigInt(VIRTIO_SLOTS)) return "missing";
  const slot = Number(index);
  return { registers: VIRTIO + slot * VIRTIO_STRIDE, interrupt: FIRST_VIRTIO_INTERRUPT + slot };
}

const refusal = (why: "denied" | "missing"): bigint => error(why === "denied" ? EPERM : ENODEV);

/** driver_register(kind). */
export function sysDriverRegister(m: Model, t: Process, { x }: Call): bigint {
  if (x[0] !== BigInt(DEVICE_UART)) return error(EINVAL);
  if (find(t, x[0], 0n) === "denied" || !(t.privileges & PRIVILEGE_LOG)) return error(EPERM);
  if (m.logReader && m.logReader !== t.pid) return error(EBUSY);
  m.logReader = t.pid;
  return 0n;
}

/** map_mmio(kind, index, address). */
export function sysMapMmio(m: Model, t: Process, { x }: Call): bigint {
  const device = find(t, x[0], x[1]);
  if (typeof device === "string") return refusal(device);
  const place = checkOwnPlace(t.memory, x[2], 1n);
  if (place < 0n) return place;
  const page = Number(x[2]) / PAGE_SIZE;
  if (!t.memory.addRegion({ page, pages: 1, prot: PROT_READ | PROT_WRITE, object: "device" })) return error(ENOMEM);
  t.memory.clear(m.pool, page, 1);
  if (!t.memory.map(m.pool, page, { frame: {}, writable: true, kind: "device" })) return error(ENOMEM);
  return BigInt(device.registers % PAGE_SIZE);
}

/** request_irq(kind, index, bit). */
export function sysRequestIrq(m: Model, t: Process, { x }: Call): bigint {
  const device = find(t, x[0], x[1]);
  if (typeof device === "string") return refusal(device);
  if (x[2] > LAST_BIT) return error(EINVAL);
  const route = m.routes.get(device.interrupt);
  if (route && route.driver !== t) return error(EBUSY);
  m.routes.set(device.interrupt, { driver: t, bit: Number(x[2]) });
  return 0n;
}

/** irq_ack(bit). */
export function sysIrqAck(m: Model, t: Process, { x }: Call): bigint {
  if (x[0] > LAST_BIT) return error(EINVAL);
  const found = [...m.routes.values()].some(({ driver, bit }) => driver === t && BigInt(bit) === x[0]);
  return found ? 0n : error(EINVAL);
}

/** A device's interrupt was taken: its driver hears of it. */
export function forwardInterrupt(m: Model, id: number): void {
  const route = m.routes.get(id);
  if (route) notify(m, route.driver, 1n << BigInt(route.bit));
}

/** log_read(address, size): how much is the kernel's to say. */
export function sysLogRead(m: Model, t: Process, { x }: Call): bigint {
  if (!(t.privileges & PRIVILEGE_LOG)) return error(EPERM);
  if (!t.memory.contains(x[0], x[1])) return error(EFAULT);
  const size = Number(m.oracle.register(t.slot, 0) & 0xffffn);
  const most = Number(x[1] < BigInt(LOG_CHUNK) ? x[1] : BigInt(LOG_CHUNK));
  if (size > most) return error(EFAULT);
  const bytes = m.oracle.memory(t.slot, Number(x[0]), size);
  return m.writeUser(t, Number(x[0]), bytes) === size ? BigInt(size) : error(EFAULT);
}

/** log_write(level, address, size). */
export function sysLogWrite(m: Model, t: Process, { x }: Call): bigint {
  if (x[0] > LAST_LEVEL || x[2] > BigInt(LOG_CHUNK)) return error(EINVAL);
  const size = Number(x[2]);
  if (t.memory.read(m.pool, Number(x[1]), size).length !== size) return error(EFAULT);
  announce(m);
  return 0n;
}
