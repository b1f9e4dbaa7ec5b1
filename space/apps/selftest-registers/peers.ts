// The parts with two processes: the first one serves, the other calls it; or the first one wakes up all the time while the other
// computes at a lower priority. Both sides check their registers; the child's exit status tells the first one.

import { ETIMEDOUT } from "../../../abi/errno";
import { ACROSS_SPIN } from "../../../abi/registers";
import { PRIORITY_NORMAL, EPID_NONE } from "../../../abi/endpoints";
import {
  FLAG_NOTIFICATION,
  INFO_FLAGS_SHIFT,
  NO_TIMEOUT,
  replyInfo,
  requestInfo,
} from "../../../abi/message";
import { SYS_EP_CALL, SYS_EP_RECV, SYS_EP_REPLY, SYS_EP_REPLY_RECV } from "../../../abi/syscall";
import { epCreate, epDestroy, epGrant } from "../../lib/hnx_ipc";
import { SpawnAttributes, sleep_ns, spawnWith, wait } from "../../lib/process";
import {
  after,
  before,
  callKernel,
  chainBefore,
  expect,
  expectChain,
  expectKept,
  expectResult,
  mix,
  random,
  randomise,
  randomiseCall,
  across,
} from "./registers";

const PROGRAM = "/bin/selftest-registers";
const NAME = "selftest-registers";
const OWN_PRIORITY: u32 = 8; // what every program has unless its parent says otherwise
const OP_ECHO: u32 = 1;
const OP_LAST: u32 = 2;
const CALLS: u32 = 400;
const DATA_SIZE: u32 = 32;
const CALL_TIMEOUT_NS: u64 = 1_000_000_000;
const SPINS: u32 = 300;
const SPIN_ROUNDS: u64 = 20_000;
const NAP_NS: u64 = 15_000;
const GRANT_WAIT_NS: i64 = 2_000_000;

function start(role: string, epid: u32, priority: u32): i32 {
  const words = [NAME, role, epid.toString(), random().toString()];
  const pid = spawnWith(PROGRAM, words, new SpawnAttributes().priority(priority));
  if (epid && pid > 0) epGrant(epid, <u32>pid);
  return pid;
}

function expectDone(pid: i32): void {
  before(0, 0);
  expectSame("the child's status", <u64>wait(pid), 0);
}
function expectSame(what: string, value: u64, expected: u64): void {
  if (value != expected) expect(`${what}: ${value}`, 0, ~after(0));
}

/** What a received call must look like. → its token */
function expectCall(epid: u32, pid: u32): u64 {
  expect("a receive", 0, 0);
  const next = expectChain("a received call", after(1));
  expect("a received call", 7, (<u64>pid) | ((<u64>epid) << 32));
  chainNext = next;
  return after(6);
}
let chainNext: u64 = 0;

/** Serves the child's calls: by replyRecv, the last by a reply alone. */
export function checkCalls(): void {
  const epid = <u32>epCreate();
  const pid = start("call", epid, OWN_PRIORITY);
  randomiseCall();
  before(0, epid);
  before(5, 0);
  before(6, <u64>NO_TIMEOUT);
  callKernel(SYS_EP_RECV);
  while (((<u32>after(5)) & 0xffff) == OP_ECHO) {
    const token = expectCall(epid, <u32>pid);
    randomiseCall();
    before(0, epid);
    chainBefore(chainNext);
    before(5, replyInfo(0, DATA_SIZE, 0));
    before(6, token);
    before(7, mix(chainNext));
    callKernel(SYS_EP_REPLY_RECV);
  }
  const token = expectCall(epid, <u32>pid);
  randomiseCall();
  chainBefore(chainNext);
  before(5, replyInfo(0, DATA_SIZE, 0));
  before(6, token);
  before(7, mix(chainNext));
  callKernel(SYS_EP_REPLY);
  expectResult("a reply", 0);
  expectDone(pid);
  epDestroy(epid);
}

/** The child: one call after the other, every second one with a timeout, which the fast path does not take. */
export function playCaller(epid: u32): void {
  sleep_ns(GRANT_WAIT_NS);
  for (let i: u32 = 1; i <= CALLS; i++) {
    randomiseCall();
    const first = random();
    before(0, epid);
    chainBefore(first);
    before(5, requestInfo(i == CALLS ? OP_LAST : OP_ECHO, PRIORITY_NORMAL, DATA_SIZE, 0));
    before(6, i & 1 ? CALL_TIMEOUT_NS : <u64>NO_TIMEOUT);
    callKernel(SYS_EP_CALL);
    const answer = mix(mix(mix(mix(first))));
    expect("a call", 0, 0);
    expectChain("an answer", answer);
    expect("an answer", 5, replyInfo(0, DATA_SIZE, 0));
    expect("an answer", 6, mix(answer));
    expect("an answer", 7, 0);
  }
}

/** Interrupts the child, which computes, by waiting for very short times, until it ends. */
export function checkPreemption(): void {
  const pid = start("spin", 0, OWN_PRIORITY - 1);
  for (;;) {
    randomiseCall();
    before(0, EPID_NONE);
    before(5, 0);
    before(6, NAP_NS + (random() & 0xfff));
    callKernel(SYS_EP_RECV);
    if ((<u32>(after(5) >> INFO_FLAGS_SHIFT)) & FLAG_NOTIFICATION) break;
    expectResult("a timeout", <u64>(<i64>-ETIMEDOUT));
  }
  expectDone(pid);
}

/** The child: a computation that must not notice that it is interrupted. */
export function playSpinner(): void {
  for (let i: u32 = 0; i < SPINS; i++) {
    randomise(ACROSS_SPIN);
    before(17, SPIN_ROUNDS);
    across();
    expectKept("an interrupted computation", 0, 16);
    expect("an interrupted computation", 17, 0);
    expectKept("an interrupted computation", 18, 30);
  }
}
