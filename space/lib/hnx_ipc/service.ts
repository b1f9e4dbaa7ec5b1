// The service framework: it owns the loop (one replyRecv a request that can be answered at once), answers OP_DESCRIBE,
// and turns what it does not know into -ENOSYS.
//
//   class Echo extends Service {
//     constructor() { super(EPID, "echo", "1.0"); }
//     request(m: Message): i64 {
//       switch (m.op) {
//         case ECHO: { const v = m.readU32(); return m.ok ? done(v) : failed(EBADMSG); }
//         default: return this.unknown(m);
//       }
//     }
//   }
//   export function main(): i32 { return new Echo().run(); }
//
// `request` returns done(value), doneWithData(value), failed(errno), or LATER after keeping m.msgId: it must then call
// answer… with that token some time. A service never blocks on a peer: no ipcCallService inside a handler.

import {
  FLAG_ASYNC,
  FLAG_GRANT,
  FLAG_NOTIFICATION,
  FLAG_OTHER_ENDPOINT,
  Message,
  NO_TIMEOUT,
  replyInfo,
} from "../../../abi/message";
import { EPID_NONE } from "../../../abi/endpoints";
import { ENOSYS, ESRCH, ETIMEDOUT } from "../../../abi/errno";
import { OP_DESCRIBE } from "../../../abi/ops";
import { SYS_MSG_READ, SYS_MSG_WRITE } from "../../../abi/syscall";
import { epRecv, epReply, epReplyRecv, syscall } from "../sys";
import { message } from "./call";

/** The flags of an answer that are a service's to set. */
const ANSWER_FLAGS: u32 = FLAG_OTHER_ENDPOINT | FLAG_GRANT;

/** A handler's result that means: not answered yet. */
export const LATER: i64 = i64.MIN_VALUE;

/** Success without data. */
@inline export function done(value: i64): i64 {
  message().beginReply();
  return value;
}

/** Success; the data, and the grant, that were built after beginReply() go with it. */
@inline export function doneWithData(value: i64): i64 {
  return value;
}

/** Failure: the caller's result is -errno. */
@inline export function failed(errno: i32): i64 {
  message().beginReply();
  return -(<i64>errno);
}

/** Answers a request kept with LATER, without data. result: a value ≥ 0 or -errno. -errno if the caller is gone. */
export function answer(token: u64, result: i64): i32 {
  message().beginReply();
  return answerWithData(token, result);
}

/** The same, with the data that was built in the message page after beginReply(), and the grant. */
export function answerWithData(token: u64, result: i64): i32 {
  const m = message();
  const code = result < 0 ? <i32>result : 0;
  return <i32>epReply(replyInfo(code, m.length, (<u32>m.flags) & ANSWER_FLAGS), token, result);
}

/**
 * Copies from window `window` (0 or 1) of the call that `token` stands for, starting at `offset` of the window, to
 * `target` in this module's memory. → bytes copied: `size`, or fewer when the window ends or a page of either side is bad
 * or MAX_COPY_SLICE is reached; -EFAULT if none could be; -EPERM without the window's read access; -EINVAL, -ESRCH.
 */
@inline export function msgRead(token: u64, window: u32, offset: u32, target: usize, size: u32): i32 {
  return <i32>syscall(SYS_MSG_READ, token, window, offset, target, size, 0);
}

/** The other direction: from `source` in this module's memory into the caller's window. */
@inline export function msgWrite(token: u64, window: u32, offset: u32, source: usize, size: u32): i32 {
  return <i32>syscall(SYS_MSG_WRITE, token, window, offset, source, size, 0);
}

export abstract class Service {
  /** Where requests are received: `epid`, or EPID_ANY for a service with other endpoints of its own. */
  from: u32 = EPID_NONE;
  /** How long a receive that follows LATER or a notification waits before timedOut() is called; NO_TIMEOUT: for ever. */
  receiveTimeout_ns: i64 = NO_TIMEOUT;

  constructor(
    public epid: u32,
    public name: string,
    public version: string,
  ) {
    this.from = epid;
  }

  /** Handles one request in the message page. */
  abstract request(m: Message): i64;

  /** Handles sticky notifications: NOTIFY_… and interrupt bits. */
  notification(bits: u64): void {}

  /** receiveTimeout_ns have passed without a message. */
  timedOut(): void {}

  /** Answers what every service answers (describe), and -ENOSYS to everything else. */
  unknown(m: Message): i64 {
    if (m.op != OP_DESCRIBE) return failed(ENOSYS);
    m.beginReply().withText(this.name).withText(this.version);
    return doneWithData(0);
  }

  /** The answer to `token` was refused, and nothing was received. */
  private receiveAfterFailure(token: u64, status: i32): i64 {
    // -ESRCH: the caller died or gave up while we worked, and nobody is harmed. Any other: the answer granted what is not
    // ours to give; the caller learns that. If our endpoint is gone, the receive says so.
    if (status != -ESRCH) answer(token, status);
    return this.receiveNext();
  }

  /** Receives, and does in between what is due. → status ≥ 0, or -errno */
  private receiveNext(): i64 {
    while (true) {
      const status = epRecv(this.from, this.receiveTimeout_ns);
      if (status != -ETIMEDOUT) return status;
      this.timedOut();
    }
  }

  /** Receives and answers for ever; returns only if the endpoint is taken away (its -errno, as an exit status). */
  run(): i32 {
    let status = this.receiveNext();
    while (status >= 0) {
      const m = message().rewind();
      const token = m.msgId;
      const result = this.handle(m);
      if (result == LATER) {
        status = this.receiveNext();
        continue;
      }
      status = epReplyRecv(this.from, answerInfo(m, result), token, result);
      if (status < 0) status = this.receiveAfterFailure(token, <i32>status);
    }
    return -(<i32>status);
  }

  /** For whoever has more to do than to serve: waits up to timeout_ns for one message, and answers it. */
  serveOnce(timeout_ns: i64): void {
    if (epRecv(this.from, timeout_ns) < 0) return;
    const m = message().rewind();
    const token = m.msgId;
    const result = this.handle(m);
    if (result != LATER) epReply(answerInfo(m, result), token, result);
  }

  /** Handles what was received. → its result; LATER also where nobody waits for one */
  @inline
  private handle(m: Message): i64 {
    return (<u32>m.flags) & (FLAG_NOTIFICATION | FLAG_ASYNC) ? this.handleUnasked(m) : this.request(m);
  }

  /** A notification, or a message that nobody waits for. */
  private handleUnasked(m: Message): i64 {
    if (m.flags & FLAG_NOTIFICATION) this.notification(load<u64>(m.data));
    else this.request(m);
    return LATER;
  }
}

/** The info word of an answer whose data is in the page. */
@inline function answerInfo(m: Message, result: i64): u64 {
  return replyInfo(result < 0 ? <i32>result : 0, m.length, (<u32>m.flags) & ANSWER_FLAGS);
}
