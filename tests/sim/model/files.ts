// Delegated system calls in the model: files. Each is refused at once or becomes a call in its caller's name.

import { EBADF, EFAULT, EINVAL, EMFILE, ENFILE, ENXIO, EPERM } from "../../../abi/errno.ts";
import { EPID_VFS } from "../../../abi/endpoints.ts";
import { O_CREAT, O_TRUNC, O_WRONLY, PIPE_BYTES, STAT_BYTES } from "../../../abi/file.ts";
import { DIRECTORY_FD, MAX_INLINE_WRITE, MAX_MESSAGE_DATA, MAX_OPEN_HANDLES } from "../../../abi/limits.ts";
import {
  NO_HANDLE,
  VFS_CLOSE,
  VFS_CREATE,
  VFS_OPEN,
  VFS_PIPE,
  VFS_READ,
  VFS_READDIR,
  VFS_SEEK,
  VFS_STAT,
  VFS_WRITE,
} from "../../../abi/ops.ts";
import { descriptor, freeDescriptor, remove } from "./handles.ts";
import type { Model } from "./model.ts";
import { Request, addPath, tooLong } from "./requests.ts";
import { maySend } from "./rights.ts";
import { startCall } from "./send.ts";
import type { Completion, OpenHandle, Process } from "./state.ts";
import { FOREVER, U32_MAX, U64_MAX, error } from "./words.ts";

const [WINDOW_READ, WINDOW_WRITE] = [1, 2];
const MAX_TRANSFER = 0x7fff_0000n;
const CURRENT_OFFSET = U64_MAX;

export type Result = bigint | undefined;

/** Sends a request. anyRights: on a descriptor, which is the right itself. undefined: blocked. */
export function delegate(
  m: Model,
  t: Process,
  epid: number,
  request: Request,
  completion: Completion,
  anyRights: boolean,
): Result {
  const message = request.build();
  const ep = m.endpoint(epid);
  let status = 0n;
  if (!message) status = tooLong;
  else if (!ep) status = error(ENXIO);
  else if (!anyRights && !maySend(t, ep)) status = error(EPERM);
  else {
    t.completion = completion;
    status = startCall(m, t, ep, { ...message, behind: t.pageBefore }, FOREVER);
  }
  return status < 0n ? abandon(t, status) : undefined;
}

/** A request ends before it was sent: its windows are not meant any more. */
export function abandon(t: Process, status: bigint): bigint {
  t.completion = undefined;
  t.windows = [];
  return status;
}

/** Names memory of the caller's for the service. */
export function window(
  t: Process,
  index: number,
  address: bigint,
  length: bigint | number,
  access: number,
): void {
  t.windows[0] ??= { address: 0, length: 0, access: 0 };
  t.windows[index] = { address: Number(address), length: Number(length), access };
}

/** open and creat. */
function open(m: Model, t: Process, x: bigint[], op: number, flags: bigint, mode: bigint): Result {
  if (flags > U32_MAX) return error(EINVAL);
  if (freeDescriptor(t) < 0) return error(EMFILE);
  const request = new Request(op).u32(flags).u32(mode & U32_MAX);
  const status = addPath(m, t, request, x[0], x[1]);
  if (status < 0n) return abandon(t, status);
  if (m.handles.size === MAX_OPEN_HANDLES) return abandon(t, error(ENFILE));
  const handle: OpenHandle = { endpoint: EPID_VFS, handle: 0, references: 0 };
  m.handles.add(handle);
  const sent = delegate(m, t, EPID_VFS, request, { kind: "open", handle }, false);
  if (sent !== undefined) m.handles.delete(handle);
  return sent;
}

export const sysOpen = (m: Model, t: Process, x: bigint[]): Result => open(m, t, x, VFS_OPEN, x[2], x[3]);
export const sysCreat = (m: Model, t: Process, x: bigint[]): Result =>
  open(m, t, x, VFS_CREATE, BigInt(O_CREAT | O_TRUNC | O_WRONLY), x[2]);

/** pipe(address). */
export function sysPipe(m: Model, t: Process, x: bigint[]): Result {
  if (!t.memory.contains(x[0], BigInt(PIPE_BYTES))) return error(EFAULT);
  if (t.descriptors.slice(0, DIRECTORY_FD).filter((each) => !each).length < 2) return error(EMFILE);
  if (m.handles.size > MAX_OPEN_HANDLES - 2) return error(ENFILE);
  const end = (): OpenHandle => ({ endpoint: EPID_VFS, handle: 0, references: 0 });
  const ends: [OpenHandle, OpenHandle] = [end(), end()];
  ends.forEach((each) => m.handles.add(each));
  const completion: Completion = { kind: "pipe", ends, address: Number(x[0]) };
  const sent = delegate(m, t, EPID_VFS, new Request(VFS_PIPE), completion, false);
  if (sent !== undefined) ends.forEach((each) => m.handles.delete(each));
  return sent;
}

