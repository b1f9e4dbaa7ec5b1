// Sockets as programs have them: the stack's connection or datagram socket of the same number, and who waits on it. A
// handle's value is
//
//   31 30        11 10        0
//   | 0 | generation | number |     generation ≥ 1: a closed socket's handle names nobody (-EBADF)
//
// Generations go on when the service is started again (kept.ts). Whose handle it is the kernel knows. The process that opened it is charged for it, whoever holds it later.

import { SOCKET_DATAGRAM, SOCKET_STREAM } from "../../../../abi/net";
import { MAX_PROCESSES } from "../../../../abi/limits";
import { Pollers } from "../../../lib/hnx_ipc/pollers";
import { DatagramSocket, datagramClose, datagramSocketAt } from "../stack/datagram_socket";
import { MAX_CONNECTIONS, MAX_SOCKETS } from "../stack/layout";
import { Tcb, tcbAt } from "../stack/tcp/tcb";
import { tcpAbort, tcpClose } from "../stack/tcp/user";
import { noteGeneration } from "./kept";
import { SOCKETS_OF_TABLE, SOCKET_SIZE, SOCKET_TABLE } from "./tables";

export const MAX_SOCKETS_OF_PROCESS: u32 = 256; // -EMFILE
const NUMBER_BITS: u32 = 11;
const NUMBER_MASK: u32 = (1 << NUMBER_BITS) - 1;
export const MAX_GENERATION: u32 = (1 << 20) - 1;

export const NON_BLOCKING: u32 = 1;
export const ABORT_ON_CLOSE: u32 = 2;
export const READY_LISTED: u32 = 4; // in its watcher's list
export const CONNECT_TOLD: u32 = 8; // the outcome of connect has been told

@unmanaged
export class Socket {
  type: u32; // SOCKET_…; 0: free
  generation: u32;
  owner: u32; // process id that is charged
  flags: u32;
  watchEvents: u32; // POLL_…; 0: nobody watches
  watchTag: u32;
  watcher: u32; // process id
  receiveTimeout_ms: u32; // 0: waits for ever
  firstWaiter: u16;
  readyNext: u16; // in its watcher's list, number + 1
  pollersLow: u64; // Pollers: who asked whether it is ready
  pollersHigh: u64;
  predecessors: u32; // generations up to this one were given out by an earlier instance of the service

  @inline
  get number(): u32 {
    return <u32>(changetype<usize>(this) - SOCKET_TABLE) / SOCKET_SIZE;
  }

  @inline
  get handle(): u32 {
    return (this.generation << NUMBER_BITS) | this.number;
  }

  @inline
  get isStream(): bool {
    return this.type == SOCKET_STREAM;
  }

  @inline
  get connection(): Tcb {
    return tcbAt(this.number);
  }

  @inline
  get datagrams(): DatagramSocket {
    return datagramSocketAt(this.number - MAX_CONNECTIONS);
  }

  @inline
  get pollers(): Pollers {
    return changetype<Pollers>(changetype<usize>(this) + offsetof<Socket>("pollersLow"));
  }

  @inline
  is(flag: u32): bool {
    return (this.flags & flag) != 0;
  }
}

@inline
export function socketAt(number: u32): Socket {
  return changetype<Socket>(SOCKET_TABLE + <usize>number * SOCKET_SIZE);
}

/** The open socket of a handle, or null. */
@inline
export function findSocket(handle: u32): Socket | null {
  const number = handle & NUMBER_MASK;
  if (number >= MAX_SOCKETS) return null;
  const socket = socketAt(number);
  return socket.type && socket.generation == handle >> NUMBER_BITS ? socket : null;
}

/** Whether an open socket of an earlier instance, which is gone, had the handle. */
export function isPredecessors(handle: u32): bool {
  const number = handle & NUMBER_MASK;
  const generation = handle >> NUMBER_BITS;
  return number < MAX_SOCKETS && generation != 0 && generation <= socketAt(number).predecessors;
}

@inline
function socketsOf(pid: u32): usize {
  return SOCKETS_OF_TABLE + ((pid & (MAX_PROCESSES - 1)) << 1);
}

/** Whether process `pid` may have one more. */
export function mayOpen(pid: u32): bool {
  return <u32>load<u16>(socketsOf(pid)) < MAX_SOCKETS_OF_PROCESS;
}

/** Makes a socket of the stack's `number`, for process `pid`. */
export function socketNew(number: u32, type: u32, pid: u32): Socket {
  const socket = socketAt(number);
  const generation: u32 = socket.generation == MAX_GENERATION ? 1 : socket.generation + 1;
  // When the numbers begin again, an earlier instance's would be taken for ours otherwise.
  const predecessors = generation <= socket.predecessors ? 0 : socket.predecessors;
  memory.fill(changetype<usize>(socket), 0, SOCKET_SIZE);
  socket.generation = generation;
  socket.predecessors = predecessors;
  noteGeneration(number, generation);
  socket.type = type;
  socket.owner = pid;
  const count = socketsOf(pid);
  store<u16>(count, <u16>(<u32>load<u16>(count) + 1));
  return socket;
}

/** Closes it in the stack, too. Nobody waits on it any more. */
export function socketFree(socket: Socket): void {
  const count = socketsOf(socket.owner);
  store<u16>(count, <u16>(<u32>load<u16>(count) - 1));
  if (socket.type == SOCKET_DATAGRAM) datagramClose(socket.datagrams);
  else if (socket.is(ABORT_ON_CLOSE)) tcpAbort(socket.connection);
  else tcpClose(socket.connection);
  socket.type = 0;
  socket.watchEvents = 0;
}
