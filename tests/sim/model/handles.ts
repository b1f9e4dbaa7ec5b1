// Open handles and the descriptors that name them, in the model.

import { EBADF, EMFILE } from "../../../abi/errno.ts";
import { DIRECTORY_FD, MAX_FDS } from "../../../abi/limits.ts";
import { notify } from "./cancel.ts";
import type { Model } from "./model.ts";
import type { OpenHandle, Process } from "./state.ts";
import { NOTIFY, error, signed } from "./words.ts";

export function descriptor(p: Process, fd: bigint): OpenHandle | undefined {
  return fd < BigInt(MAX_FDS) ? p.descriptors[Number(fd)] : undefined;
}

/** The lowest free descriptor, or -1. */
export const freeDescriptor = (p: Process): number => p.descriptors.slice(0, DIRECTORY_FD).indexOf(undefined);

export function install(p: Process, fd: number, handle: OpenHandle): void {
  p.descriptors[fd] = handle;
  handle.references++;
}

/** Empties a descriptor. → references that its handle still has. */
export function remove(p: Process, fd: number): number {
  const handle = p.descriptors[fd];
  if (!handle) throw new Error("the descriptor is empty");
  p.descriptors[fd] = undefined;
  return --handle.references;
}

/** Nobody names the handle any more: its service hears of it when it drains, if it lives. */
export function abandon(m: Model, handle: OpenHandle): void {
  const ep = m.endpoint(handle.endpoint);
  if (!ep || ep.state === "down") {
    m.handles.delete(handle);
    return;
  }
  ep.closed.push(handle);
  if (ep.owner) notify(m, ep.owner, NOTIFY.DRAIN);
}

export function closeAll(m: Model, p: Process): void {
  p.descriptors.forEach((handle, fd) => {
    if (handle && remove(p, fd) === 0) abandon(m, handle);
  });
}

/** dup2(fd, new fd or -1). */
export function sysDup2(m: Model, t: Process, x: bigint[]): bigint {
  const handle = descriptor(t, x[0]);
  if (!handle) return error(EBADF);
  let target = signed(x[1]);
  if (target === -1n) {
    target = BigInt(freeDescriptor(t));
    if (target < 0n) return error(EMFILE);
  }
  if (target < 0n || target >= BigInt(MAX_FDS)) return error(EBADF);
  if (target === x[0]) return target;
  const fd = Number(target);
  const old = t.descriptors[fd];
  if (old && remove(t, fd) === 0) abandon(m, old);
  install(t, fd, handle);
  return target;
}
