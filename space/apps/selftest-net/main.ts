// Self-test: sockets of one program with itself, over the loopback interface: a TCP stream of 1 MiB, datagrams of all sizes,
// errors, options, watching, and that everything is closed when the program ends. Prints what is wrong; status 0 or 1.

import {
  EADDRINUSE,
  EAGAIN,
  EBADF,
  ECONNREFUSED,
  EFAULT,
  EINPROGRESS,
  EINVAL,
  EMSGSIZE,
  ENETUNREACH,
  ENOTCONN,
  ENOTSOCK,
} from "../../../abi/errno";
import { println } from "../../lib/console";
import { close, read, write } from "../../lib/fs";
import * as net from "../../lib/net";

const PORT: u32 = 8080;
const MIB: u32 = 1 << 20;
const CHUNK: u32 = 50_000;
const BAD_ADDRESS: usize = 0xffff_0000;

const outgoing: usize = heap.alloc(65536);
const incoming: usize = heap.alloc(65536);
let wrong: u32 = 0;

function check(what: string, result: i32, expected: i32): void {
  if (result == expected) return;
  wrong++;
  println(`selftest-net: ${what}: ${result}, expected ${expected}`);
}

/** Two ends of a connection: `first` connected, `second` accepted. */
let first: i32 = -1;
let second: i32 = -1;
let listener: i32 = -1;

function openPair(): void {
  listener = net.streamSocket();
  check("bind", net.bind(listener, net.LOOPBACK_ADDRESS, PORT), 0);
  check("listen", net.listen(listener, 4), 0);
  first = net.streamSocket();
  check("connect", net.connect(first, net.LOOPBACK_ADDRESS, PORT), 0);
  second = net.accept(listener);
  check("accept", i32(second >= 0), 1);
  check("peer's name", net.peerName(first), 0);
  check("peer's port", net.namePort, PORT);
}

/** Sends 1 MiB from one end to the other without blocking on either, and compares. */
function stream(): void {
  check("non-blocking", net.setOption(first, net.OPTION_NON_BLOCKING, 1), 0);
  let sent: u32 = 0;
  let received: u32 = 0;
  while (received < MIB) {
    if (sent < MIB) {
      const size = min(CHUNK, MIB - sent);
      for (let i: u32 = 0; i < size; i += 4) store<u32>(outgoing + i, (sent + i) * 0x9e3779b1);
      const count = net.send(first, outgoing, size & ~3);
      if (count > 0) sent += count & ~3;
      else check("send", count, -EAGAIN);
    }
    const count = net.receive(second, incoming, CHUNK);
    if (count <= 0) return check("receive", count, 1);
    for (let i: u32 = 0; i < <u32>count; i++) {
      const at = received + i;
      const byte = <u8>((((at & ~3) * 0x9e3779b1) >> ((at & 3) << 3)) & 0xff);
      if (load<u8>(incoming + i) != byte) return check(`byte ${at}`, load<u8>(incoming + i), byte);
    }
    received += count;
  }
  check("nothing more", net.receive(second, incoming, 10, net.MESSAGE_DONT_WAIT), -EAGAIN);
}

/** A descriptor is a descriptor: write, read, the end, close. */
function asFile(): void {
  store<u32>(outgoing, 0x64636261);
  check("write", write(second, outgoing, 4), 4);
  check("blocking again", net.setOption(first, net.OPTION_NON_BLOCKING, 0), 0);
  check("read", read(first, incoming, 100), 4);
  check("bytes", load<u32>(incoming), 0x64636261);
  check("shutdown", net.shutdown(second, net.SHUTDOWN_SEND), 0);
  check("end", read(first, incoming, 100), 0);
  check("close", close(second), 0);
  check("close", close(first), 0);
  check("close the listener", close(listener), 0);
  check("closed", net.send(first, outgoing, 1), -EBADF);
}

function datagrams(): void {
  const a = net.datagramSocket();
  const b = net.datagramSocket();
  check("bind a", net.bind(a, net.LOOPBACK_ADDRESS, 5000), 0);
  check("bind b", net.bind(b, net.LOOPBACK_ADDRESS, 5001), 0);
  check("taken", net.bind(net.datagramSocket(), net.LOOPBACK_ADDRESS, 5001), -EADDRINUSE);
  for (let size: u32 = 0; size <= 60_000; size = size * 3 + 1) {
    memory.fill(outgoing, <u8>size, size);
    check("sendTo", net.sendTo(a, outgoing, size, net.LOOPBACK_ADDRESS, 5001), size);
    check("receiveFrom", net.receiveFrom(b, incoming, 65536), size);
    check("sender", net.senderPort, 5000);
    check("same bytes", memory.compare(outgoing, incoming, size), 0);
  }
  check("too long", net.sendTo(a, outgoing, 65508, net.LOOPBACK_ADDRESS, 5001), -EMSGSIZE);
  check("timeout", net.setOption(b, net.OPTION_RECEIVE_TIMEOUT_MS, 20), 0);
  check("receive timed out", net.receive(b, incoming, 10), -EAGAIN);
  check("nobody there", net.sendTo(a, outgoing, 1, net.LOOPBACK_ADDRESS, 5999), 1);
  check("refused", net.receive(a, incoming, 10), -ECONNREFUSED);
}

function errors(): void {
  check("not a socket", net.listen(1, 1), -ENOTSOCK);
  check("no descriptor", net.listen(50, 1), -EBADF);
  const s = net.streamSocket();
  check("refused", net.connect(s, net.LOOPBACK_ADDRESS, 9), -ECONNREFUSED);
  const t = net.streamSocket();
  check("no route", net.connect(t, 0x0808_0808, 9), -ENETUNREACH);
  check("not connected", net.send(t, outgoing, 1), -ENOTCONN);
  check("not connected", net.receive(t, incoming, 1), -ENOTCONN);
  check("bad buffer", net.send(t, BAD_ADDRESS, 1), -EFAULT);
  check("accept without listen", net.accept(t), -EINVAL);
}

function watching(): void {
  openPair();
  check("watch", net.watchSocket(listener, net.POLL_IN, 7), 0);
  check("nothing", net.waitSockets(incoming, 10_000_000), 0);
  const third = net.streamSocket();
  net.setOption(third, net.OPTION_NON_BLOCKING, 1);
  check("connect without waiting", net.connect(third, net.LOOPBACK_ADDRESS, PORT), -EINPROGRESS);
  check("one is ready", net.waitSockets(incoming, -1), 8);
  check("its tag", load<u32>(incoming), 7);
  check("its events", load<u32>(incoming, 4), net.POLL_IN);
  check("accept", i32(net.accept(listener) >= 0), 1);
}

export function main(): i32 {
  openPair();
  stream();
  asFile();
  datagrams();
  errors();
  watching();
  println(`selftest-net: ${wrong} wrong`);
  return wrong ? 1 : 0;
}
