// The message rows: calls, asynchronous messages, notifications, memory windows. The partner is /bin/bench-server.

import { PRIORITY_NORMAL } from "../../../abi/endpoints";
import { FLAG_WINDOWS, NO_TIMEOUT, WINDOW_READ, WINDOW_WRITE, requestInfo } from "../../../abi/message";
import { RIGHT_SEND } from "../../../abi/endpoints";
import { SYS_EP_CREATE, SYS_EP_DESTROY, SYS_EP_GRANT, SYS_NOTIFY } from "../../../abi/syscall";
import { message } from "../../lib/hnx_ipc";
import { epCall, epRecv, epSend, syscall } from "../../lib/sys";
import { begin, end } from "./measure";
import { BIT, ECHO, NOTIFY, WINDOWS, serverPid, startServer, stopServer } from "./server";

const ROUNDS: u32 = 10000;
const WARM_UP_ROUNDS: u32 = 100;
const OP: u32 = 1;
const WINDOW_BYTES: u32 = 65536;

function calls(epid: u32, bytes: u32): void {
  const info = requestInfo(OP, PRIORITY_NORMAL, bytes, 0);
  for (let i: u32 = 0; i < WARM_UP_ROUNDS; i++) epCall(epid, info, NO_TIMEOUT);
  begin();
  for (let i: u32 = 0; i < ROUNDS; i++) epCall(epid, info, NO_TIMEOUT);
  end(`call_reply_${bytes}`, ROUNDS);
}

/** Calls with each number of bytes in `sizes`. */
export function echoes(sizes: StaticArray<u32>): bool {
  const epid = startServer(ECHO, 0);
  if (!epid) return false;
  for (let i = 0; i < sizes.length; i++) calls(epid, sizes[i]);
  stopServer();
  return true;
}

/** A message of 32 bytes to an endpoint of one's own, and its receipt: storing and taking, no switch. */
function asynchronous(): void {
  const epid = <u32>syscall(SYS_EP_CREATE, 0, 0, 0, 0, 0, 0);
  const info = requestInfo(OP, PRIORITY_NORMAL, 32, 0);
  begin();
  for (let i: u32 = 0; i < ROUNDS; i++) {
    epSend(epid, info);
    epRecv(epid, NO_TIMEOUT);
  }
  end("async_send_recv", ROUNDS);
  syscall(SYS_EP_DESTROY, epid, 0, 0, 0, 0, 0);
}

/** To and fro: each of the two notifies the other, which waits, and waits itself. Half a round is one notification. */
function notifications(): bool {
  const own = <u32>syscall(SYS_EP_CREATE, 0, 0, 0, 0, 0, 0);
  const epid = startServer(NOTIFY, own);
  if (!epid || syscall(SYS_EP_GRANT, serverPid, own, RIGHT_SEND, 0, 0, 0) < 0) return false;
  for (let i: u32 = 0; i < WARM_UP_ROUNDS; i++) {
    syscall(SYS_NOTIFY, epid, BIT, 0, 0, 0, 0);
    epRecv(own, NO_TIMEOUT);
  }
  begin();
  for (let i: u32 = 0; i < ROUNDS; i++) {
    syscall(SYS_NOTIFY, epid, BIT, 0, 0, 0, 0);
    epRecv(own, NO_TIMEOUT);
  }
  end("notification", 2 * ROUNDS);
  stopServer();
  syscall(SYS_EP_DESTROY, own, 0, 0, 0, 0, 0);
  return true;
}

/** One call with two windows, of which the server reads the first and writes the second as often as it needs to measure. */
function windows(buffer: usize): bool {
  const epid = startServer(WINDOWS, 0);
  if (!epid) return false;
  message()
    .begin(OP, PRIORITY_NORMAL)
    .setWindow(0, <u32>buffer, WINDOW_BYTES, WINDOW_READ)
    .setWindow(1, <u32>buffer, WINDOW_BYTES, WINDOW_WRITE);
  const code = epCall(epid, requestInfo(OP, PRIORITY_NORMAL, 0, FLAG_WINDOWS), NO_TIMEOUT);
  stopServer();
  return code == 0;
}

/** buffer: 64 KiB. → whether everything could be measured */
export function messages(buffer: usize): bool {
  if (!echoes([0, 32, 256])) return false;
  asynchronous();
  return notifications() && windows(buffer);
}
