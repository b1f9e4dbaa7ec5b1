// Which message arrives where: pairs each sent message with its receipt, so that the timeline can draw an arrow. A sender has
// one call at most; of its asynchronous messages those of one priority at one endpoint arrive in the order of their sending.

import * as abi from "../../abi/trace.ts";
import { MAX_PROCESSES } from "../../abi/limits.ts";
import type { ChromeEvent } from "./chrome.ts";
import type { TraceEvent } from "./read.ts";

/** An arrow that has begun: its number and the event that stands for its beginning. */
export interface Arrow {
  id: number;
  start: ChromeEvent;
}

/** The key under which sending and receipt meet: the call of a slot, or a queue of asynchronous messages. */
function keyOf({ argument, detail }: TraceEvent): string {
  const slot = argument >>> abi.TRACE_SLOT_SHIFT;
  if ((detail & abi.TRACE_ASYNC) === 0) return `call ${slot}`;
  const endpoint = (argument >>> abi.TRACE_ENDPOINT_SHIFT) & abi.TRACE_ENDPOINT_MASK;
  return `message ${slot} ${endpoint} ${detail}`;
}

export class Arrows {
  private readonly messages = new Map<string, Arrow[]>();
  private readonly answers = new Map<number, Arrow>();

  /** A message sets out. A call that was never received (refused, timed out) is replaced by its sender's next. */
  send(event: TraceEvent, arrow: Arrow): void {
    const key = keyOf(event);
    const waiting = this.messages.get(key);
    if (waiting && key.startsWith("message")) waiting.push(arrow);
    else this.messages.set(key, [arrow]);
  }

  /** The arrow of the message that `event` receives; undefined when its sending is not in the trace. */
  receive(event: TraceEvent): Arrow | undefined {
    return this.messages.get(keyOf(event))?.shift();
  }

  /** An answer sets out to process `pid`. */
  reply(pid: number, arrow: Arrow): void {
    this.answers.set(pid, arrow);
  }

  /** The answer that process `pid` runs on with, if there is one. */
  takeAnswer(pid: number): Arrow | undefined {
    const arrow = this.answers.get(pid);
    this.answers.delete(pid);
    return arrow;
  }

  /** The process's slot is free: nothing of its calls arrives any more. */
  forget(pid: number): void {
    this.answers.delete(pid);
    this.messages.delete(`call ${pid & (MAX_PROCESSES - 1)}`);
  }
}
