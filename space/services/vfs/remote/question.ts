// What the VFS has asked file systems that are services of their own, and what they have answered. Asking never waits: the
// operation unwinds with WAIT, and finds the answer here when it is done again (parking.ts).
//
//   FREE → ask() → ASKED → its answer, or nobody answers → ANSWERED → another ask() → ASKED …
//
// A question is the running request's own (its token): another request asks anew, so nobody is told what was true before. Answers
// are hostile: remote.ts checks each before it is used.

import { ECONNREFUSED, EIO, ENXIO, ETIMEDOUT } from "../../../../abi/errno";
import { MAX_MESSAGE_DATA } from "../../../../abi/limits";
import { RIGHT_SEND, PRIORITY_NORMAL } from "../../../../abi/endpoints";
import { Message, requestInfo } from "../../../../abi/message";
import { FS_ANSWER_HEAD, FS_LIST, FS_LOOKUP, FS_READ } from "../../../../abi/ops";
import { SYS_EP_CREATE } from "../../../../abi/syscall";
import { message } from "../../../lib/hnx_ipc/call";
import { ownerOf } from "../../../lib/hnx_ipc/owner";
import { epSend, syscall } from "../../../lib/sys";
import { now_ns } from "../clock";
import { WAIT } from "../file_system";
import { restorePage, savePage } from "../page_copy";
import { Waiters, waitFor, wake } from "../parking";
import { setWatched } from "../work";

/** As many as the longest operation asks for: the directory of a process each (MAX_PROCESSES). */
const MAX_QUESTIONS: u32 = 160;
const INDEX_BITS: u64 = 8;
const INDEX_MASK: u64 = 255;
/** Bytes of an answer, or of a question's name. */
export const MAX_ANSWER: u32 = MAX_MESSAGE_DATA - FS_ANSWER_HEAD;
/** A file system that does not answer so long is taken for hung. */
const ANSWER_TIMEOUT_NS: u64 = 5_000_000_000;
/** Questions to one service that are not answered: a hung one must not take all that may be stored in its queue. */
const MAX_OWED: u32 = 8;
const MAX_ERRNO: i32 = 4095;

const FREE: u32 = 0;
const ASKED: u32 = 1;
const ANSWERED: u32 = 2;

@unmanaged
export class Question {
  cookie: u64; // sequence << 8 | index: an answer that is late finds nobody
  asked_ns: u64;
  token: u64; // of the request that asks
  argument: u64; // position or offset
  waitersLow: u64; // requests that wait for the answer (a Waiters record)
  waitersHigh: u64;
  state: u32;
  endpoint: u32;
  op: u32;
  inode: u32;
  owner: u32; // process that was asked
  status: i32; // 0 or -errno
  length: u32; // bytes of the data
  reserved: u32;

  @inline get waiters(): Waiters {
    return changetype<Waiters>(changetype<usize>(this) + offsetof<Question>("waitersLow"));
  }
  /** The answer's bytes; of a lookup, which is answered in `argument`, the name. */
  @inline get data(): usize {
    return changetype<usize>(this) + offsetof<Question>();
  }
}
const QUESTION_SIZE: usize = offsetof<Question>() + MAX_ANSWER;
const TABLE_SIZE: usize = <usize>MAX_QUESTIONS * QUESTION_SIZE;

let table: usize = 0;
/** Requests that can ask nothing until some question is answered. */
const anyAnswer = changetype<Waiters>(memory.data(16, 8));
let answersEndpoint: u32 = 0;
let asked: u32 = 0;
let sequence: u64 = 0;

@inline
function questionAt(index: u32): Question {
  return changetype<Question>(table + <usize>index * QUESTION_SIZE);
}

/** Whether messages to `epid` are answers. */
export function isRemoteAnswers(epid: u32): bool {
  return answersEndpoint != 0 && epid == answersEndpoint;
}
export function hasRemotes(): bool {
  return answersEndpoint != 0;
}
export function askedQuestions(): u32 {
  return asked;
}

/** Makes the table and the endpoint, once. 0 or -errno. */
function prepare(): i32 {
  if (answersEndpoint) return 0;
  const endpoint = syscall(SYS_EP_CREATE, 0, 0, 0, 0, 0, 0);
  if (endpoint < 0) return <i32>endpoint;
  table = heap.alloc(TABLE_SIZE);
  memory.fill(table, 0, TABLE_SIZE);
  answersEndpoint = <u32>endpoint;
  return 0;
}

/** Sends a question. 0; -errno: nobody will answer. The message page is as it was before. */
function send(q: Question): i32 {
  savePage();
  const m = message().begin(q.op, PRIORITY_NORMAL).withU64(q.cookie).withU32(q.inode);
  if (q.op == FS_LOOKUP) m.withStr(q.data, q.length);
  if (q.op == FS_LIST || q.op == FS_READ) m.withU64(q.argument);
  if (q.op == FS_READ) m.withU32(MAX_ANSWER);
  m.withGrantEndpoint(answersEndpoint, RIGHT_SEND);
  const status = <i32>epSend(q.endpoint, requestInfo(q.op, PRIORITY_NORMAL, m.length, m.flags));
  restorePage();
  return status;
}

