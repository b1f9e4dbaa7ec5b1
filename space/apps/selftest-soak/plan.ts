// The soak test of message passing: 16 clients of mixed thread and message priorities send to one server, which checks each
// message. Its three programs share this file: selftest-soak (asks for a run and prints what came of it), soak-server and
// soak-client, which a manifest of the tests' own starts as services.
//
//   message, 32 bytes     0 u32 client | message priority << 8      4 u32 number within client and priority, from 0
//                         8 u64 counter just before it was sent    16 u64 counter just after the one before it of the same
//                        24 u64 check word                             client and priority was sent; 0: not known
//
// What the two counters prove. A message is queued at some moment between its own "before" and its "after", which comes with
// its successor. So it was overtaken for certain when one of its priority that was sent after its "after" had been
// received earlier; and it waited behind a lower one for certain when a receive that began after its "after" brought a
// lower one. A preemption between counter and system call makes these intervals longer, never the verdict wrong.

import { EPID_NETWORK } from "../../../abi/endpoints";

/** The manifest puts the server in the place of the network service: every process may send there. */
export const SERVER: u32 = EPID_NETWORK;
export const CLIENTS: u32 = 16;
export const PRIORITIES: u32 = 4;
export const MESSAGE_BYTES: u32 = 32;

export const OP_JOIN: u32 = 2; // from a client: answered when the run begins, with u32 client, u32 messages, u64 seed
export const OP_RUN: u32 = 3; // from selftest-soak: u64 messages, u64 seed; answered at the end with the counts below
export const OP_MESSAGE: u32 = 4; // a message as drawn above, asynchronous or a call
export const OP_DONE: u32 = 5; // from a client, of the lowest priority: u32 client, PRIORITIES × u32 messages sent

/** Counts, u64 each, in the answer to OP_RUN. */
export const RECEIVED: u32 = 0;
export const CALLS: u32 = 1; // of the received: those that were calls
export const LOST: u32 = 2;
export const DOUBLED: u32 = 3;
export const DAMAGED: u32 = 4;
export const OVERTAKEN: u32 = 5;
export const BEHIND_LOWER: u32 = 6;
export const WAITED: u32 = 7; // of the received: those that were in the queue when the one before them was received
export const COUNTS: u32 = 8;

/** The check word of a message whose other words are these. */
@inline export function checkWord(head: u64, before: u64, after: u64): u64 {
  return (head * 0x9e3779b97f4a7c15) ^ (before + 0x2545f4914f6cdd1d) ^ (after << 7);
}

let state: u64 = 1;

export function seedRandom(seed: u64): void {
  state = seed | 1;
}
/** A pseudo-random number below `limit` (xorshift64*). */
export function random(limit: u32): u32 {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return <u32>((state * 0x2545f4914f6cdd1d) >> 33) % limit;
}
