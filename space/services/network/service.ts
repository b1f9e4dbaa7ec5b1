// The network service's requests, by operation (abi/ops.ts). Every one is answered at once or kept as a waiter; run() lets
// the stack work after each, answers whoever that concerns, and sleeps until the stack's next deadline.

import { DRAIN_CANCELLED_CALL, DRAIN_CLOSED_HANDLE, DRAIN_RECORD_SIZE } from "../../../abi/construct";
import { EPID_NETWORK, NOTIFY_DRAIN } from "../../../abi/endpoints";
import { EAGAIN, EBADF, EBADMSG, ECONNRESET, EINVAL } from "../../../abi/errno";
import { MAX_INLINE_WRITE } from "../../../abi/limits";
import { FLAG_ASYNC, Message } from "../../../abi/message";
import { MESSAGE_DONT_WAIT, MESSAGE_PEEK, MESSAGE_URGENT, POLL_ERROR, POLL_HANG_UP } from "../../../abi/net";
import * as op from "../../../abi/ops";
import { SYS_EP_DRAIN } from "../../../abi/syscall";
import { LATER, Service, done, failed } from "../../lib/hnx_ipc";
import { addPoller } from "../../lib/hnx_ipc/pollers";
import { syscall } from "../../lib/sys";
import { changeLink, connectDriver } from "./device";
import { givenAddress, givenPort, takeAddress } from "./sockets/address";
import { bindSocket, closeSocket, listenOn, nameOf, open, shutDown } from "./sockets/open";
import { getOption, setOption } from "./sockets/options";
import { sendDatagram, startConnect } from "./sockets/send";
import { NON_BLOCKING, Socket, findSocket, isPredecessors } from "./sockets/socket";
import { cancelWaiter, currentWaiter, keepWaiter } from "./sockets/waiter";
import { attempt } from "./sockets/wake";
import { readiness, tryWait, watch } from "./sockets/watch";
import { counterStatus, interfaceStatus, socketStatus } from "./status";
import { MILLISECOND_US, now_us } from "./stack/clock";
import { IpAddress } from "./stack/ip_address";
import { NEVER } from "./stack/timers";

const MESSAGE_FLAGS: u32 = MESSAGE_DONT_WAIT | MESSAGE_PEEK | MESSAGE_URGENT;
const NANOSECONDS_PER_US: u64 = 1000;

const noAddress = changetype<IpAddress>(memory.data(16, 8));
const drainRecord: usize = memory.data(DRAIN_RECORD_SIZE, 8);

export class NetworkService extends Service {
  constructor() {
    super(EPID_NETWORK, "network", "1.0");
  }

  request(m: Message): i64 {
    if (m.op == op.OP_DESCRIBE) return this.unknown(m);
    // Nobody hears an answer: what such a call opened could never be closed.
    if (m.flags & FLAG_ASYNC) return failed(EINVAL);
    const w = currentWaiter();
    w.token = m.msgId;
    w.pid = m.srcPid;
    w.operation = m.op;
    w.done = 0;
    w.flags = 0;
    if (m.op == op.NET_SOCKET) return open(m);
    if (m.op == op.NET_WAIT) return this.wait(m);
    if (m.op == op.NET_INTERFACE) return interfaceStatus(m);
    if (m.op == op.NET_SOCKETS) return socketStatus(m);
    if (m.op == op.NET_COUNTER) return counterStatus(m);
    if (m.op == op.NET_DRIVER_CONNECT) return connectDriver(m);
    if (m.op == op.NET_DRIVER_LINK) return changeLink(m);
    if (!isSocketOperation(m.op)) return this.unknown(m);
    const handle = m.readU32();
    if (!m.ok) return failed(EBADMSG);
    const socket = findSocket(handle);
    return socket ? this.onSocket(m, socket) : this.onNobody(m, handle);
  }

  /** A handle that names no open socket: one of an earlier instance was reset with it, and can be closed. */
  private onNobody(m: Message, handle: u32): i64 {
    if (!isPredecessors(handle)) return failed(EBADF);
    return m.op == op.VFS_CLOSE || m.op == op.NET_CLOSE ? done(0) : failed(ECONNRESET);
  }

  private onSocket(m: Message, socket: Socket): i64 {
    switch (<u32>m.op) {
      case op.NET_RECV:
      case op.VFS_READ:
        return this.receive(m, socket);
      case op.NET_SEND:
      case op.VFS_WRITE:
        return this.send(m, socket);
      case op.NET_ACCEPT:
        return this.complete(socket, attempt(currentWaiter(), socket), true);
      case op.NET_CONNECT:
        return this.connect(m, socket);
      case op.NET_BIND:
        return bindSocket(m, socket);
      case op.NET_LISTEN:
        return listenOn(m, socket);
      case op.NET_SHUTDOWN:
        return shutDown(m, socket);
      case op.NET_NAME:
        return nameOf(m, socket);
      case op.NET_WATCH:
        return this.watch(m, socket);
      case op.VFS_POLL:
        return this.poll(m, socket);
      case op.NET_GETSOCKOPT:
      case op.NET_SETSOCKOPT:
        return this.option(m, socket);
      default:
        closeSocket(socket);
        return done(0);
    }
  }

