// Supervision: a service that died is started again after a back-off that doubles with each death soon after a start, one that
// does not answer its heartbeat is ended first, and one that dies RESTART_LIMIT times in a row is given up: its endpoint is
// down, and callers hear so. While a service waits for its restart its endpoint keeps what is queued.

import { PRIORITY_CRITICAL } from "../../../abi/endpoints";
import { ETIMEDOUT } from "../../../abi/errno";
import { OP_DESCRIBE } from "../../../abi/ops";
import { SVC_FAILED, SVC_RUNNING, SVC_STOPPED, SVC_WAITING } from "../../../abi/svc";
import { SYS_EP_ABANDON } from "../../../abi/syscall";
import { SIGKILL, WNOHANG, WNOWAIT } from "../../../abi/wait";
import { ipcCallService, request } from "../../lib/hnx_ipc";
import { LOG_ERROR, LOG_INFO, logLine } from "../../lib/log";
import { strerror } from "../../lib/process/errors";
import { clock_ns, kill, wait4, waitStatus } from "../../lib/process/process";
import { syscall } from "../../lib/sys";
import { serviceAt, serviceCount } from "./manifest";
import { RESTART_NEVER } from "./manifest_layout";
import { collectCorpse, lineFor, startService } from "./services";
import { stateOf } from "./service_table";

const FIRST_BACKOFF_NS: i64 = 1_000_000;
const LONGEST_BACKOFF_NS: i64 = 1_000_000_000;
/** Deaths in a row after which a service is given up; it then died for some 20 seconds on end. */
const RESTART_LIMIT: u32 = 32;
/** A service that ran so long has started well: its death is the first again. */
const STABLE_NS: i64 = 5_000_000_000;
const HEARTBEAT_NS: i64 = 2_000_000_000;
/** Short, because init does nothing else meanwhile: a service that dies now is restarted so much later. */
const HEARTBEAT_TIMEOUT_NS: i64 = 250_000_000;
/** Heartbeats missed in a row that end a service. One can be missed because the whole machine stood still. */
const MISSES_LIMIT: u32 = 3;
/** How long all services together may take until each has answered for the first time. */
const START_TIMEOUT_NS: i64 = 5_000_000_000;
const START_POLL_NS: i64 = 100_000_000;

const ANY_CHILD: i32 = -1;
const SIGNAL_MASK: u32 = 0x7f;
const EXIT_CODE_SHIFT: u32 = 8;
const EXIT_CODE_MASK: u32 = 0xff;

/** Starts every service of the manifest. → how many could not be started */
export function startServices(): u32 {
  let failures: u32 = 0;
  for (let i: u32 = 0; i < serviceCount; i++) {
    if (startService(i) >= 0) continue;
    failures++;
    giveUp(i, SVC_FAILED);
  }
  return failures;
}

/** Waits until every service has answered; one that dies meanwhile is started again. → how many did not answer */
export function waitForServices(): u32 {
  let failures: u32 = 0;
  const end_ns = clock_ns() + START_TIMEOUT_NS;
  for (let i: u32 = 0; i < serviceCount; i++) {
    const service = serviceAt(i);
    if (service.endpoint == 0 || stateOf(i).state == SVC_FAILED) continue;
    let code = describe(service.endpoint, START_POLL_NS);
    while (code == -ETIMEDOUT && clock_ns() < end_ns) {
      reapServices();
      restartDue();
      code = describe(service.endpoint, START_POLL_NS);
    }
    if (code >= 0) continue;
    failures++;
    lineFor(service).text(" does not answer on endpoint ").number(service.endpoint);
    logLine.text(": ").text(strerror(code)).write(LOG_ERROR);
  }
  return failures;
}

/** Asks whether an endpoint is served. → the code of its answer, or -errno */
function describe(endpoint: u32, timeout_ns: i64): i32 {
  return ipcCallService(endpoint, request(OP_DESCRIBE, PRIORITY_CRITICAL), timeout_ns);
}

/** Takes note of all children that have ended. → the id of one that is no service (its status is in waitStatus), or 0 */
export function reapServices(): i32 {
  for (let pid = wait4(ANY_CHILD, WNOHANG | WNOWAIT); pid > 0; pid = wait4(ANY_CHILD, WNOHANG | WNOWAIT)) {
    const i = serviceOf(pid);
    if (i < 0) {
      wait4(pid, WNOHANG);
      return pid;
    }
    noteDeath(i, waitStatus);
  }
  return 0;
}

