// The server of the soak test (space/apps/selftest-soak/plan.ts): holds the clients' OP_JOINs until a run is asked for, then
// receives their messages, checks each, and answers the run when all clients are done.

import { EBUSY, ENOSYS } from "../../../abi/errno";
import { FLAG_ASYNC, FLAG_NOTIFICATION, NO_TIMEOUT, replyInfo } from "../../../abi/message";
import { OP_DESCRIBE } from "../../../abi/ops";
import { answer, answerWithData, message } from "../../lib/hnx_ipc";
import { counter, epRecv, epReplyRecv } from "../../lib/sys";
import { CLIENTS, COUNTS, OP_DONE, OP_JOIN, OP_MESSAGE, OP_RUN, SERVER } from "../../apps/selftest-soak/plan";
import { check, checkDone, counts, reset } from "./check";

const joined = new StaticArray<u64>(<i32>CLIENTS); // tokens
let joinedCount: u32 = 0;
let doneCount: u32 = 0;
let runToken: u64 = 0;
let messages: u64 = 0;
let seed: u64 = 0;

/** Lets the clients begin, once all have joined and a run is asked for. */
function beginWhenReady(): void {
  if (!runToken || joinedCount < CLIENTS) return;
  reset();
  doneCount = 0;
  joinedCount = 0;
  for (let client: u32 = 0; client < CLIENTS; client++) {
    const share = messages / CLIENTS + u64(client < <u32>(messages % CLIENTS));
    message()
      .beginReply()
      .withU32(client)
      .withU32(<u32>share)
      .withU64(seed + client);
    answerWithData(joined[client], 0);
  }
}

/** A client is done; with the last one the run is. */
function clientDone(token: u64): void {
  checkDone(message().data);
  answer(token, 0);
  if (++doneCount < CLIENTS) return;
  message()
    .beginReply()
    .withBytes(counts, COUNTS << 3);
  answerWithData(runToken, 0);
  runToken = 0;
}

/** Everything that is no OP_MESSAGE. */
function other(token: u64): void {
  const m = message().rewind();
  if (m.op == OP_JOIN && joinedCount < CLIENTS) {
    joined[joinedCount++] = token;
    beginWhenReady();
  } else if (m.op == OP_RUN && !runToken) {
    messages = m.readU64();
    seed = m.readU64();
    runToken = token;
    beginWhenReady();
  } else if (m.op == OP_DONE) clientDone(token);
  else if (m.op == OP_DESCRIBE) {
    m.beginReply().withText("soak-server").withText("1.0");
    answerWithData(token, 0);
  } else answer(token, m.op == OP_JOIN || m.op == OP_RUN ? -EBUSY : -ENOSYS);
}

export function main(): i32 {
  const m = message();
  let began = counter();
  let status = epRecv(SERVER, NO_TIMEOUT);
  while (status >= 0) {
    const token = m.msgId;
    const isCall = (m.flags & FLAG_ASYNC) == 0;
    if (m.flags & FLAG_NOTIFICATION) {
      status = epRecv(SERVER, NO_TIMEOUT);
    } else if (m.op == OP_MESSAGE) {
      check(m.data, m.length, m.priority, isCall, began, counter());
      began = counter();
      status = isCall ? epReplyRecv(SERVER, replyInfo(0, 0, 0), token, 0) : epRecv(SERVER, NO_TIMEOUT);
    } else {
      other(token);
      began = counter();
      status = epRecv(SERVER, NO_TIMEOUT);
    }
  }
  return -(<i32>status);
}
