// From the kernel's events to those of the Chrome trace format. Called by export.ts.
//
//   lane of a process   ┌ running ─┬──────┐┌ vfs open → vfs (waits for the answer) ┐┌ running
//                       │          │ open ─ arrow ┐                          ┌ arrow ┘
//   lane of the VFS     │          └──────┘       └┌ running ────────────────┐
//
// One lane a process, and lane 0 for the processor: who runs, and interrupts. Every slice is a pair B … E of its lane, nested;
// time only grows, by a nanosecond at least, so that slice, arrow and instant of one tick stay in order.

import * as abi from "../../abi/trace.ts";
import { Arrows, type Arrow } from "./arrows.ts";
import type { ChromeEvent } from "./chrome.ts";
import type { Trace, TraceEvent } from "./read.ts";
import { messageName, systemCallName } from "./words.ts";

/** All lanes are threads of one process, so that a viewer shows them side by side. */
export const MACHINE = 1;
export const PROCESSOR_LANE = 0;
const NS_PER_SECOND = 1e9;
const NS_PER_US = 1000;
const RUNNING = "running";

interface Lane {
  /** Names of the open slices, the outermost first. */
  open: string[];
  /** What its last call is named. */
  call: string;
}

export class Timeline {
  readonly events: ChromeEvent[] = [];
  readonly lanes = new Map<number, Lane>();
  private readonly arrows = new Arrows();
  /** Arrows that have arrived. The others are left out: an arrow needs both ends. */
  private readonly arrived = new Set<number>();
  private arrowCount = 0;
  private time_ns = 0;

  constructor(private readonly trace: Trace) {
    this.lanes.set(PROCESSOR_LANE, { open: [], call: "calls" });
    for (const event of trace.events) this.take(event);
    this.tick(this.time_ns);
    for (const tid of this.lanes.keys()) this.closeAll(tid);
  }

  /** The timeline's events in order, without arrows that lead nowhere. */
  finished(): ChromeEvent[] {
    return this.events.filter(({ ph, id }) => ph !== "s" || this.arrived.has(id ?? 0));
  }

  private take(event: TraceEvent): void {
    const { ticksPerSecond, bootTicks } = this.trace;
    this.tick(((event.time - bootTicks) / ticksPerSecond) * NS_PER_SECOND);
    const { kind, pid, argument } = event;
    if (kind === abi.TRACE_RUN) this.run(event);
    else if (kind === abi.TRACE_IDLE) this.leave(pid, event.detail);
    else if (kind === abi.TRACE_SYSTEM_CALL) this.begin(this.runningLane(pid), systemCallName(argument));
    else if (kind === abi.TRACE_RETURN) this.returnToUser(pid);
    else if (kind === abi.TRACE_SEND) this.send(event);
    else if (kind === abi.TRACE_RECEIVE) this.receive(event);
    else if (kind === abi.TRACE_REPLY)
      this.arrows.reply(argument, this.startArrow(this.runningLane(pid), "reply"));
    else this.instant(event);
  }

  /** Moves the clock; it never stands still. */
  private tick(time_ns: number): void {
    this.time_ns = Math.max(Math.round(time_ns), this.time_ns + 1);
  }

  private lane(tid: number): Lane {
    let lane = this.lanes.get(tid);
    if (!lane) {
      lane = { open: [], call: "call" };
      this.lanes.set(tid, lane);
    }
    return lane;
  }

  private push(
    tid: number,
    name: string,
    ph: ChromeEvent["ph"],
    rest: Partial<ChromeEvent> = {},
  ): ChromeEvent {
    const event = { name, ph, pid: MACHINE, tid, ts: this.time_ns / NS_PER_US, ...rest };
    this.events.push(event);
    return event;
  }

  private begin(tid: number, name: string): void {
    this.lane(tid).open.push(name);
    this.push(tid, name, "B");
  }

  private end(tid: number): void {
    const name = this.lane(tid).open.pop();
    if (name !== undefined) this.push(tid, name, "E");
  }

  private closeAll(tid: number): void {
    while (this.lane(tid).open.length > 0) this.end(tid);
  }

  /** `pid` does something: it runs. At the trace's start nothing said so. → its lane */
  private runningLane(pid: number): number {
    const { open } = this.lane(pid);
    if (open[0] !== RUNNING) {
      this.closeAll(pid);
      this.begin(pid, RUNNING);
    }
    return pid;
  }

  private run({ pid, argument, detail }: TraceEvent): void {
    if (argument !== 0) this.leave(argument, detail);
    this.begin(PROCESSOR_LANE, this.nameOf(pid));
    this.closeAll(pid);
    this.runningLane(pid);
    const answer = this.arrows.takeAnswer(pid);
    if (!answer) return;
    this.tick(this.time_ns); // into the slice that has just begun, and out of the one that ends here
    this.endArrow(pid, answer);
  }

  private leave(pid: number, why: number): void {
    this.closeAll(pid);
    this.closeAll(PROCESSOR_LANE);
    if (why === abi.TRACE_LEFT_READY) this.begin(pid, "ready");
    else if (why === abi.TRACE_LEFT_CALLING) this.begin(pid, this.lane(pid).call);
    else if (why === abi.TRACE_LEFT_WAITING) this.begin(pid, "waits for a child");
  }

  private returnToUser(pid: number): void {
    if (this.lane(pid).open.length > 1) this.end(pid);
  }

  private send(event: TraceEvent): void {
    const { argument, pid, detail } = event;
    const endpoint = (argument >>> abi.TRACE_ENDPOINT_SHIFT) & abi.TRACE_ENDPOINT_MASK;
    const name = messageName(argument & abi.TRACE_OP_MASK, endpoint);
    if ((detail & abi.TRACE_ASYNC) === 0) this.lane(pid).call = name;
    this.arrows.send(event, this.startArrow(this.runningLane(pid), name));
  }

  private receive(event: TraceEvent): void {
    const arrow = this.arrows.receive(event);
    if (arrow) this.endArrow(this.runningLane(event.pid), arrow);
  }

  private startArrow(tid: number, name: string): Arrow {
    const id = ++this.arrowCount;
    return { id, start: this.push(tid, name, "s", { cat: "message", id }) };
  }

  private endArrow(tid: number, { id, start }: Arrow): void {
    this.arrived.add(id);
    this.push(tid, start.name, "f", { cat: "message", id, bp: "e" });
  }

  private instant({ kind, pid, argument, detail }: TraceEvent): void {
    if (kind === abi.TRACE_INTERRUPT) this.mark(PROCESSOR_LANE, `interrupt ${argument}`);
    else if (kind === abi.TRACE_NOTIFICATION)
      this.mark(this.runningLane(pid), "notified", {
        bits: `0x${argument.toString(16)}`,
        from_bit: detail * 32,
      });
    else if (kind === abi.TRACE_FAULT)
      this.mark(this.runningLane(pid), "fault", {
        page: `0x${argument.toString(16)}`,
        exception_class: detail,
      });
    else if (kind === abi.TRACE_START) this.mark(pid, "start", { parent: argument });
    else this.endProcess(pid, argument);
  }

  private mark(tid: number, name: string, args?: ChromeEvent["args"]): void {
    this.lane(tid);
    this.push(tid, name, "i", { s: "t", ...(args && { args }) });
  }

  private endProcess(pid: number, status: number): void {
    this.mark(pid, "end", { status });
    if (this.lane(pid).open[0] !== RUNNING) this.closeAll(pid);
    this.arrows.forget(pid);
  }

  private nameOf(pid: number): string {
    return this.trace.names.get(pid) ?? `pid ${pid}`;
  }
}