// What ask() was called for.
let endpoint: u32 = 0;
let op: u32 = 0;
let inode: u32 = 0;
let argument: u64 = 0;
let name: usize = 0;
let nameLength: u32 = 0;
let token: u64 = 0;

/** Whether a question is the one that ask() was called for. */
function isSame(q: Question): bool {
  if (q.state == FREE || q.token != token) return false;
  if (q.endpoint != endpoint || q.op != op || q.inode != inode) return false;
  if (op != FS_LOOKUP) return q.argument == argument;
  return q.length == nameLength && memory.compare(q.data, name, nameLength) == 0;
}

/** Questions to the endpoint that are not answered, as of the last findQuestion(). */
let owed: u32 = 0;

/** The question that was asked before, or one to ask it with: free, or asked longest ago. Null: all wait for answers. */
function findQuestion(): Question | null {
  let best: Question | null = null;
  owed = 0;
  for (let index: u32 = 0; index < MAX_QUESTIONS; index++) {
    const q = questionAt(index);
    if (isSame(q)) return q;
    if (q.state == ASKED) {
      if (q.endpoint == endpoint) owed += 1;
      continue;
    }
    if (
      !best ||
      q.state == FREE ||
      (best.state != FREE && q.cookie >> INDEX_BITS < best.cookie >> INDEX_BITS)
    )
      best = q;
  }
  return best;
}

/** Why ask() found no answer: WAIT or -errno. */
export let fault: i32 = 0;

/**
 * The answer to a question, if it is there. nameAt, length: of a lookup, at most MAX_ANSWER bytes. Null: see `fault`; the running
 * operation waits for it if that is WAIT.
 */
export function ask(
  mountedEndpoint: u32,
  question: u32,
  node: u32,
  position: u64,
  nameAt: usize = 0,
  length: u32 = 0,
): Question | null {
  endpoint = mountedEndpoint;
  op = question;
  inode = node;
  argument = position;
  name = nameAt;
  nameLength = length;
  token = message().msgId;
  fault = prepare();
  return fault < 0 ? null : answerOf(findQuestion());
}

/** The answer, if `q` has it; else it is asked, if it is not and that can be done now, and waited for. */
function answerOf(q: Question | null): Question | null {
  if (q && isSame(q)) {
    if (q.state == ASKED) return waitForAnswer(q.waiters);
    fault = q.status;
    return fault < 0 ? null : q;
  }
  if (!q || owed >= MAX_OWED) return waitForAnswer(anyAnswer);
  begin(q);
  if (q.state == ASKED) return waitForAnswer(q.waiters);
  fault = q.status;
  q.state = FREE;
  return null;
}

function waitForAnswer(waiters: Waiters): Question | null {
  waitFor(waiters);
  fault = WAIT;
  return null;
}

/** Asks; a question that cannot be sent is answered with the error. */
function begin(q: Question): void {
  const index = <u64>((changetype<usize>(q) - table) / QUESTION_SIZE);
  q.cookie = (++sequence << INDEX_BITS) | index;
  q.asked_ns = now_ns();
  q.token = token;
  q.endpoint = endpoint;
  q.op = op;
  q.inode = inode;
  q.argument = argument;
  q.length = nameLength;
  if (nameLength) memory.copy(q.data, name, nameLength);
  q.owner = ownerOf(endpoint);
  q.state = ASKED;
  asked += 1;
  setWatched(true);
  const status = send(q);
  if (status < 0) finish(q, status == -ENXIO ? -ECONNREFUSED : status);
}

/** A question is answered, or will not be. */
function finish(q: Question, status: i32): void {
  q.status = status;
  q.state = ANSWERED;
  asked -= 1;
  wake(q.waiters);
  wake(anyAnswer);
}

/** FS_ANSWER. Answers to what was not asked, or from who does not serve the endpoint that was, are left alone. */
export function takeRemoteAnswer(m: Message): void {
  const cookie = m.readU64();
  const status = <i32>m.readU32();
  m.readU32();
  if (!m.ok || (cookie & INDEX_MASK) >= MAX_QUESTIONS) return;
  const q = questionAt(<u32>(cookie & INDEX_MASK));
  if (q.state != ASKED || q.cookie != cookie || m.srcPid != ownerOf(q.endpoint)) return;
  const length = m.unread;
  const at = m.data + m.position;
  if (q.op == FS_LOOKUP) {
    // The name stays: the answer is one word.
    q.argument = length == 8 ? load<u64>(at) : u64.MAX_VALUE;
  } else {
    memory.copy(q.data, at, length);
    q.length = length;
  }
  finish(q, status < -MAX_ERRNO ? -EIO : status); // WAIT, above all, is ours to say
}

/** Looks after what was asked: asks a new instance of a service again, and gives up waiting for one that says nothing. */
export function checkQuestions(): void {
  const now = now_ns();
  for (let index: u32 = 0; asked && index < MAX_QUESTIONS; index++) {
    const q = questionAt(index);
    if (q.state != ASKED) continue;
    const owner = ownerOf(q.endpoint);
    let status: i32 = now - q.asked_ns >= ANSWER_TIMEOUT_NS ? -ETIMEDOUT : 0;
    if (!status && owner && owner != q.owner) {
      q.owner = owner;
      status = send(q);
    }
    if (status < 0) finish(q, status);
  }
}
