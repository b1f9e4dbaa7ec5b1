// Watching many sockets with one call (NET_WATCH, NET_WAIT). Each process has a list of watched sockets that something
// happened to; a wait looks at those only, answers with the ones that are ready, and keeps these in the list, so that what
// is not used up is reported again. A watched socket that nothing happens to costs nothing.
//
//   watcher of a process slot:  u32 process id · u16 head · u16 tail (socket numbers + 1)
//
// Who watched sockets of an earlier instance is told that they are gone, by its next wait: -ECONNRESET, once.

import { ECONNRESET } from "../../../../abi/errno";
import { MAX_PROCESSES } from "../../../../abi/limits";
import {
  MAX_WATCH_RECORDS,
  POLL_ERROR,
  POLL_HANG_UP,
  POLL_IN,
  POLL_OUT,
  WATCH_RECORD_SIZE,
} from "../../../../abi/net";
import { LATER, answerWithData, doneWithData, failed, message } from "../../../lib/hnx_ipc";
import { MAX_SOCKETS } from "../stack/layout";
import { CLOSED, FIN_RECEIVED, FIN_QUEUED, LISTEN, SYN_SENT, canSend } from "../stack/tcp/tcb";
import { tcpReadable, tcpSendRoom } from "../stack/tcp/user";
import { noteWatcher, watcherBefore } from "./kept";
import { READY_LISTED, Socket, socketAt } from "./socket";
import { WATCHER_SIZE, WATCHER_TABLE } from "./tables";
import { Waiter, forget, waitOf } from "./waiter";

@unmanaged
class Watcher {
  pid: u32;
  head: u16;
  tail: u16;
  former: u32; // process id that watched sockets of an earlier instance and has not been told
}

@inline
function watcherOf(pid: u32): Watcher {
  return changetype<Watcher>(WATCHER_TABLE + <usize>(pid & (MAX_PROCESSES - 1)) * WATCHER_SIZE);
}

/** What a socket is ready for: POLL_… */
export function readiness(socket: Socket): u32 {
  if (!socket.isStream) {
    const s = socket.datagrams;
    return POLL_OUT | (s.hasDatagram ? POLL_IN : 0) | (s.error ? POLL_ERROR : 0);
  }
  const t = socket.connection;
  if (t.state == LISTEN) return t.acceptCount ? POLL_IN : 0;
  let ready: u32 = 0;
  if (t.state != SYN_SENT && tcpReadable(t) != 0) ready |= POLL_IN;
  if (canSend(t.state) ? tcpSendRoom(t) > 0 : t.state == CLOSED) ready |= POLL_OUT;
  if (t.state == CLOSED && t.error) ready |= POLL_ERROR;
  if (t.state == CLOSED || (t.is(FIN_RECEIVED) && t.is(FIN_QUEUED))) ready |= POLL_HANG_UP;
  return ready;
}

/** Remembers who watched sockets of an earlier instance. The tables are empty. */
export function inheritWatchers(): void {
  for (let slot: u32 = 0; slot < MAX_PROCESSES; slot++) watcherOf(slot).former = watcherBefore(slot);
}

/** Process `pid` watches the socket for `events` from now on, or, with 0, no more. */
export function watch(socket: Socket, pid: u32, events: u32, tag: u32): void {
  socket.watchEvents = events;
  socket.watchTag = tag;
  socket.watcher = pid;
  if (!events) return;
  noteWatcher(pid);
  noteReady(socket);
}

/** Something happened to a watched socket. */
export function noteReady(socket: Socket): void {
  if (socket.is(READY_LISTED)) return;
  const watcher = watcherOf(socket.watcher);
  if (watcher.pid != socket.watcher) {
    clear(watcher);
    watcher.pid = socket.watcher;
  }
  append(watcher, socket);
}

function append(watcher: Watcher, socket: Socket): void {
  const number = <u16>(socket.number + 1);
  socket.flags |= READY_LISTED;
  socket.readyNext = 0;
  if (watcher.tail) socketAt(<u32>watcher.tail - 1).readyNext = number;
  else watcher.head = number;
  watcher.tail = number;
}

function takeFirst(watcher: Watcher): Socket {
  const socket = socketAt(<u32>watcher.head - 1);
  watcher.head = socket.readyNext;
  if (!watcher.head) watcher.tail = 0;
  socket.flags &= ~READY_LISTED;
  return socket;
}

/** A new process has the slot: what its predecessor watched is nobody's business now. */
function clear(watcher: Watcher): void {
  while (watcher.head) takeFirst(watcher);
}

/** Takes a socket that is being closed out of the list. */
export function unwatch(socket: Socket): void {
  socket.watchEvents = 0;
  if (!socket.is(READY_LISTED)) return;
  const watcher = watcherOf(socket.watcher);
  // What else is listed keeps its order: each is taken from the front and put to the back, this one not.
  const last = watcher.tail;
  for (let more = watcher.head != 0; more;) {
    const each = takeFirst(watcher);
    more = <u32>last != each.number + 1;
    if (each != socket) append(watcher, each);
  }
}

/** Writes the records of ready sockets into a new answer. → how many; 0: none, and there is no answer */
function collect(pid: u32): u32 {
  const watcher = watcherOf(pid);
  if (watcher.pid != pid || !watcher.head) return 0;
  const m = message();
  m.beginReply();
  let count: u32 = 0;
  let looks: u32 = MAX_SOCKETS; // each is looked at once: what is put back comes round again
  const last = watcher.tail;
  while (watcher.head && count < MAX_WATCH_RECORDS && looks) {
    looks -= 1;
    const socket = takeFirst(watcher);
    const isLast = <u32>last == socket.number + 1;
    const ready = readiness(socket) & (socket.watchEvents | POLL_ERROR | POLL_HANG_UP);
    if (ready && socket.watchEvents) {
      m.withU32(socket.watchTag).withU32(ready);
      count += 1;
      append(watcher, socket);
    }
    if (isLast) break;
  }
  return count;
}

/** NET_WAIT: one try. */
export function tryWait(w: Waiter): i64 {
  const watcher = watcherOf(w.pid);
  if (watcher.former) {
    const isThis = watcher.former == w.pid;
    watcher.former = 0;
    if (isThis) return failed(ECONNRESET);
  }
  const count = collect(w.pid);
  return count ? doneWithData(count * WATCH_RECORD_SIZE) : LATER;
}

/** Answers the process that waits for what happened to `socket`. */
export function wakeWatcher(socket: Socket): void {
  noteReady(socket);
  const waiter = waitOf(socket.watcher);
  if (!waiter) return;
  const count = collect(waiter.pid);
  if (!count) return;
  const token = waiter.token;
  forget(waiter);
  answerWithData(token, count * WATCH_RECORD_SIZE);
}
