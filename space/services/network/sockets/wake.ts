// What the stack reports is turned into answers: each call that waits on the socket is tried again, in order, until one has
// to wait on; then whoever watches the socket hears of it.

import { EAGAIN, ESRCH } from "../../../../abi/errno";
import { NET_ACCEPT, NET_CONNECT, NET_RECV, NET_WAIT } from "../../../../abi/ops";
import { LATER, answer, answerWithData } from "../../../lib/hnx_ipc";
import { wakePollers } from "../../../lib/hnx_ipc/pollers";
import { takeEvent } from "../stack/events";
import { noteOpened, openedHandle, tryAccept, tryReceive } from "./receive";
import { tryConnect, trySendStream } from "./send";
import { Socket, findSocket, socketAt } from "./socket";
import { closeSocket } from "./open";
import { Waiter, forget, takeOverdue, waiterAt } from "./waiter";
import { wakeWatcher } from "./watch";

/** Tries a call. → its result with the answer in the page, or LATER */
export function attempt(w: Waiter, socket: Socket): i64 {
  if (w.operation == NET_RECV) return tryReceive(w, socket);
  if (w.operation == NET_ACCEPT) return tryAccept(w, socket);
  if (w.operation == NET_CONNECT) return tryConnect(socket);
  return trySendStream(w, socket);
}

/** Two calls that wait for different things do not wait for each other. */
function retry(socket: Socket): void {
  let index = <u32>socket.firstWaiter;
  while (index) {
    const w = waiterAt(index);
    index = <u32>w.next;
    const result = attempt(w, socket);
    if (result == LATER) continue;
    const token = w.token;
    const opened = w.operation == NET_ACCEPT && result >= 0;
    forget(w);
    if (answerWithData(token, result) == -ESRCH && opened) closeUndelivered();
  }
}

/** The caller of the last accept or socket is gone: nobody will ever close what it was given. */
export function closeUndelivered(): void {
  const socket = findSocket(openedHandle);
  if (socket) closeSocket(socket);
  noteOpened(0);
}

/** Handles all events of the stack, and calls whose time is over. Uses the message page. */
export function wakeCallers(): void {
  for (let number = takeEvent(); number >= 0; number = takeEvent()) {
    const socket = socketAt(number);
    if (!socket.type) continue;
    if (socket.firstWaiter) retry(socket);
    if (socket.watchEvents) wakeWatcher(socket);
    wakePollers(socket.pollers);
  }
}

/** Ends calls whose time is over: a wait with nothing, a receive with -EAGAIN. */
export function endOverdue(): void {
  for (let w = takeOverdue(); w; w = takeOverdue()) {
    const token = w.token;
    const isWait = w.operation == NET_WAIT;
    forget(w);
    answer(token, isWait ? 0 : -EAGAIN);
  }
}
