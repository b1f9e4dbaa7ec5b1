// Moving a message: from a blocked caller or a stored message to a receiver, and from a server back to its caller.
// Outside the fast path a message is whole in its page; its first 32 bytes are in x1–x4 only around a system call.

import {
  FLAG_ASYNC,
  FLAG_GRANT,
  FLAG_KERNEL,
  FLAG_NOTIFICATION,
  FLAG_OTHER_ENDPOINT,
  INFO_FLAGS_SHIFT,
  INFO_LENGTH_SHIFT,
  MESSAGE_DATA,
  infoFlags,
  infoLength,
  replyInfo,
} from "../../abi/message";
import { REGISTER_DATA } from "../../abi/limits";
import {
  COMPLETION_NONE,
  COMPLETION_WINDOWS,
  FRAME_MESSAGE,
  FRAME_SYSCALL,
  ITEM_ASYNC,
  QueueItem,
  STATE_READY,
  Thread,
  threadOfItem,
} from "./thread";
import { deliverGrant, deliverReplyGrant } from "./grant";
import { completeCall, copyData, handOff, makeReady, stopTimeout } from "./sched";

/** What of a server's info word its caller sees: code, length and the flags that are a server's to set. */
const REPLY_MASK: u64 =
  0x0000_ffff_ffff_ffff | ((<u64>(FLAG_OTHER_ENDPOINT | FLAG_GRANT)) << INFO_FLAGS_SHIFT);

@inline export function messageData(t: Thread): usize {
  return t.messagePage + MESSAGE_DATA;
}

/** Writes the message registers of a thread that has just entered the kernel into its page. */
export function spillRegisters(t: Thread): void {
  const data = messageData(t);
  store<u64>(data, t.x1);
  store<u64>(data, t.x2, 8);
  store<u64>(data, t.x3, 16);
  store<u64>(data, t.x4, 24);
}

/** Moves a message's data from `source` to `t`: the first 32 bytes to its registers, from which its stub stores them, the rest to its page. */
@inline export function moveData(t: Thread, source: usize, length: u32): void {
  t.x1 = load<u64>(source);
  t.x2 = load<u64>(source, 8);
  t.x3 = load<u64>(source, 16);
  t.x4 = load<u64>(source, 24);
  if (length > REGISTER_DATA)
    copyData(messageData(t) + REGISTER_DATA, source + REGISTER_DATA, length - REGISTER_DATA);
}

/** Puts an item's message to endpoint `epid` before `receiver` as what its receive returns. The item stays the caller's affair. */
export function deliver(item: QueueItem, receiver: Thread, epid: u32): void {
  let info = item.info;
  moveData(receiver, item.data, infoLength(info));
  if (infoFlags(info) & FLAG_GRANT) info = deliverGrant(item, receiver, info);
  receiver.x0 = 0;
  receiver.x7 = (<u64>item.pid) | ((<u64>epid) << 32);
  if (item.kind == ITEM_ASYNC) {
    receiver.x5 = info | ((<u64>FLAG_ASYNC) << INFO_FLAGS_SHIFT);
    receiver.x6 = 0;
  } else {
    receiver.x5 = info;
    receiver.x6 = threadOfItem(item).token;
  }
  receiver.frame = FRAME_MESSAGE;
}

/** Puts `bits` before `receiver` as what its receive returns. */
export function deliverNotification(receiver: Thread, bits: u64): void {
  receiver.x0 = 0;
  receiver.x1 = bits;
  receiver.x2 = 0;
  receiver.x3 = 0;
  receiver.x4 = 0;
  receiver.x5 = ((<u64>8) << INFO_LENGTH_SHIFT) | ((<u64>FLAG_NOTIFICATION) << INFO_FLAGS_SHIFT);
  receiver.x6 = 0;
  receiver.x7 = 0;
  receiver.frame = FRAME_MESSAGE;
}

/** Answers `caller`, which awaits a reply, with the server's message page, and lets it run. */
export function deliverReply(server: Thread, caller: Thread, info: u64, value: i64): void {
  const length = infoLength(info);
  leaveServer(caller);
  handOff(caller);
  if (caller.completion > COMPLETION_WINDOWS) {
    completeCall(caller, <i32>info, value, length, infoFlags(info), messageData(server));
  } else {
    moveData(caller, messageData(server), length);
    if (infoFlags(info) & FLAG_GRANT) deliverReplyGrant(server, caller);
    setResponse(caller, <i32>info, info & REPLY_MASK, value);
  }
}

/** Fails `caller`'s call on the kernel's own account: code < 0. */
export function deliverFailure(caller: Thread, code: i32): void {
  endCall(caller);
  if (caller.completion > COMPLETION_WINDOWS) completeCall(caller, code, 0, 0, FLAG_KERNEL, 0);
  else {
    moveData(caller, messageData(caller), 0);
    setResponse(caller, code, replyInfo(code, 0, FLAG_KERNEL), 0);
  }
}

/** Ends any wait of `t` with a plain status. */
export function wakeWith(t: Thread, status: i64): void {
  stopTimeout(t);
  t.endpoint = null;
  t.state = STATE_READY;
  t.x0 = status;
  t.frame = FRAME_SYSCALL;
  makeReady(t);
}

function endCall(caller: Thread): void {
  leaveServer(caller);
  makeReady(caller);
}

/** `caller` has its answer: nobody holds its call or reaches its memory any more. */
@inline export function leaveServer(caller: Thread): void {
  stopTimeout(caller);
  caller.server = null;
  caller.endpoint = null;
  caller.window0Access = 0;
  caller.window1Access = 0;
  caller.state = STATE_READY;
}

function setResponse(caller: Thread, code: i32, info: u64, value: i64): void {
  caller.x0 = code;
  caller.x5 = info;
  caller.x6 = value;
  caller.x7 = 0;
  caller.completion = COMPLETION_NONE;
  caller.frame = FRAME_MESSAGE;
}
