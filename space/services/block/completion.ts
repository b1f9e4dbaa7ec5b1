// Answers to requests: the reply of a call, or a BLOCK_COMPLETED message. Called by disk.ts and admission.ts.
//
// A completion that the client's endpoint has no room for is kept with its request, and tried again later: none is lost
// while its client lives. A client that asks for no more than BLOCK_MAX_PENDING at once and receives nothing else at that
// endpoint never comes to that.

import { BLOCK_MAX_CLIENTS, BLOCK_MAX_PENDING } from "../../../abi/block";
import { EAGAIN } from "../../../abi/errno";
import { BLOCK_COMPLETED } from "../../../abi/ops";
import { answer, ipcSend, message } from "../../lib/hnx_ipc";
import { Client, clientAt, giveRequest } from "./client";
import { Request, clientOf, requestAt } from "./request";

/** Completions that wait for room. */
export let undeliveredCount: u32 = 0;

/** Sends a completion. → false: the endpoint has no room now */
export function sendCompletion(client: Client, cookie: u64, result: i64, priority: u32): bool {
  if (!client.endpoint) return true;
  const m = message().begin(BLOCK_COMPLETED, priority);
  return ipcSend(client.endpoint, m.withU64(cookie).withU64(<u64>result)) != -EAGAIN;
}

/** Answers a request and frees its record. Clobbers the message page. */
export function finish(request: Request, result: i64): void {
  if (request.token) {
    answer(request.token, result);
    giveRequest(request);
    return;
  }
  const client = clientAt(clientOf(request));
  if (client.isDead || sendCompletion(client, request.cookie, result, request.priority)) {
    giveRequest(request);
    return;
  }
  request.result = result;
  client.undelivered |= 1 << (request.index % BLOCK_MAX_PENDING);
  undeliveredCount++;
}

/** Tries again to send what waits for room. */
export function sendUndelivered(): void {
  undeliveredCount = 0;
  for (let i: u32 = 0; i < BLOCK_MAX_CLIENTS; i++) {
    const client = clientAt(i);
    const waiting = client.undelivered;
    client.undelivered = 0;
    for (let left = waiting; left; left &= left - 1) {
      const request = requestAt(i * BLOCK_MAX_PENDING + ctz(left));
      finish(request, request.result);
    }
  }
}