  /** A try's result, or, when it has to wait and may, LATER with the waiter kept. */
  private complete(socket: Socket, result: i64, isReceive: bool): i64 {
    if (result != LATER) return result;
    const w = currentWaiter();
    if (socket.is(NON_BLOCKING) || (w.flags & MESSAGE_DONT_WAIT) != 0) {
      return w.done ? done(w.done) : failed(EAGAIN);
    }
    const isTimed = isReceive && socket.receiveTimeout_ms != 0;
    keepWaiter(socket, isTimed ? now_us + <u64>socket.receiveTimeout_ms * MILLISECOND_US : NEVER);
    return LATER;
  }

  /** NET_RECV: u32 length, u32 flags. VFS_READ: u32 length, u64 offset, which means nothing here. */
  private receive(m: Message, socket: Socket): i64 {
    const w = currentWaiter();
    w.length = m.readU32();
    w.flags = m.readU32();
    if (!m.ok) return failed(EBADMSG);
    if (m.op == op.VFS_READ) w.flags = 0;
    if (w.flags & ~MESSAGE_FLAGS) return failed(EINVAL);
    w.operation = op.NET_RECV;
    return this.complete(socket, attempt(w, socket), true);
  }

  /** NET_SEND: u32 length, u32 flags, u32 has an address [address], bytes. VFS_WRITE: u32 length, u64 offset, bytes. */
  private send(m: Message, socket: Socket): i64 {
    const w = currentWaiter();
    w.length = m.readU32();
    w.flags = m.readU32();
    const hasAddress = m.readU32() != 0 && m.op == op.NET_SEND;
    if (m.op == op.VFS_WRITE) w.flags = 0;
    w.operation = op.NET_SEND;
    if (!m.ok) return failed(EBADMSG);
    if (w.flags & ~MESSAGE_FLAGS) return failed(EINVAL);
    if (hasAddress) {
      const status = takeAddress(m);
      if (status < 0) return failed(-status);
    }
    w.isInline = u32(m.unread == w.length && w.length <= MAX_INLINE_WRITE);
    if (w.isInline) memory.copy(w.data, m.take(w.length), w.length);
    else if (m.unread) return failed(EBADMSG);
    if (socket.isStream) return this.complete(socket, attempt(w, socket), false);
    if (hasAddress) return sendDatagram(w, socket, givenAddress, givenPort);
    return sendDatagram(w, socket, noAddress, 0);
  }

  /** NET_CONNECT: address */
  private connect(m: Message, socket: Socket): i64 {
    const status = takeAddress(m);
    if (status < 0) return failed(-status);
    const result = startConnect(socket, givenAddress, givenPort, !socket.is(NON_BLOCKING));
    return this.complete(socket, result, false);
  }

  /** NET_WATCH: u32 events, u32 tag */
  private watch(m: Message, socket: Socket): i64 {
    const events = m.readU32();
    const tag = m.readU32();
    if (!m.ok) return failed(EBADMSG);
    watch(socket, m.srcPid, events, tag);
    return done(0);
  }

  /** VFS_POLL: u32 events → which of them are */
  private poll(m: Message, socket: Socket): i64 {
    const events = m.readU32() | POLL_ERROR | POLL_HANG_UP;
    if (!m.ok) return failed(EBADMSG);
    const ready = readiness(socket) & events;
    if (!ready) addPoller(socket.pollers, m.srcPid);
    return done(ready);
  }

  /** NET_WAIT: u64 timeout_ns */
  private wait(m: Message): i64 {
    const timeout_ns = m.readU64();
    if (!m.ok) return failed(EBADMSG);
    const result = tryWait(currentWaiter());
    if (result != LATER) return result;
    if (timeout_ns == 0) return done(0);
    keepWaiter(null, timeout_ns == u64.MAX_VALUE ? NEVER : now_us + timeout_ns / NANOSECONDS_PER_US);
    return LATER;
  }

  /** NET_GETSOCKOPT: u32 option · NET_SETSOCKOPT: u32 option, u32 value */
  private option(m: Message, socket: Socket): i64 {
    const which = m.readU32();
    const value = m.op == op.NET_SETSOCKOPT ? m.readU32() : 0;
    if (!m.ok) return failed(EBADMSG);
    const result =
      m.op == op.NET_SETSOCKOPT ? <i64>setOption(socket, which, value) : getOption(socket, which);
    return result < 0 ? failed(<i32>-result) : done(result);
  }

  notification(bits: u64): void {
    if (!(bits & NOTIFY_DRAIN)) return;
    while (syscall(SYS_EP_DRAIN, EPID_NETWORK, drainRecord, 0, 0, 0, 0) > 0) {
      const kind = load<u32>(drainRecord);
      if (kind == DRAIN_CANCELLED_CALL) {
        cancelWaiter(load<u64>(drainRecord, 8));
      } else if (kind == DRAIN_CLOSED_HANDLE) {
        const socket = findSocket(load<u32>(drainRecord, 4));
        if (socket) closeSocket(socket);
      }
    }
  }
}

function isSocketOperation(operation: u32): bool {
  if (operation >= op.NET_BIND && operation <= op.NET_WATCH) return true;
  return (
    operation == op.VFS_READ ||
    operation == op.VFS_WRITE ||
    operation == op.VFS_CLOSE ||
    operation == op.VFS_POLL
  );
}
