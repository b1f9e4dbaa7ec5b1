// Self-test: the service killer kills the network service while a receive waits. The receive answers -ECONNRESET. What comes then
// the argument says:
//
//   restarted   sockets of the dead instance answer -ECONNRESET, can be closed, and are nobody else's; new ones work
//   down        every call answers -ECONNREFUSED
//   driver      the killer kills the card's driver instead: sockets go on, and the card works again
//
// Prints what is wrong; status 0 or 1.

import { EBADF, ECONNREFUSED, ECONNRESET } from "../../../abi/errno";
import { EPID_NETWORK, EPID_NET_DRIVER } from "../../../abi/endpoints";
import { println } from "../../lib/console";
import { close } from "../../lib/fs";
import { ipcSend, request } from "../../lib/hnx_ipc";
import * as net from "../../lib/net";
import { Interface, waitForAddress } from "../../lib/net/interface";
import { args, sleep_ns } from "../../lib/process";
import { EPID_KILLER, KILLER_KILL } from "../../services/service-killer/protocol";

const PORT: u32 = 8080;
const DELAY_NS: u64 = 50_000_000;
const PAUSE_NS: i64 = 20_000_000;
const ADDRESS_WAIT_NS: i64 = 10_000_000_000;
const TRIES: u32 = 50; // of about 40 ms: Nagle waits for the delayed acknowledgment

const buffer: usize = memory.data(256, 8);
let wrong: u32 = 0;

function check(what: string, result: i32, expected: i32): void {
  if (result == expected) return;
  wrong++;
  println(`selftest-net-death: ${what}: ${result}, expected ${expected}`);
}

let listener: i32 = -1;
let first: i32 = -1;
let second: i32 = -1;

/** → 0, or what a socket that cannot be had answers */
function openPair(): i32 {
  listener = net.streamSocket();
  if (listener < 0) return listener;
  check("bind", net.bind(listener, net.LOOPBACK_ADDRESS, PORT), 0);
  check("listen", net.listen(listener, 4), 0);
  first = net.streamSocket();
  check("connect", net.connect(first, net.LOOPBACK_ADDRESS, PORT), 0);
  second = net.accept(listener);
  check("accept", i32(second >= 0), 1);
  return 0;
}

/** Sends four bytes from one end to the other. */
function exchange(): void {
  store<u32>(buffer, 0x64636261);
  check("send", net.send(first, buffer, 4), 4);
  store<u32>(buffer, 0);
  check("receive", net.receive(second, buffer, 100), 4);
  check("bytes", load<u32>(buffer), 0x64636261);
}

function kill(endpoint: u32): void {
  ipcSend(EPID_KILLER, request(KILLER_KILL).withU32(endpoint).withU64(DELAY_NS));
}

/** Every call on the sockets `a` and `b` answers `expected`. */
function checkDead(a: i32, b: i32, datagrams: i32, expected: i32): void {
  check("accept of the dead", net.accept(a), expected);
  check("send of the dead", net.send(b, buffer, 4), expected);
  check("receive of the dead", net.receive(b, buffer, 4), expected);
  check("sendTo of the dead", net.sendTo(datagrams, buffer, 4, net.LOOPBACK_ADDRESS, PORT), expected);
  check("name of the dead", net.ownName(a), expected);
}

function networkDies(isRestarted: bool): void {
  check("a pair", openPair(), 0);
  const datagrams = net.datagramSocket();
  check("watch", net.watchSocket(second, net.POLL_IN, 1), 0);
  kill(EPID_NETWORK);
  check("a receive that waits", net.receive(first, buffer, 4), -ECONNRESET);
  const a = listener;
  const b = second;
  if (!isRestarted) {
    checkDead(a, b, datagrams, -ECONNREFUSED);
    check("a socket", net.streamSocket(), -ECONNREFUSED);
    check("wait", net.waitSockets(buffer, 0), -ECONNREFUSED);
    return;
  }
  check("wait of one who watched", net.waitSockets(buffer, -1), -ECONNRESET);
  checkDead(a, b, datagrams, -ECONNRESET);
  check("a new pair", openPair(), 0);
  checkDead(a, b, datagrams, -ECONNRESET);
  exchange();
  check("close", close(a), 0);
  check("close", close(b), 0);
  check("closed", net.accept(a), -EBADF);
  exchange();
}

function driverDies(): void {
  const own = new Interface();
  check("an address", waitForAddress(own, ADDRESS_WAIT_NS), 0);
  check("a pair", openPair(), 0);
  const toCard = net.datagramSocket();
  kill(EPID_NET_DRIVER);
  let failures: u32 = 0;
  for (let i: u32 = 0; i < TRIES && !failures; i++) {
    exchange();
    // Without a card there is no way; until then datagrams are sent, or dropped.
    if (net.sendTo(toCard, buffer, 4, own.gateway, 9) < 0) failures++;
    sleep_ns(PAUSE_NS / 10);
  }
  sleep_ns(PAUSE_NS);
  check("an address again", waitForAddress(own, ADDRESS_WAIT_NS), 0);
  check("to the card again", net.sendTo(toCard, buffer, 4, own.gateway, 9), 4);
  exchange();
}

export function main(): i32 {
  const argv = args();
  const which = argv.length > 1 ? argv[1] : "";
  if (which == "driver") driverDies();
  else networkDies(which == "restarted");
  println(`selftest-net-death: ${wrong} wrong`);
  return wrong ? 1 : 0;
}
