// The core at EL0 and its ways into the kernel and out of it, as boot/vectors.S has them: what each entry saves in the
// running thread's frame, what each exit takes from the next thread's, and the message registers that stay where they
// are on the fast path.

import { layout, word } from "./layout.ts";
import type { Machine } from "./machine.ts";

/** Places in the register file beside x0–x30. */
export const SP = 31;
export const PC = 32;
export const PSTATE = 33;
const REGISTERS = 34;
const X29 = 29;
const X30 = 30;
const FIRST_CALLEE_SAVED = 19;
const MESSAGE_REGISTERS = 8;
const FRAME = word("THREAD_FRAME");
const TOKEN = layout("THREAD_TOKEN") >> 3;
const PID = word("THREAD_PID");
const MESSAGE_PAGE = word("THREAD_MESSAGE_PAGE");
const MESSAGE_DATA = layout("MESSAGE_DATA");
/** Set in kernelFastReplyRecv's result when the caller's call is delegated: nothing has been done yet. */
const DELEGATED = 1;
export const [FRAME_SYSCALL, FRAME_MESSAGE, FRAME_FULL] = [0, 1, 2];
/** The fast path of ep_call passes the endpoint in the upper half of x7. */
const ENDPOINT_SHIFT = 32n;

export class Cpu {
  /** x0–x30, sp, pc, pstate. */
  readonly x = new BigUint64Array(REGISTERS);
  /** The thread that runs, as a kernel address. */
  thread = 0;
  /** How the running thread came to run: FRAME_…, or undefined when it went on through its own fast path. */
  resumed = FRAME_SYSCALL;

  constructor(private readonly machine: Machine) {}

  private frame(thread: number): number {
    return thread >> 3;
  }

  private save(from: number, to: number): void {
    const base = this.frame(this.thread);
    for (let i = from; i <= to; i++) this.machine.u64[base + i] = this.x[i];
  }

  private restore(thread: number, from: number, to: number): void {
    const base = this.frame(thread);
    for (let i = from; i <= to; i++) this.x[i] = this.machine.u64[base + i];
  }

  private zero(from: number, to: number): void {
    for (let i = from; i <= to; i++) this.x[i] = 0n;
  }

  /** `resume` of vectors.S: `thread`'s frame is complete. */
  resume(thread: number): void {
    const { u32 } = this.machine;
    const frame = u32[(thread >> 2) + FRAME];
    u32[(thread >> 2) + FRAME] = FRAME_SYSCALL;
    this.thread = thread;
    this.resumed = frame;
    if (frame & FRAME_FULL) {
      this.restore(thread, 0, PSTATE);
      return;
    }
    this.restore(thread, FIRST_CALLEE_SAVED, PC);
    this.x[PSTATE] = 0n;
    this.restore(thread, 0, MESSAGE_REGISTERS - 1);
    if (!(frame & FRAME_MESSAGE)) this.zero(1, MESSAGE_REGISTERS - 1);
    this.zero(MESSAGE_REGISTERS, FIRST_CALLEE_SAVED - 1);
  }

  /** A system call by the general path: x0–x7 and `number` are the thread's. */
  systemCall(number: number | bigint): void {
    const { machine } = this;
    const thread = this.thread;
    this.save(0, MESSAGE_REGISTERS - 1);
    this.save(X30, X30);
    const { kernel } = machine;
    const word = BigInt(number);
    const next =
      (machine.traced ? kernel.kernelSyscallTraced(thread, word) : kernel.kernelSyscall(thread, word)) >>> 0;
    if (next !== thread) {
      this.save(FIRST_CALLEE_SAVED, X29);
      this.save(SP, PC);
      this.resume(next);
      return;
    }
    const frame = machine.u32[(thread >> 2) + FRAME];
    machine.u32[(thread >> 2) + FRAME] = FRAME_SYSCALL;
    this.resumed = frame;
    this.restore(thread, 0, frame ? MESSAGE_REGISTERS - 1 : 0);
    this.restore(thread, X30, X30);
    if (!frame) this.zero(1, MESSAGE_REGISTERS - 1);
    this.zero(MESSAGE_REGISTERS, FIRST_CALLEE_SAVED - 1);
  }

  private fastEntry(): void {
    this.save(FIRST_CALLEE_SAVED, PC);
  }

  /** x1–x4 stay; the others are the caller's affair. */
  private fastExit(next: number): void {
    this.thread = next;
    this.resumed = FRAME_MESSAGE;
    this.restore(next, FIRST_CALLEE_SAVED, PC);
    this.zero(MESSAGE_REGISTERS, FIRST_CALLEE_SAVED - 1);
    this.x[PSTATE] = 0n;
  }

  /** ep_call's fast path. False: declined, and nothing has changed. */
  fastCall(): boolean {
    const { machine, x, thread } = this;
    this.fastEntry();
    const next = machine.kernel.kernelFastCall(thread, x[0], x[5]) >>> 0;
    if (!next) return false;
    x[7] = BigInt(machine.u32[(thread >> 2) + PID]) | (x[0] << ENDPOINT_SHIFT);
    x[6] = machine.u64[(thread >> 3) + TOKEN];
    x[0] = 0n;
    this.fastExit(next);
    return true;
  }

  /** ep_reply_recv's fast path. False: declined, and nothing has changed. */
  fastReplyReceive(): boolean {
    const { machine, x } = this;
    this.fastEntry();
    const next = machine.kernel.kernelFastReplyRecv(this.thread, x[0], x[5], x[6]) >>> 0;
    if (!next) return false;
    if (next & DELEGATED) {
      this.completeReply(next - DELEGATED, x[0]);
      return true;
    }
    x[0] = BigInt.asUintN(64, BigInt.asIntN(32, x[5]));
    x[6] = x[7];
    x[7] = 0n;
    this.fastExit(next);
    return true;
  }

  /** The answer to a delegated call: it goes to the server's page, whole, and becomes the caller's result. */
  private completeReply(caller: number, epid: bigint): void {
    const { machine, x, thread } = this;
    const data = (machine.u32[(thread >> 2) + MESSAGE_PAGE] + MESSAGE_DATA) >> 3;
    for (let n = 1; n <= 4; n++) machine.u64[data + n - 1] = x[n];
    this.resume(machine.kernel.kernelCompleteReply(thread, caller, epid, x[5], x[7]) >>> 0);
  }

  private saveAll(): void {
    this.save(0, PSTATE);
    this.machine.u32[(this.thread >> 2) + FRAME] = FRAME_FULL;
  }

  interrupt(): void {
    this.saveAll();
    this.resume(this.machine.kernel.kernelInterrupt(this.thread) >>> 0);
  }

  fault(syndrome: bigint, address: bigint): void {
    this.saveAll();
    this.resume(this.machine.kernel.kernelFault(this.thread, syndrome, address) >>> 0);
  }
}
