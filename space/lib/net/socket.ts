// Sockets: descriptors that send and receive. read, write and close of space/lib/fs work on them as well. Results are ≥ 0 or
// -errno; buffers are an address and a size in bytes; addresses are IPv4 in host order.

import {
  ADDRESS_SIZE,
  FAMILY_IPV4,
  PROTOCOL_DEFAULT,
  SOCKET_DATAGRAM,
  SOCKET_STREAM,
} from "../../../abi/net";
import {
  SYS_ACCEPT,
  SYS_BIND,
  SYS_CONNECT,
  SYS_GETPEERNAME,
  SYS_GETSOCKNAME,
  SYS_GETSOCKOPT,
  SYS_LISTEN,
  SYS_RECV,
  SYS_SEND,
  SYS_SETSOCKOPT,
  SYS_SHUTDOWN,
  SYS_SOCKET,
  SYS_SOCKET_WAIT,
  SYS_SOCKET_WATCH,
} from "../../../abi/syscall";
import { syscall } from "../sys";
import { addressRecord, emptyRecord, recordAddress, recordPort } from "./address";

export * from "../../../abi/net";

/** Bytes of the buffer that waitSockets needs at least. */
export const WAIT_BUFFER_SIZE: u32 = 256;

export const PROTOCOL_ICMP: u32 = 1;

/** A TCP socket. */
export function streamSocket(): i32 {
  return <i32>syscall(SYS_SOCKET, FAMILY_IPV4, SOCKET_STREAM, PROTOCOL_DEFAULT, 0, 0, 0);
}

/** A UDP socket, or, with PROTOCOL_ICMP, one that sends ICMP echo requests and gets their replies. */
export function datagramSocket(protocol: u32 = PROTOCOL_DEFAULT): i32 {
  return <i32>syscall(SYS_SOCKET, FAMILY_IPV4, SOCKET_DATAGRAM, protocol, 0, 0, 0);
}

/** address ANY_ADDRESS: all of this machine's; port 0: a free one. -EADDRINUSE, -EADDRNOTAVAIL, -EINVAL (bound already) */
export function bind(fd: i32, address: u32, port: u32): i32 {
  return <i32>syscall(SYS_BIND, fd, addressRecord(address, port), ADDRESS_SIZE, 0, 0, 0);
}

/** Waits for a listener's or peer's answer; a non-blocking socket gets -EINPROGRESS. -ECONNREFUSED, -ETIMEDOUT, -ENETUNREACH */
export function connect(fd: i32, address: u32, port: u32): i32 {
  return <i32>syscall(SYS_CONNECT, fd, addressRecord(address, port), ADDRESS_SIZE, 0, 0, 0);
}

/** Accepts connections from now on; up to `backlog` wait to be accepted. */
export function listen(fd: i32, backlog: u32): i32 {
  return <i32>syscall(SYS_LISTEN, fd, backlog, 0, 0, 0, 0);
}

/** A connection's descriptor, when there is one. */
export function accept(fd: i32): i32 {
  return <i32>syscall(SYS_ACCEPT, fd, 0, 0, 0, 0, 0);
}

/** Sends all of it on a stream (less only when the connection ends), or one datagram. flags: MESSAGE_… */
export function send(fd: i32, buffer: usize, size: u32, flags: u32 = 0): i32 {
  return <i32>syscall(SYS_SEND, fd, buffer, size, flags, 0, 0);
}

/** Sends one datagram to `address`. */
export function sendTo(fd: i32, buffer: usize, size: u32, address: u32, port: u32): i32 {
  return <i32>syscall(SYS_SEND, fd, buffer, size, 0, addressRecord(address, port), ADDRESS_SIZE);
}

/** What is there, up to `size` bytes; waits for the first. 0: the peer sends no more. */
export function receive(fd: i32, buffer: usize, size: u32, flags: u32 = 0): i32 {
  return <i32>syscall(SYS_RECV, fd, buffer, size, flags, 0, 0);
}

/** Sender of the last datagram that receiveFrom brought. */
export let senderAddress: u32 = 0;
export let senderPort: u32 = 0;

/** One datagram; what does not fit is lost. */
export function receiveFrom(fd: i32, buffer: usize, size: u32, flags: u32 = 0): i32 {
  const result = <i32>syscall(SYS_RECV, fd, buffer, size, flags, emptyRecord(), ADDRESS_SIZE);
  senderAddress = recordAddress();
  senderPort = recordPort();
  return result;
}

/** how: SHUTDOWN_… */
export function shutdown(fd: i32, how: u32): i32 {
  return <i32>syscall(SYS_SHUTDOWN, fd, how, 0, 0, 0, 0);
}

/** option: OPTION_… */
export function setOption(fd: i32, option: u32, value: u32): i32 {
  return <i32>syscall(SYS_SETSOCKOPT, fd, option, value, 0, 0, 0);
}
export function getOption(fd: i32, option: u32): i32 {
  return <i32>syscall(SYS_GETSOCKOPT, fd, option, 0, 0, 0, 0);
}

/** Address and port that ownName and peerName found. */
export let nameAddress: u32 = 0;
export let namePort: u32 = 0;

function nameBy(number: i32, fd: i32): i32 {
  const result = <i32>syscall(number, fd, emptyRecord(), 0, 0, 0, 0);
  nameAddress = recordAddress();
  namePort = recordPort();
  return result;
}
export function ownName(fd: i32): i32 {
  return nameBy(SYS_GETSOCKNAME, fd);
}
export function peerName(fd: i32): i32 {
  return nameBy(SYS_GETPEERNAME, fd);
}

/** Lets waitSockets report the socket as `tag` when it is ready for one of `events` (POLL_…; 0: no more). */
export function watchSocket(fd: i32, events: u32, tag: u32): i32 {
  return <i32>syscall(SYS_SOCKET_WATCH, fd, events, tag, 0, 0, 0);
}

/**
 * Waits until watched sockets are ready, at most timeout_ns (-1: for ever). The buffer of WAIT_BUFFER_SIZE bytes gets a record
 * of each: u32 tag, u32 events. → bytes of records; 0: time is over
 */
export function waitSockets(buffer: usize, timeout_ns: i64): i32 {
  return <i32>syscall(SYS_SOCKET_WAIT, buffer, WAIT_BUFFER_SIZE, timeout_ns, 0, 0, 0);
}
