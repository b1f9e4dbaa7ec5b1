// The stack for tests under Node: its calls as exports, addresses as numbers, and a stream whose bytes are known from their
// position, so that whole connections are checked without copying every byte through JavaScript. AssemblyScript; compiled by
// node.ts.

import { freeBlocks } from "../../../space/services/network/stack/blocks";
import { spanLength } from "../../../space/services/network/stack/byte_ring";
import { setClock } from "../../../space/services/network/stack/clock";
import { counterValue } from "../../../space/services/network/stack/counters";
import {
  DatagramSocket,
  DATAGRAM_HEADER,
  datagramBind,
  datagramClose,
  datagramOpen,
  datagramSocketAt,
  datagramSocketsInUse,
} from "../../../space/services/network/stack/datagram_socket";
import { frameInput } from "../../../space/services/network/stack/ethernet";
import { eventBits, takeEvent } from "../../../space/services/network/stack/events";
import { interfaceAt } from "../../../space/services/network/stack/interface";
import { IpAddress } from "../../../space/services/network/stack/ip_address";
import { setSecret } from "../../../space/services/network/stack/keyed_hash";
import { reserveArena } from "../../../space/services/network/stack/layout";
import {
  frameOfPacket,
  freePackets,
  packetFree,
  packetLength,
  takeFromWire,
} from "../../../space/services/network/stack/packet";
import { reassembliesInUse } from "../../../space/services/network/stack/reassembly";
import { runStack, startStack } from "../../../space/services/network/stack/stack";
import { nextDeadline } from "../../../space/services/network/stack/timers";
import { timeWaitConnections } from "../../../space/services/network/stack/tcp/queues";
import { connectionsInUse } from "../../../space/services/network/stack/tcp/table";
import { Tcb, tcbAt } from "../../../space/services/network/stack/tcp/tcb";
import * as user from "../../../space/services/network/stack/tcp/user";
import { datagramBegin, datagramFinish } from "../../../space/services/network/stack/udp_output";

const RECEIVED_PACKET: u32 = 0; // the driver's one buffer
const address = changetype<IpAddress>(memory.data(16, 8));

function addressOf(v4: u32): IpAddress {
  address.setV4(v4);
  return address;
}

/** mac: 48 bits. → whether there is memory */
export function start(mac: u64, seed: u64): bool {
  if (!reserveArena()) return false;
  setSecret(seed, ~seed);
  startStack(mac, RECEIVED_PACKET + 1);
  return true;
}
export function configure(index: u32, own: u32, mask: u32, gateway: u32): void {
  const each = interfaceAt(index);
  each.address = own;
  each.mask = mask;
  each.gateway = gateway;
  each.up = 1;
}
export function setMtu(index: u32, mtu: u32): void {
  interfaceAt(index).mtu = mtu;
}

/** Where a received frame is to be put before receive(). */
export function receiveBuffer(): usize {
  return frameOfPacket(RECEIVED_PACKET);
}
export function receive(length: u32): void {
  frameInput(frameOfPacket(RECEIVED_PACKET), length);
}
export function run(time_us: u64): bool {
  setClock(time_us);
  return runStack();
}
export function advance(time_us: u64): void {
  setClock(time_us);
}
export function deadline(): u64 {
  return nextDeadline();
}
export { takeFromWire, packetLength, packetFree, takeEvent, reassembliesInUse };
export function takenBits(): u32 {
  return eventBits;
}
export function counter(which: u32): u64 {
  return counterValue(which);
}
export { freeBlocks, freePackets, connectionsInUse, datagramSocketsInUse, timeWaitConnections };

