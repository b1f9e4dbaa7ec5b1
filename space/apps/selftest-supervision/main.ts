// Self-test of supervision: kills a service again and again while programs use it. It must be back within its back-off each time, no
// program may hang or get a wrong answer, and no page frame, object, handle or process may be lost. Needs the service killer
// (space/services/service-killer) in the manifest. Status 0 or 1.
//
//   selftest-supervision SERVICE KILLS SEED       the test: vfs, block, network, loader, console, or netdriver (work.ts says where)
//   selftest-supervision work SERVICE RESTARTS    uses the service until it was restarted so often, and once more
//   selftest-supervision hang sleep|spin          puts the faulty service in the network's place and lets it hang

import { EPID_NET_DRIVER } from "../../../abi/endpoints";
import { ECONNREFUSED, ECONNRESET, ETIMEDOUT } from "../../../abi/errno";
import { OP_DESCRIBE } from "../../../abi/ops";
import { WNOHANG } from "../../../abi/wait";
import { println } from "../../lib/console";
import { ipcCallService, request } from "../../lib/hnx_ipc";
import { args, clock_ns, sleep_ns, spawn, wait4, waitStatus } from "../../lib/process";
import { ServiceInfo, findService, readService, updateService } from "../../lib/supervision";
import { EPID_FAULTY, FAULTY_SLEEP, FAULTY_SPIN } from "../../services/service-faulty/protocol";
import { EPID_KILLER, KILLER_KILL } from "../../services/service-killer/protocol";
import { Counts } from "./counts";
import { endWork, work } from "./work";

const OWN: string = "/bin/selftest-supervision";
const WORKERS: u32 = 3;
/** Kills before the first count: caches fill, programs are kept. */
const WARM_UP: u32 = 3;
const FIRST_BACKOFF_NS: i64 = 1_000_000; // init's, space/services/init/supervise.ts
const LONGEST_BACKOFF_NS: i64 = 1_000_000_000;
/** What a restart may take besides its back-off. */
const RESTART_NS: i64 = 250_000_000;
const PATIENCE_NS: i64 = 20_000_000_000;
const POLL_NS: i64 = 10_000_000;
/**
 * What a service inherits may grow by so many pages: a VFS that dies in the middle of a change of tmpfs clears the fixed part of
 * its arena, and with that has all pages of it from then on (space/services/vfs/tmpfs/arena.ts).
 */
const GROWTH_PAGES: u32 = 300;
/** What the rounds between the two counts allocate, and more. */
const HEAP_NEEDED: u32 = 65536;
/** The longest wait before a kill, in nanoseconds. */
const DELAY_MAX: u32 = 3_000_000;
/** The same for a network driver: programs send anew what the last one lost, and it should be busy when it dies (work.ts). */
const DRIVER_DELAY_MAX: u32 = 150_000_000;
/** Failures in a row after which a worker gives up: the service is not back. */
const FAILURES_MAX: u32 = 100_000;

let wrong: u32 = 0;
let kills: u32 = 0;
let random: u32 = 1;
let longest_ns: i64 = 0;

function complain(text: string): void {
  wrong++;
  println(`selftest-supervision: ${text}`);
}

/** Xorshift. → 0 … below - 1 */
function below(limit: u32): u32 {
  random ^= random << 13;
  random ^= random >> 17;
  random ^= random << 5;
  return random % limit;
}

/**
 * Asks `epid` until it answers, RESTART_NS each time, and as often as fits into the back-off, and once more. With a network the clock
 * follows the host's, and jumps when the host stands still: a jump ends one question at most, however long it is.
 */
function askAgain(epid: u32, backoff_ns: i64): i32 {
  let code = -ETIMEDOUT;
  for (let left_ns = backoff_ns + RESTART_NS; left_ns > 0 && code == -ETIMEDOUT; left_ns -= RESTART_NS)
    code = ipcCallService(epid, request(OP_DESCRIBE), RESTART_NS);
  return code;
}

/** Kills the service that serves `epid`, and sees that it is back in time. */
function killOnce(index: u32, epid: u32): void {
  const before = new ServiceInfo();
  readService(index, before);
  const delay_ns = <u64>below(epid == EPID_NET_DRIVER ? DRIVER_DELAY_MAX : DELAY_MAX);
  const killed = ipcCallService(EPID_KILLER, request(KILLER_KILL).withU32(epid).withU64(delay_ns));
  if (killed < 0) return complain(`the killer answers ${killed}`);
  const began_ns = clock_ns();
  const backoff_ns = min(FIRST_BACKOFF_NS << kills, LONGEST_BACKOFF_NS);
  const isOfHost = epid == EPID_NET_DRIVER;
  const code = isOfHost
    ? askAgain(epid, backoff_ns)
    : ipcCallService(epid, request(OP_DESCRIBE), PATIENCE_NS);
  const took_ns = clock_ns() - began_ns;
  kills++;
  longest_ns = max(longest_ns, took_ns - backoff_ns);
  if (code < 0) complain(`kill ${kills}: no answer: ${code}`);
  if (!isOfHost && took_ns > backoff_ns + RESTART_NS)
    complain(`kill ${kills}: back after ${took_ns} ns, not ${backoff_ns}`);
  const after = new ServiceInfo();
  readService(index, after);
  if (after.restarts != before.restarts + 1 || after.pid == before.pid)
    complain(`kill ${kills}: ${after.restarts} restarts after ${before.restarts}`);
}