/** The service whose process `pid` is, or -1. */
function serviceOf(pid: i32): i32 {
  for (let i: u32 = 0; i < serviceCount; i++) if (stateOf(i).pid == pid) return i;
  return -1;
}

/** The process of service `i` has died. */
function noteDeath(i: u32, status: u32): void {
  const state = stateOf(i);
  logDeath(i, status);
  state.corpse = state.pid;
  state.pid = 0;
  if (serviceAt(i).restart == RESTART_NEVER) return giveUp(i, SVC_STOPPED);
  const now_ns = clock_ns();
  if (now_ns - state.started_ns > STABLE_NS || state.failures == 0) {
    state.failures = 0;
    state.backoff_ns = FIRST_BACKOFF_NS;
  }
  if (++state.failures > RESTART_LIMIT) {
    lineFor(serviceAt(i))
      .text(" is given up: it died ")
      .number(state.failures)
      .text(" times in a row")
      .write(LOG_ERROR);
    return giveUp(i, SVC_FAILED);
  }
  state.state = SVC_WAITING;
  state.due_ns = now_ns + state.backoff_ns;
  state.backoff_ns = min(state.backoff_ns << 1, LONGEST_BACKOFF_NS);
}

/** Nobody will serve the endpoint of service `i` until it is started by hand. */
export function giveUp(i: u32, newState: u32): void {
  const service = serviceAt(i);
  const state = stateOf(i);
  state.state = newState;
  state.failures = 0;
  if (service.endpoint) syscall(SYS_EP_ABANDON, service.endpoint, 0, 0, 0, 0, 0);
  collectCorpse(i);
}

function logDeath(i: u32, status: u32): void {
  lineFor(serviceAt(i)).text(" (pid ").number(stateOf(i).pid).text(") died: ");
  const signal = status & SIGNAL_MASK;
  if (signal) logLine.text("killed by signal ").number(signal);
  else logLine.text("exit status ").number((status >> EXIT_CODE_SHIFT) & EXIT_CODE_MASK);
  logLine.write(LOG_ERROR);
}

/** Starts the services whose back-off is over. */
export function restartDue(): void {
  const now_ns = clock_ns();
  for (let i: u32 = 0; i < serviceCount; i++) {
    const state = stateOf(i);
    if (state.state != SVC_WAITING || state.due_ns > now_ns) continue;
    if (startService(i) >= 0) {
      state.restarts++;
      lineFor(serviceAt(i)).text(" runs again (pid ").number(state.pid).text(")").write(LOG_INFO);
    } else if (++state.failures > RESTART_LIMIT) {
      giveUp(i, SVC_FAILED);
    } else {
      state.due_ns = now_ns + state.backoff_ns;
      state.backoff_ns = min(state.backoff_ns << 1, LONGEST_BACKOFF_NS);
    }
  }
}

/** Asks the services whose heartbeat is due, and ends one that has not answered MISSES_LIMIT times in a row. */
export function takeHeartbeats(): void {
  for (let i: u32 = 0; i < serviceCount; i++) {
    const service = serviceAt(i);
    const state = stateOf(i);
    if (!isWatched(i) || state.beat_ns > clock_ns()) continue;
    const isMissed = describe(service.endpoint, HEARTBEAT_TIMEOUT_NS) == -ETIMEDOUT;
    state.beat_ns = clock_ns() + HEARTBEAT_NS;
    state.misses = isMissed ? state.misses + 1 : 0;
    if (state.misses < MISSES_LIMIT) continue;
    lineFor(service).text(" (pid ").number(state.pid).text(") does not answer: ended").write(LOG_ERROR);
    kill(state.pid, SIGKILL);
  }
}

function isWatched(i: u32): bool {
  const service = serviceAt(i);
  return stateOf(i).state == SVC_RUNNING && service.endpoint != 0 && service.restart != RESTART_NEVER;
}

/** Nanoseconds until something is due; at least 0. */
export function nextDue_ns(): i64 {
  const now_ns = clock_ns();
  let next_ns = HEARTBEAT_NS;
  for (let i: u32 = 0; i < serviceCount; i++) {
    const state = stateOf(i);
    if (state.state == SVC_WAITING) next_ns = min(next_ns, state.due_ns - now_ns);
    else if (isWatched(i)) next_ns = min(next_ns, state.beat_ns - now_ns);
  }
  return max<i64>(next_ns, 0);
}