// TCP; a connection is its index, or -1.
function numberOf(t: Tcb | null): i32 {
  return t ? <i32>t.index : -1;
}
export function tcpOpen(): i32 {
  return numberOf(user.tcpOpen());
}
export function tcpBind(n: u32, v4: u32, port: u32): i32 {
  return user.tcpBind(tcbAt(n), addressOf(v4), port);
}
export function tcpListen(n: u32, backlog: u32): i32 {
  return user.tcpListen(tcbAt(n), backlog);
}
export function tcpConnect(n: u32, v4: u32, port: u32): i32 {
  return user.tcpConnect(tcbAt(n), addressOf(v4), port);
}
export function tcpAccept(n: u32): i32 {
  return numberOf(user.tcpAccept(tcbAt(n)));
}
export function tcpClose(n: u32): void {
  user.tcpClose(tcbAt(n));
}
export function tcpAbort(n: u32): void {
  user.tcpAbort(tcbAt(n));
}
export function tcpShutdownSend(n: u32): i32 {
  return user.tcpShutdownSend(tcbAt(n));
}
export function tcpShutdownReceive(n: u32): i32 {
  return user.tcpShutdownReceive(tcbAt(n));
}
export function tcpSendRoom(n: u32): i32 {
  return user.tcpSendRoom(tcbAt(n));
}
export function tcpReadable(n: u32): i32 {
  return user.tcpReadable(tcbAt(n));
}
export function tcpTakeError(n: u32): i32 {
  return user.tcpTakeError(tcbAt(n));
}
export function tcpMarkUrgent(n: u32): void {
  user.tcpMarkUrgent(tcbAt(n));
}
export function tcpUrgentAhead(n: u32): u32 {
  return user.tcpUrgentAhead(tcbAt(n));
}
export function tcpState(n: u32): u32 {
  return tcbAt(n).state;
}
export function tcpLocalPort(n: u32): u32 {
  return tcbAt(n).localPort;
}
export function tcpSetFlags(n: u32, flags: u32): void {
  tcbAt(n).set(flags);
}
export function tcpSetBuffers(n: u32, send: u32, receive: u32): void {
  tcbAt(n).sendBytes = send;
  tcbAt(n).receiveBytes = receive;
}
export function tcpField(n: u32, offset: u32): u32 {
  return load<u32>(changetype<usize>(tcbAt(n)) + offset);
}
export function offsetCwnd(): u32 {
  return offsetof<Tcb>("cwnd");
}
export function offsetPorts(): u32 {
  return offsetof<Tcb>("ports");
}
export function offsetReceiveNext(): u32 {
  return offsetof<Tcb>("rcvNxt");
}
export function offsetSendMax(): u32 {
  return offsetof<Tcb>("sndMax");
}
export function offsetMss(): u32 {
  return offsetof<Tcb>("mss");
}
export function offsetRto(): u32 {
  return offsetof<Tcb>("rto_us");
}
export function offsetKeepIdle(): u32 {
  return offsetof<Tcb>("keepIdle_s");
}
export function tcpSetField(n: u32, offset: u32, value: u32): void {
  store<u32>(changetype<usize>(tcbAt(n)) + offset, value);
}

/** Copies bytes in, as many as there is room for. → how many, or -errno */
export function tcpSend(n: u32, source: usize, size: u32): i32 {
  const t = tcbAt(n);
  const room = user.tcpSendRoom(t);
  if (room < 0) return room;
  let left = min(size, <u32>room);
  let sent: u32 = 0;
  while (left) {
    const at = user.tcpSendSpan(t, left);
    if (!spanLength) break;
    const part = spanLength;
    memory.copy(at, source + sent, part);
    user.tcpSent(t, part);
    sent += part;
    left -= part;
  }
  return sent;
}
/** Copies out what can be read, up to `size`. → how many, or what tcpReadable says */
export function tcpRead(n: u32, target: usize, size: u32): i32 {
  const t = tcbAt(n);
  const there = user.tcpReadable(t);
  if (there <= 0) return there;
  let left = min(size, <u32>there);
  let done: u32 = 0;
  while (left) {
    const at = user.tcpReadSpan(t, left);
    const part = spanLength;
    memory.copy(target + done, at, part);
    user.tcpConsumed(t, part);
    done += part;
    left -= part;
  }
  return done;
}