/** Waits for a worker that must end by itself. */
function collect(pid: i32): void {
  const end_ns = clock_ns() + PATIENCE_NS;
  let got = wait4(pid, WNOHANG);
  for (; got == 0 && clock_ns() < end_ns; got = wait4(pid, WNOHANG)) sleep_ns(POLL_NS);
  if (got != pid) complain(`worker ${pid} hangs: ${got}`);
  else if (waitStatus) complain(`worker ${pid} ended with ${waitStatus}`);
}

/** `times` kills with workers busy; they end by themselves. */
function round(service: string, index: u32, times: u32): void {
  const info = new ServiceInfo();
  readService(index, info);
  const pids = new Array<i32>();
  for (let i: u32 = 0; i < WORKERS; i++) {
    const pid = spawn(OWN, ["worker", "work", service, `${info.restarts + times}`]);
    if (pid < 0) complain(`no worker: ${pid}`);
    else pids.push(pid);
  }
  for (let i: u32 = 0; i < times; i++) killOnce(index, info.endpoint);
  for (let i = 0; i < pids.length; i++) collect(pids[i]);
}

/** Has the pages that this program will allocate from now on, so that they do not count as lost. */
function touchHeap(): void {
  const block = heap.alloc(HEAP_NEEDED);
  memory.fill(block, 1, HEAP_NEEDED);
  heap.free(block); // the last block: what is allocated next lies there
}

function countsOf(index: u32): Counts {
  const info = new ServiceInfo();
  const user = new ServiceInfo();
  readService(index, info);
  if (info.endpoint == EPID_NET_DRIVER) findService("network", user);
  return new Counts().take(info.pid, user.pid);
}

function killService(service: string, times: u32): void {
  const info = new ServiceInfo();
  const index = findService(service, info);
  if (index < 0) return complain(`no service ${service}: ${index}`);
  round(service, index, WARM_UP);
  touchHeap();
  const before = countsOf(index);
  round(service, index, times);
  const after = countsOf(index);
  const difference = after.differenceFrom(before);
  if (difference.length) complain(`after ${times} kills: ${difference}`);
  if (after.pages > before.pages + GROWTH_PAGES)
    complain(`after ${times} kills: it has ${after.pages} pages, not ${before.pages}`);
  println(`selftest-supervision: ${service}: ${kills} kills, at most ${longest_ns} ns beyond the back-off`);
}

/** A worker. Whatever its service answers, it goes on; a failure with no restart is wrong. → its exit status */
function workUntil(service: string, restarts: u32): i32 {
  const info = new ServiceInfo();
  const index = findService(service, info);
  let failures: u32 = 0;
  for (let isLast = false; ;) {
    const before = info.restarts;
    const status = work(service);
    const code = readService(index, info);
    if (code < 0) complain(`init answers ${code}`);
    if (status == 0) {
      failures = 0;
      if (isLast) break;
      isLast = info.restarts >= restarts;
    } else if (++failures > FAILURES_MAX || (status == -ECONNREFUSED && service != "network")) break;
    else if (isLast && info.restarts == before && failures > 1) break;
  }
  endWork();
  if (failures) complain(`${service}: the worker gives up after ${failures} failures`);
  return wrong ? 1 : 0;
}

/** The faulty service is put in the network's place and hangs: init must end it and start it again. */
function hang(op: u32): void {
  const info = new ServiceInfo();
  const index = findService("network", info);
  const updated = updateService("network", "/sbin/service-faulty");
  if (updated < 0) return complain(`update: ${updated}`);
  readService(index, info);
  const restarts = info.restarts;
  const began_ns = clock_ns();
  const code = ipcCallService(EPID_FAULTY, request(op), PATIENCE_NS);
  if (code != -ECONNRESET) complain(`the call that hangs: ${code}`);
  const served = ipcCallService(EPID_FAULTY, request(OP_DESCRIBE), PATIENCE_NS);
  if (served < 0) complain(`after the restart: ${served}`);
  readService(index, info);
  if (info.restarts != restarts + 1) complain(`${info.restarts} restarts after ${restarts}`);
  println(`selftest-supervision: hung service replaced after ${(clock_ns() - began_ns) / 1_000_000} ms`);
  const back = updateService("network", "/sbin/network");
  if (back < 0) complain(`update back: ${back}`);
}

export function main(): i32 {
  const argv = args();
  if (argv.length == 4 && argv[1] == "work") return workUntil(argv[2], <u32>U32.parseInt(argv[3]));
  if (argv.length == 3 && argv[1] == "hang") hang(argv[2] == "spin" ? FAULTY_SPIN : FAULTY_SLEEP);
  else if (argv.length == 4) {
    random = (<u32>U32.parseInt(argv[3])) | 1;
    killService(argv[1], <u32>U32.parseInt(argv[2]));
  } else return 2;
  println(`selftest-supervision: ${wrong} wrong`);
  return wrong ? 1 : 0;
}
