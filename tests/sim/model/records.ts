// Calls that report: endpoint statistics, what a service has to hear of, counts of the whole system.

import { DRAIN_CANCELLED_CALL, DRAIN_CLOSED_HANDLE, DRAIN_RECORD_SIZE } from "../../../abi/construct.ts";
import { EFAULT, ENXIO, EPERM } from "../../../abi/errno.ts";
import type { Call } from "./call.ts";
import { check } from "./mismatch.ts";
import type { Model } from "./model.ts";
import { type Endpoint, type Process, STATE } from "./state.ts";
import { error } from "./words.ts";

const STATS_BYTES = 32;
export const ENDPOINT_STATES = ["up", "down", "restarting"];
const SYSTEM_INFO_BYTES = 80;
/** Offsets in the record of system_info (abi/sysinfo.ts). */
const INFO = {
  framesFree: 4,
  processes: 8,
  endpoints: 12,
  objects: 16,
  openHandles: 20,
  queued: 24,
  waiting: 28,
};

/** ep_stats(endpoint, record). */
export function sysStats(m: Model, t: Process, { x }: Call): bigint {
  const ep = m.endpoint(x[0]);
  if (!ep) return error(ENXIO);
  const entries = [...ep.entries()];
  const record = new DataView(new ArrayBuffer(STATS_BYTES));
  record.setUint32(0, ENDPOINT_STATES.indexOf(ep.state), true);
  record.setUint32(4, ep.owner?.pid ?? 0, true);
  record.setUint32(8, entries.length, true);
  record.setUint32(12, entries.filter(({ caller }) => !caller).length, true);
  record.setBigUint64(16, BigInt(ep.calls), true);
  if (x[1] >= 1n << 34n) return error(EFAULT);
  return m.writeUser(t, Number(x[1]), new Uint8Array(record.buffer)) === STATS_BYTES ? 0n : error(EFAULT);
}

/** ep_drain(endpoint, record): which of several it tells first is the kernel's choice. */
export function sysDrain(m: Model, t: Process, { x }: Call): bigint {
  const ep = m.endpoint(x[0]);
  if (!ep) return error(ENXIO);
  if (ep.owner !== t) return error(EPERM);
  if (!t.memory.contains(x[1], BigInt(DRAIN_RECORD_SIZE))) return error(EFAULT);
  if (m.writeUser(t, Number(x[1]), new Uint8Array(DRAIN_RECORD_SIZE)) !== DRAIN_RECORD_SIZE)
    return error(EFAULT);
  if (ep.closed.length === 0 && ep.cancelled.size === 0) return 0n;
  const bytes = m.oracle.memory(t.slot, Number(x[1]), DRAIN_RECORD_SIZE);
  const record = new DataView(bytes.buffer, bytes.byteOffset);
  const kind = record.getUint32(0, true);
  if (kind === DRAIN_CLOSED_HANDLE) takeClosed(m, ep, record.getUint32(4, true));
  else {
    check(kind === DRAIN_CANCELLED_CALL, () => `a drain record is of kind ${kind}`);
    takeCancelled(m, ep, record.getBigUint64(8, true));
  }
  m.writeUser(t, Number(x[1]), bytes);
  return 1n;
}

function takeClosed(m: Model, ep: Endpoint, handle: number): void {
  const at = ep.closed.findIndex((each) => each.handle === handle);
  check(at >= 0, () => `endpoint ${ep.id} is told that handle ${handle} was closed`);
  m.handles.delete(ep.closed[at]);
  ep.closed.splice(at, 1);
}

function takeCancelled(m: Model, ep: Endpoint, token: bigint): void {
  const slot = [...ep.cancelled].find((each) => m.cancelledTokens.get(each) === token);
  check(slot !== undefined, () => `endpoint ${ep.id} is told that call ${token} was cancelled`);
  ep.cancelled.delete(slot as number);
}

/** system_info(address, size): the counts are the model's, clock and the like are the kernel's. */
export function sysSystemInfo(m: Model, t: Process, { x }: Call): bigint {
  const size = Number(x[1] < BigInt(SYSTEM_INFO_BYTES) ? x[1] : BigInt(SYSTEM_INFO_BYTES));
  if (x[0] >= 1n << 34n) return size ? error(EFAULT) : 0n;
  const counts = systemCounts(m); // before the record's own pages are touched
  const record = new Uint8Array(size);
  record.set(m.oracle.memory(t.slot, Number(x[0]), size));
  if (m.writeUser(t, Number(x[0]), record) !== size) return error(EFAULT);
  const view = new DataView(record.buffer);
  for (const [name, count] of Object.entries(counts)) {
    const at = INFO[name as keyof typeof INFO];
    if (at + 4 > size) continue;
    const told = view.getUint32(at, true);
    check(told === count, () => `system_info says ${told} ${name}, there are ${count}`);
  }
  return BigInt(size);
}

function systemCounts(m: Model): typeof INFO {
  return {
    framesFree: m.pool.free,
    processes: m.all().length,
    endpoints: m.endpoints.filter(({ id }) => id !== 0).length,
    objects: m.objects.size,
    openHandles: m.handles.size,
    queued: m.stored,
    waiting: m.all().filter(({ state }) => state === STATE.SENDING || state === STATE.AWAITING_REPLY).length,
  };
}
