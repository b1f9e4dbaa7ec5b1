// Options of sockets (abi/net.ts). A value out of its range is -EINVAL, an option that the socket does not have -ENOPROTOOPT.

import { EINVAL, ENOPROTOOPT } from "../../../../abi/errno";
import * as net from "../../../../abi/net";
import { DatagramSocket } from "../stack/datagram_socket";
import { SECOND_US } from "../stack/clock";
import { startKeepAlive } from "../stack/tcp/expiry";
import { wantOutput } from "../stack/tcp/output";
import { ESTABLISHED, KEEP_ALIVE, NO_DELAY, Tcb } from "../stack/tcp/tcb";
import { tcpTakeError, tcpUrgentAhead } from "../stack/tcp/user";
import { ABORT_ON_CLOSE, NON_BLOCKING, Socket } from "./socket";

const SMALLEST_BUFFER: u32 = 4096;
const LARGEST_BUFFER: u32 = 131072;
const LARGEST_IDLE_S: u32 = 1_000_000;

function flag(current: u32, bit: u32, value: u32): u32 {
  return value ? current | bit : current & ~bit;
}

/** → 0 or -errno */
export function setOption(socket: Socket, option: u32, value: u32): i32 {
  switch (option) {
    case net.OPTION_NON_BLOCKING:
      socket.flags = flag(socket.flags, NON_BLOCKING, value);
      return 0;
    case net.OPTION_RECEIVE_TIMEOUT_MS:
      socket.receiveTimeout_ms = value;
      return 0;
    case net.OPTION_TTL:
      return value < 1 || value > 255 ? -EINVAL : setService(socket, 0xff00, value);
    case net.OPTION_TOS:
      return value > 255 ? -EINVAL : setService(socket, 0xff, value << 8);
    default:
      return socket.isStream
        ? setStreamOption(socket, socket.connection, option, value)
        : setDatagramOption(socket.datagrams, option, value);
  }
}

function setService(socket: Socket, keep: u32, value: u32): i32 {
  if (socket.isStream) socket.connection.service = (socket.connection.service & keep) | value;
  else socket.datagrams.service = (socket.datagrams.service & keep) | value;
  return 0;
}

@inline
function isBufferSize(value: u32): bool {
  return value >= SMALLEST_BUFFER && value <= LARGEST_BUFFER;
}

function setStreamOption(socket: Socket, t: Tcb, option: u32, value: u32): i32 {
  switch (option) {
    case net.OPTION_NO_DELAY:
      t.flags = flag(t.flags, NO_DELAY, value);
      if (value && t.state >= ESTABLISHED) wantOutput(t);
      return 0;
    case net.OPTION_KEEP_ALIVE:
      t.flags = flag(t.flags, KEEP_ALIVE, value);
      if (t.state >= ESTABLISHED) startKeepAlive(t);
      return 0;
    case net.OPTION_KEEP_IDLE_S:
      if (value < 1 || value > LARGEST_IDLE_S) return -EINVAL;
      t.keepIdle_s = value;
      return 0;
    case net.OPTION_SEND_BYTES:
      if (!isBufferSize(value)) return -EINVAL;
      t.sendBytes = value;
      return 0;
    case net.OPTION_RECEIVE_BYTES:
      if (!isBufferSize(value)) return -EINVAL;
      t.receiveBytes = value;
      return 0;
    case net.OPTION_USER_TIMEOUT_S:
      if (value < 1 || value > LARGEST_IDLE_S) return -EINVAL;
      t.userTimeout_us = <u64>value * SECOND_US;
      return 0;
    case net.OPTION_ABORT_ON_CLOSE:
      socket.flags = flag(socket.flags, ABORT_ON_CLOSE, value);
      return 0;
    default:
      return -ENOPROTOOPT;
  }
}

function setDatagramOption(s: DatagramSocket, option: u32, value: u32): i32 {
  switch (option) {
    case net.OPTION_BROADCAST:
      s.mayBroadcast = u32(value != 0);
      return 0;
    case net.OPTION_RECEIVE_BYTES:
      if (!isBufferSize(value)) return -EINVAL;
      s.receiveBytes = value;
      return 0;
    default:
      return -ENOPROTOOPT;
  }
}

/** → value or -errno */
export function getOption(socket: Socket, option: u32): i64 {
  switch (option) {
    case net.OPTION_TYPE:
      return socket.type;
    case net.OPTION_NON_BLOCKING:
      return socket.is(NON_BLOCKING) ? 1 : 0;
    case net.OPTION_RECEIVE_TIMEOUT_MS:
      return socket.receiveTimeout_ms;
    case net.OPTION_TTL:
      return serviceOf(socket) & 0xff;
    case net.OPTION_TOS:
      return serviceOf(socket) >> 8;
    default:
      return socket.isStream
        ? getStreamOption(socket, socket.connection, option)
        : getDatagramOption(socket.datagrams, option);
  }
}

@inline
function serviceOf(socket: Socket): u32 {
  return socket.isStream ? socket.connection.service : socket.datagrams.service;
}

function getStreamOption(socket: Socket, t: Tcb, option: u32): i64 {
  switch (option) {
    case net.OPTION_ERROR:
      return tcpTakeError(t);
    case net.OPTION_NO_DELAY:
      return t.is(NO_DELAY) ? 1 : 0;
    case net.OPTION_KEEP_ALIVE:
      return t.is(KEEP_ALIVE) ? 1 : 0;
    case net.OPTION_KEEP_IDLE_S:
      return t.keepIdle_s;
    case net.OPTION_SEND_BYTES:
      return t.sendBytes;
    case net.OPTION_RECEIVE_BYTES:
      return t.receiveBytes;
    case net.OPTION_USER_TIMEOUT_S:
      return t.userTimeout_us / SECOND_US;
    case net.OPTION_ABORT_ON_CLOSE:
      return socket.is(ABORT_ON_CLOSE) ? 1 : 0;
    case net.OPTION_URGENT_AHEAD:
      return tcpUrgentAhead(t);
    default:
      return -ENOPROTOOPT;
  }
}

function getDatagramOption(s: DatagramSocket, option: u32): i64 {
  if (option == net.OPTION_BROADCAST) return s.mayBroadcast;
  if (option == net.OPTION_RECEIVE_BYTES) return s.receiveBytes;
  if (option != net.OPTION_ERROR) return -ENOPROTOOPT;
  const error = s.error;
  s.error = 0;
  return error;
}
