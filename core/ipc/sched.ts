// What message passing needs of the scheduler and of the delegation of system calls. In the kernel these imports are
// looped back to its own exports as static inlines (boot/kernel.c); in Node tests they are thunks.

import { Thread } from "./thread";

/** `t` can run: its state is STATE_READY and it is in no queue. */
@external("sched", "makeReady")
export declare function makeReady(t: Thread): void;

/** The same for the one thread that got the current thread's message or answer: if the current thread blocks, it runs next. */
@external("sched", "handOff")
export declare function handOff(t: Thread): void;

/** Gives `t`, which is STATE_READY, another priority, and moves it within the ready queues if it stands there. */
@external("sched", "requeue")
export declare function requeue(t: Thread, priority: u32): void;

/** Starts `t`'s timeout; when it runs out, the kernel calls timedOut(t) of cancel.ts. */
@external("sched", "startTimeout")
export declare function startTimeout(t: Thread, timeout_ns: u64): void;
@external("sched", "stopTimeout")
export declare function stopTimeout(t: Thread): void;

/** A delegated call was answered (t.completion ≠ 0): turn the response into t's result. data: 0 or its address. */
@external("sched", "completeCall")
export declare function completeCall(
  t: Thread,
  code: i32,
  value: i64,
  length: u32,
  flags: u32,
  data: usize,
): void;

/** `ep`'s owner receives for the first time. */
@external("sched", "firstReceive")
export declare function firstReceive(epid: u32, pid: u32): void;

/** Copies a message's data: `size` rounded up to 16 bytes, between 16-byte aligned places. */
@external("sched", "copyData")
export declare function copyData(target: usize, source: usize, size: u32): void;

/** Whether `t` may give rights (PROT_…) on memory object `id` away. 0 or -errno. */
@external("sched", "mayGrantObject")
export declare function mayGrantObject(t: Thread, id: u32, rights: u32): i32;

/** Gives `to` rights on memory object `id`; mayGrantObject() has just said that it may be done. */
@external("sched", "grantObject")
export declare function grantObject(to: Thread, id: u32, rights: u32): void;

/**
 * `t` itself, of whose address the compiler then knows nothing. Worth 6 instructions of a reply: it would else turn base + offset into
 * constants or-ed together, one for each field, because it sees that threads lie at multiples of their size.
 */
@external("sched", "opaqueThread")
export declare function opaqueThread(t: Thread): Thread;