/** The stream's byte at a position: no two blocks of it are alike. */
@inline
function patternWord(position: u64): u64 {
  const x = (position >> 3) * 0x9e37_79b9_7f4a_7c15;
  return x ^ (x >> 29);
}
@inline
function patternByte(position: u64): u8 {
  return <u8>(patternWord(position) >> ((position & 7) << 3));
}

/** Sends the stream from `position` on, at most `size` bytes. → how many, or -errno */
export function sendStream(n: u32, position: u64, size: u32): i32 {
  const t = tcbAt(n);
  const room = user.tcpSendRoom(t);
  if (room < 0) return room;
  let left = min(size, <u32>room);
  let sent: u32 = 0;
  while (left) {
    const at = user.tcpSendSpan(t, left);
    const part = spanLength;
    if (!part) break;
    let i: u32 = 0;
    for (; i < part && ((position + sent + i) & 7) != 0; i++)
      store<u8>(at + i, patternByte(position + sent + i));
    for (; i + 8 <= part; i += 8) store<u64>(at + i, patternWord(position + sent + i));
    for (; i < part; i++) store<u8>(at + i, patternByte(position + sent + i));
    user.tcpSent(t, part);
    sent += part;
    left -= part;
  }
  return sent;
}
/** Reads and checks the stream from `position` on. → bytes, what tcpReadable says, or -1000 for a wrong byte */
export function checkStream(n: u32, position: u64, size: u32): i32 {
  const t = tcbAt(n);
  const there = user.tcpReadable(t);
  if (there <= 0) return there;
  let left = min(size, <u32>there);
  let done: u32 = 0;
  while (left) {
    const at = user.tcpReadSpan(t, left);
    const part = spanLength;
    let i: u32 = 0;
    for (; i < part && ((position + done + i) & 7) != 0; i++) {
      if (load<u8>(at + i) != patternByte(position + done + i)) return -1000;
    }
    for (; i + 8 <= part; i += 8) if (load<u64>(at + i) != patternWord(position + done + i)) return -1000;
    for (; i < part; i++) if (load<u8>(at + i) != patternByte(position + done + i)) return -1000;
    user.tcpConsumed(t, part);
    done += part;
    left -= part;
  }
  return done;
}

// Datagrams.
export function udpOpen(kind: u32): i32 {
  const socket = datagramOpen(kind);
  return socket ? <i32>socket.index : -1;
}
export function udpBind(n: u32, v4: u32, port: u32): i32 {
  return datagramBind(datagramSocketAt(n), addressOf(v4), port);
}
export function udpConnect(n: u32, v4: u32, port: u32): void {
  datagramSocketAt(n).remote.setV4(v4);
  datagramSocketAt(n).remotePort = port;
}
export function udpClose(n: u32): void {
  datagramClose(datagramSocketAt(n));
}
export function udpAllowBroadcast(n: u32): void {
  datagramSocketAt(n).mayBroadcast = 1;
}
export function udpPort(n: u32): u32 {
  return datagramSocketAt(n).localPort;
}
export function udpSend(n: u32, source: usize, size: u32, v4: u32, port: u32): i32 {
  const at = datagramBegin(size, v4);
  if (!at) return -105;
  memory.copy(at, source, size);
  return datagramFinish(datagramSocketAt(n), size, addressOf(v4), port);
}
/** Copies the first datagram out. → its size, or -1: there is none, or -errno of an ICMP error */
export function udpReceive(n: u32, target: usize): i32 {
  const socket = datagramSocketAt(n);
  if (socket.error) {
    const error = socket.error;
    socket.error = 0;
    return -error;
  }
  if (!socket.hasDatagram) return -1;
  const size = socket.firstLength;
  senderPort = socket.firstPort;
  socket.firstAddress(address);
  senderAddress = address.v4;
  socket.ring.read(socket.ring.head + DATAGRAM_HEADER, target, size);
  socket.dropFirst();
  return size;
}
export let senderPort: u32 = 0;
export let senderAddress: u32 = 0;
/** 64 KiB that tests exchange bytes in. */
export const scratch: usize = memory.data(65536, 8);
