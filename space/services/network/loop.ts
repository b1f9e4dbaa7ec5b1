// The service's loop: receive, handle, let the stack work, answer whoever that concerns, sleep until the stack's next
// deadline. The answer to the request in hand goes together with the next receive, unless others have to be answered
// before: they use the same message page.

import { EPID_NETWORK } from "../../../abi/endpoints";
import { ESRCH, ETIMEDOUT } from "../../../abi/errno";
import {
  FLAG_ASYNC,
  FLAG_NOTIFICATION,
  FLAG_TIMEOUT,
  MESSAGE_TIMEOUT,
  Message,
  NO_TIMEOUT,
  replyInfo,
} from "../../../abi/message";
import { NET_ACCEPT, NET_SOCKET } from "../../../abi/ops";
import { LATER, message } from "../../lib/hnx_ipc";
import { epRecv, epReply, epReplyRecv } from "../../lib/sys";
import { deviceInput, deviceIsReady, deviceOutput } from "./device";
import { DHCP_TIMER, dhcpInput, dhcpTimer } from "./dhcp/client";
import { tellTime } from "./machine_clock";
import { NetworkService } from "./service";
import { closeUndelivered, endOverdue, wakeCallers } from "./sockets/wake";
import { WAITER_TIMER } from "./sockets/waiter";
import { now_us } from "./stack/clock";
import { hasEvents } from "./stack/events";
import { FIRST_SYSTEM_TIMER } from "./stack/layout";
import { isStackBusy, otherTimers, runStack } from "./stack/stack";
import { NEVER, nextDeadline } from "./stack/timers";

const NANOSECONDS_PER_US: u64 = 1000;

/** Whether the stack has more to do before it may sleep. */
let isUnfinished: bool = false;
/** Whether calls have waited for as long as they wanted to. */
let isOverdue: bool = false;
/** The stack's next deadline, as it was before the last receive. */
let deadline_us: u64 = 0;

function hasExpired(timer: u32): bool {
  return (otherTimers & (1 << (timer - FIRST_SYSTEM_TIMER))) != 0;
}

/** Lets the stack work on some of what there is. → whether answers are due that need the message page */
export function work(): bool {
  deviceInput();
  isUnfinished = runStack();
  if (hasExpired(WAITER_TIMER)) isOverdue = true;
  if (hasExpired(DHCP_TIMER)) dhcpTimer();
  if (dhcpInput()) isUnfinished = true;
  deviceOutput();
  return hasEvents() || isOverdue;
}

/** Whether work() would do anything, packets of the card aside: those come with a notification. */
function hasWork(): bool {
  return isUnfinished || isStackBusy() || hasEvents() || now_us >= deadline_us;
}

/** Answers those who wait, until nothing more happens. Uses the message page. */
export function settle(): void {
  do {
    if (isOverdue) endOverdue();
    isOverdue = false;
    wakeCallers();
  } while (hasWork() && work());
}

/** How long the next receive may sleep, or NO_TIMEOUT. */
function sleep_ns(): i64 {
  deadline_us = 0;
  if (isUnfinished || deviceIsReady()) return 0;
  deadline_us = nextDeadline();
  if (deadline_us == NEVER) return NO_TIMEOUT;
  return deadline_us <= now_us ? 0 : <i64>((deadline_us - now_us) * NANOSECONDS_PER_US);
}

/** Answers `token` and receives the next request. */
function replyAndReceive(m: Message, token: u64, result: i64): i64 {
  const code = result < 0 ? <i32>result : 0;
  const timeout_ns = sleep_ns();
  const timed = timeout_ns == NO_TIMEOUT ? 0 : FLAG_TIMEOUT;
  if (timed) store<i64>(changetype<usize>(m), timeout_ns, MESSAGE_TIMEOUT);
  return epReplyRecv(EPID_NETWORK, replyInfo(code, m.length, timed), token, result);
}

/** Handles the request in the page. → what the next receive returned */
function handle(service: NetworkService, m: Message): i64 {
  const token = m.msgId;
  const opens = m.op == NET_SOCKET || m.op == NET_ACCEPT;
  const silent = (m.flags & FLAG_ASYNC) != 0;
  const result = service.request(m);
  const isBusy = hasWork() && work();
  if (result == LATER || silent) {
    if (isBusy) settle();
    return epRecv(EPID_NETWORK, sleep_ns());
  }
  let status: i64 = 0;
  if (isBusy) {
    status = epReply(replyInfo(result < 0 ? <i32>result : 0, m.length, 0), token, result);
    settle();
    if (status != -ESRCH) return epRecv(EPID_NETWORK, sleep_ns());
  } else {
    status = replyAndReceive(m, token, result);
    if (status != -ESRCH) return status;
  }
  // The caller is gone: nothing was received, and what it was given nobody has.
  if (opens && result >= 0) closeUndelivered();
  return epRecv(EPID_NETWORK, sleep_ns());
}

/** Serves for ever. → errno, when the endpoint is taken away */
export function serve(service: NetworkService): i32 {
  const m = message();
  let status = epRecv(EPID_NETWORK, sleep_ns());
  while (status >= 0 || status == -ETIMEDOUT) {
    tellTime();
    if (status >= 0 && !(m.flags & FLAG_NOTIFICATION)) {
      m.rewind();
      status = handle(service, m);
      continue;
    }
    // Otherwise the time is over, or packets are there.
    if (status >= 0) service.notification(load<u64>(m.data));
    if (work()) settle();
    status = epRecv(EPID_NETWORK, sleep_ns());
  }
  return -(<i32>status);
}