/** mkdir, rmdir, unlink. */
export function sysPath(m: Model, t: Process, x: bigint[], op: number, hasMode: boolean): Result {
  const request = new Request(op);
  if (hasMode) request.u32(x[2] & U32_MAX);
  const status = addPath(m, t, request, x[0], x[1]);
  return status < 0n ? abandon(t, status) : delegate(m, t, EPID_VFS, request, { kind: "value" }, false);
}

export function sysStat(m: Model, t: Process, x: bigint[]): Result {
  if (!t.memory.contains(x[2], BigInt(STAT_BYTES))) return error(EFAULT);
  const request = new Request(VFS_STAT).u32(NO_HANDLE);
  const status = addPath(m, t, request, x[0], x[1]);
  if (status < 0n) return abandon(t, status);
  const completion: Completion = { kind: "record", address: Number(x[2]), length: STAT_BYTES };
  return delegate(m, t, EPID_VFS, request, completion, false);
}

const about = (op: number, handle: OpenHandle): Request => new Request(op).u32(handle.handle);

export function sysFstat(m: Model, t: Process, x: bigint[]): Result {
  const handle = descriptor(t, x[0]);
  if (!handle) return error(EBADF);
  if (!t.memory.contains(x[1], BigInt(STAT_BYTES))) return error(EFAULT);
  const completion: Completion = { kind: "record", address: Number(x[1]), length: STAT_BYTES };
  return delegate(m, t, handle.endpoint, about(VFS_STAT, handle), completion, true);
}

/** read, pread and readdir. */
export function sysRead(m: Model, t: Process, x: bigint[], op: number, offset: bigint): Result {
  const handle = descriptor(t, x[0]);
  if (!handle) return error(EBADF);
  const size = x[2] < MAX_TRANSFER ? x[2] : MAX_TRANSFER;
  if (!t.memory.contains(x[1], x[2])) return error(EFAULT);
  const request = about(op, handle).u32(size);
  if (op !== VFS_READDIR) request.u64(offset);
  if (size > BigInt(MAX_MESSAGE_DATA)) window(t, 0, x[1], size, WINDOW_WRITE);
  const completion: Completion = { kind: "read", address: Number(x[1] & U32_MAX), length: Number(size) };
  return delegate(m, t, handle.endpoint, request, completion, true);
}
export const sysPread = (m: Model, t: Process, x: bigint[]): Result =>
  x[3] === CURRENT_OFFSET ? error(EINVAL) : sysRead(m, t, x, VFS_READ, x[3]);

export function sysWrite(m: Model, t: Process, x: bigint[], offset: bigint): Result {
  const handle = descriptor(t, x[0]);
  if (!handle) return error(EBADF);
  const size = Number(x[2] < MAX_TRANSFER ? x[2] : MAX_TRANSFER);
  if (!t.memory.contains(x[1], x[2])) return error(EFAULT);
  const request = about(VFS_WRITE, handle).u32(size).u64(offset);
  if (size > MAX_INLINE_WRITE) window(t, 0, x[1], size, WINDOW_READ);
  else {
    const bytes = t.memory.read(m.pool, Number(x[1]), size);
    if (bytes.length !== size) return error(EFAULT);
    request.raw(bytes);
  }
  return delegate(m, t, handle.endpoint, request, { kind: "value" }, true);
}
export const sysPwrite = (m: Model, t: Process, x: bigint[]): Result =>
  x[3] === CURRENT_OFFSET ? error(EINVAL) : sysWrite(m, t, x, x[3]);

export function sysLseek(m: Model, t: Process, x: bigint[]): Result {
  const handle = descriptor(t, x[0]);
  if (!handle) return error(EBADF);
  if (x[2] > U32_MAX) return error(EINVAL);
  const request = about(VFS_SEEK, handle).u32(x[2]).u64(x[1]);
  return delegate(m, t, handle.endpoint, request, { kind: "value" }, true);
}

/** close: the service hears of it when no descriptor names the handle any more. */
export function sysClose(m: Model, t: Process, x: bigint[]): Result {
  const handle = descriptor(t, x[0]);
  if (!handle) return error(EBADF);
  if (remove(t, Number(x[0])) > 0) return 0n;
  const sent = delegate(m, t, handle.endpoint, about(VFS_CLOSE, handle), { kind: "close", handle }, true);
  if (sent !== undefined) m.handles.delete(handle);
  return sent;
}
