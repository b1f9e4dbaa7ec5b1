// `bench-network`: the guest's half of the network's benchmark. toolchain/bench/network.ts is the other half: a host peer beyond
// QEMU's user network, which tells by datagrams to port 9 what is being measured:
//
//   8 bytes                   come back: the UDP echo
//   begin                     instructions are counted from here on
//   end NAME OPERATIONS       prints "bench NAME VALUE", instructions of the whole system per operation
//   send PORT MIB             sends MIB MiB to a listener of the host; prints net_send_mib and net_copied_per_byte_sent
//   receive PORT MIB          the same the other way: net_receive_mib
//   stop                      ends it
//
// Every command is answered with "ok" when it is done. httpd serves /tmp/www: `hello`, 13 bytes, and `large`, 64 MiB, both in
// memory. Counted are instructions that the core retired, so waiting for the peer costs nothing.

import { println } from "../../lib/console";
import { close, creat, mkdir, write } from "../../lib/fs";
import * as net from "../../lib/net";
import { Interface, waitForAddress } from "../../lib/net/interface";
import { networkCounter } from "../../lib/net/status";
import { spawn } from "../../lib/process";
import { instructions } from "../../lib/sys";

const PORT: u32 = 9;
const HOST_ADDRESS: u32 = 0x0a00_0202; // 10.0.2.2, as QEMU's user network has it
const ECHO_SIZE: i32 = 8;
const DATAGRAM_MAX: u32 = 256;
const MIB: u32 = 1 << 20;
const LARGE_MIB: u32 = 64;
const CHUNK: u32 = 65536;
const ADDRESS_WAIT_NS: i64 = 10_000_000_000;
const BYTES_COPIED: u32 = 34; // the counter of space/services/network/stack/counters.ts
const KERNEL_COPIES: u64 = 1; // the kernel brings each byte once from the program's memory into the send buffer

const datagram: usize = memory.data(DATAGRAM_MAX, 16);
const chunk: usize = memory.data(CHUNK, 16);
let started: u32 = 0;

function row(name: string, operations: u32): void {
  println(`bench ${name} ${(instructions() - started) / operations}`);
}

/** Writes `size` bytes of the pattern in `chunk`, `count` times. → whether all went */
function makeFile(path: string, size: u32, count: u32): bool {
  const file = creat(path);
  if (file < 0) return false;
  for (let i: u32 = 0; i < count; i++) if (write(file, chunk, size) != <i32>size) return false;
  return close(file) == 0;
}

function serveFiles(): bool {
  mkdir("/tmp/www");
  memory.fill(chunk, 0x61, CHUNK);
  if (!makeFile("/tmp/www/hello", 13, 1)) return false;
  if (!makeFile("/tmp/www/large", CHUNK, LARGE_MIB * (MIB / CHUNK))) return false;
  return spawn("/bin/httpd", ["httpd", "-q", "/tmp/www"]) >= 0;
}

/** A connection to the host, of which `mib` MiB are sent or received. → whether that went well */
function stream(port: u32, mib: u32, isSend: bool): bool {
  const socket = net.streamSocket();
  if (net.connect(socket, HOST_ADDRESS, port) < 0) return false;
  let left = mib * MIB;
  const copied = networkCounter(BYTES_COPIED);
  started = instructions();
  while (left) {
    const size = min(left, CHUNK);
    const done = isSend ? net.send(socket, chunk, size) : net.receive(socket, chunk, size);
    if (done <= 0) return false;
    left -= done;
  }
  row(isSend ? "net_send_mib" : "net_receive_mib", mib);
  // The last window may not have gone yet: rounded, a copy more or less would show.
  const bytes = <u64>mib * MIB;
  const byStack = (<u64>(networkCounter(BYTES_COPIED) - copied) + bytes / 2) / bytes;
  const name = isSend ? "net_copied_per_byte_sent" : "net_copied_per_byte_received";
  println(`bench ${name} ${KERNEL_COPIES + byStack}`);
  return close(socket) == 0;
}

/** → whether the command is one, and was carried out */
function obey(text: string): bool {
  const words = text.split(" ");
  if (words[0] == "begin") {
    started = instructions();
    return true;
  }
  if (words.length != 3) return false;
  if (words[0] == "end") {
    row(words[1], <u32>I32.parseInt(words[2]));
    return true;
  }
  const isSend = words[0] == "send";
  if (!isSend && words[0] != "receive") return false;
  return stream(<u32>I32.parseInt(words[1]), <u32>I32.parseInt(words[2]), isSend);
}

export function main(): i32 {
  const own = new Interface();
  if (waitForAddress(own, ADDRESS_WAIT_NS) < 0 || !serveFiles()) return 1;
  const socket = net.datagramSocket();
  if (net.bind(socket, net.ANY_ADDRESS, PORT) < 0) return 1;
  println("bench-network: ready");
  while (true) {
    const size = net.receiveFrom(socket, datagram, DATAGRAM_MAX);
    if (size < 0) return 1;
    if (size == ECHO_SIZE) {
      net.sendTo(socket, datagram, size, net.senderAddress, net.senderPort);
      continue;
    }
    const address = net.senderAddress;
    const port = net.senderPort;
    const text = String.UTF8.decodeUnsafe(datagram, size);
    const good = text == "stop" || obey(text);
    const answer = String.UTF8.encode(good ? "ok" : "failed");
    net.sendTo(socket, changetype<usize>(answer), <u32>answer.byteLength, address, port);
    if (text == "stop") return 0;
  }
}
