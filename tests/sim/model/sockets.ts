// Socket calls in the model: delegated to the network service about a descriptor that must be one of its own.

import { EBADF, EFAULT, EINVAL, EMFILE, ENFILE, ENOTSOCK } from "../../../abi/errno.ts";
import { EPID_NETWORK } from "../../../abi/endpoints.ts";
import { MAX_COPY_SLICE, MAX_INLINE_WRITE, MAX_MESSAGE_DATA, MAX_OPEN_HANDLES } from "../../../abi/limits.ts";
import { ADDRESS_SIZE } from "../../../abi/net.ts";
import { NET_ACCEPT, NET_NAME, NET_RECV, NET_SEND, NET_SOCKET, NET_WAIT } from "../../../abi/ops.ts";
import { type Result, delegate, window } from "./files.ts";
import { descriptor, freeDescriptor } from "./handles.ts";
import type { Model } from "./model.ts";
import { Request } from "./requests.ts";
import type { Completion, OpenHandle, Process } from "./state.ts";
import { U32_MAX, error } from "./words.ts";

const [WINDOW_READ, WINDOW_WRITE] = [1, 2];
const SEND_FIXED = 16; // bytes of a send request before address and data
const MAX_TRANSFER = 0x7fff_0000n;

const call = (m: Model, t: Process, request: Request, completion: Completion): Result =>
  delegate(m, t, EPID_NETWORK, request, completion, false);

/** The socket that a descriptor names, or the error. */
function socketOf(t: Process, fd: bigint): OpenHandle | bigint {
  const handle = descriptor(t, fd);
  if (!handle) return error(EBADF);
  return handle.endpoint === EPID_NETWORK ? handle : error(ENOTSOCK);
}

/** A request whose answer is a new descriptor. */
function open(m: Model, t: Process, request: Request): Result {
  if (freeDescriptor(t) < 0) return error(EMFILE);
  if (m.handles.size === MAX_OPEN_HANDLES) return error(ENFILE);
  const handle: OpenHandle = { endpoint: EPID_NETWORK, handle: 0, references: 0 };
  m.handles.add(handle);
  const sent = call(m, t, request, { kind: "open", handle });
  if (sent !== undefined) m.handles.delete(handle);
  return sent;
}

/** socket(family, type, protocol). */
export function sysSocket(m: Model, t: Process, x: bigint[]): Result {
  if (x.slice(0, 3).some((word) => word > U32_MAX)) return error(EINVAL);
  return open(m, t, new Request(NET_SOCKET).u32(x[0]).u32(x[1]).u32(x[2]));
}

/** accept(fd). */
export function sysAccept(m: Model, t: Process, x: bigint[]): Result {
  const socket = socketOf(t, x[0]);
  return typeof socket === "bigint" ? socket : open(m, t, new Request(NET_ACCEPT).u32(socket.handle));
}

/** Adds an address record of the caller's to a request. 0 or an error. */
function addAddress(m: Model, t: Process, request: Request, address: bigint, size: bigint): bigint {
  if (size !== BigInt(ADDRESS_SIZE)) return error(EINVAL);
  if (!t.memory.contains(address, size)) return error(EFAULT);
  const bytes = t.memory.read(m.pool, Number(address), ADDRESS_SIZE);
  request.raw(bytes);
  return bytes.length === ADDRESS_SIZE ? 0n : error(EFAULT);
}

/** bind and connect(fd, address, size). */
export function sysAddress(m: Model, t: Process, x: bigint[], op: number): Result {
  const socket = socketOf(t, x[0]);
  if (typeof socket === "bigint") return socket;
  const request = new Request(op).u32(socket.handle);
  const status = addAddress(m, t, request, x[1], x[2]);
  return status < 0n ? status : call(m, t, request, { kind: "value" });
}

/** listen, shutdown, getsockopt with one number, setsockopt and socket_watch with two. */
export function sysNumbers(m: Model, t: Process, x: bigint[], op: number, count: number): Result {
  const socket = socketOf(t, x[0]);
  if (typeof socket === "bigint") return socket;
  const numbers = x.slice(1, 1 + count);
  if (numbers.some((word) => word > U32_MAX)) return error(EINVAL);
  const request = new Request(op).u32(socket.handle);
  for (const word of numbers) request.u32(word);
  return call(m, t, request, { kind: "value" });
}

/** send(fd, buffer, size, flags, address or 0, its size). */
export function sysSend(m: Model, t: Process, x: bigint[]): Result {
  const socket = socketOf(t, x[0]);
  if (typeof socket === "bigint") return socket;
  if (!t.memory.contains(x[1], x[2])) return error(EFAULT);
  if (x[3] > U32_MAX) return error(EINVAL);
  const size = Number(x[2] < MAX_TRANSFER ? x[2] : MAX_TRANSFER);
  const hasAddress = x[4] !== 0n;
  const request = new Request(NET_SEND)
    .u32(socket.handle)
    .u32(size)
    .u32(x[3])
    .u32(hasAddress ? 1 : 0);
  const status = hasAddress ? addAddress(m, t, request, x[4], x[5]) : 0n;
  if (status < 0n) return status;
  if (size > MAX_INLINE_WRITE - (hasAddress ? SEND_FIXED + ADDRESS_SIZE : 0))
    window(t, 0, x[1], size, WINDOW_READ);
  else {
    const bytes = t.memory.read(m.pool, Number(x[1]), size);
    if (bytes.length !== size) return error(EFAULT);
    request.raw(bytes);
  }
  return call(m, t, request, { kind: "value" });
}

/** recv(fd, buffer, size, flags, address or 0, its size). */
export function sysReceive(m: Model, t: Process, x: bigint[]): Result {
  const socket = socketOf(t, x[0]);
  if (typeof socket === "bigint") return socket;
  if (!t.memory.contains(x[1], x[2])) return error(EFAULT);
  if (x[3] > U32_MAX || (x[4] && x[5] !== BigInt(ADDRESS_SIZE))) return error(EINVAL);
  if (x[4] && !t.memory.contains(x[4], BigInt(ADDRESS_SIZE))) return error(EFAULT);
  const size = Number(x[2] < MAX_TRANSFER ? x[2] : MAX_TRANSFER);
  const request = new Request(NET_RECV).u32(socket.handle).u32(size).u32(x[3]);
  if (size > MAX_MESSAGE_DATA) window(t, 0, x[1], size, WINDOW_WRITE);
  if (x[4]) window(t, 1, x[4], ADDRESS_SIZE, WINDOW_WRITE);
  return call(m, t, request, { kind: "read", address: Number(x[1] & U32_MAX), length: size });
}

/** getsockname and getpeername(fd, address). */
export function sysName(m: Model, t: Process, x: bigint[], which: number): Result {
  const socket = socketOf(t, x[0]);
  if (typeof socket === "bigint") return socket;
  if (!t.memory.contains(x[1], BigInt(ADDRESS_SIZE))) return error(EFAULT);
  const request = new Request(NET_NAME).u32(socket.handle).u32(which);
  return call(m, t, request, { kind: "record", address: Number(x[1]), length: ADDRESS_SIZE });
}

/** socket_wait(buffer, size, timeout_ns). */
export function sysWait(m: Model, t: Process, x: bigint[]): Result {
  if (x[1] < BigInt(MAX_MESSAGE_DATA) || x[1] > BigInt(MAX_COPY_SLICE)) return error(EINVAL);
  if (!t.memory.contains(x[0], x[1])) return error(EFAULT);
  const completion: Completion = { kind: "read", address: Number(x[0]), length: Number(x[1]) };
  return call(m, t, new Request(NET_WAIT).u64(x[2]), completion);
}
