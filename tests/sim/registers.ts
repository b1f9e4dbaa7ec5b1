// What a thread finds in its registers when it runs again: results and messages where the model says, callee-saved registers
// as it left them, zeros in all others (abi/syscall.ts, abi/message.ts).

import { MAX_MESSAGE_DATA, PAGE_SIZE, REGISTER_DATA } from "../../abi/limits.ts";
import { MESSAGE_PAGE } from "../../abi/program.ts";
import { type Cpu, FRAME_FULL, FRAME_SYSCALL, PC, PSTATE } from "./cpu.ts";
import { layout } from "./layout.ts";
import { Mismatch } from "./model/mismatch.ts";
import type { Expectation, Process } from "./model/state.ts";
import type { View } from "./view.ts";

const FIRST_CALLEE_SAVED = 19;
const DATA = layout("MESSAGE_DATA");
const GRANT = layout("MESSAGE_GRANT");
const REGISTERS = 34;
/** The kernel may copy a message in units of this many bytes; what lies behind stays the receiver's. */
const COPY_UNIT = 32;

/** What a thread had in its registers when it last left EL0. */
export type Saved = BigUint64Array;

export function emptyRegisters(): Saved {
  return new BigUint64Array(REGISTERS);
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

export class RegisterCheck {
  private readonly message = new Uint8Array(REGISTER_DATA);
  private readonly words = new BigUint64Array(this.message.buffer);
  private readonly own = new Uint8Array(REGISTER_DATA);
  private readonly ownWords = new BigUint64Array(this.own.buffer);

  constructor(
    private readonly cpu: Cpu,
    private readonly view: View,
  ) {}

  private expect(p: Process, n: number, value: bigint): void {
    const { x } = this.cpu;
    const name = n < 31 ? `x${n}` : ["sp", "pc", "pstate"][n - 31];
    if (x[n] !== value) throw new Mismatch(`${name} of pid ${p.pid} is ${hex(x[n])}, should be ${hex(value)}`);
  }

  /** `p` has just come to run. */
  check(p: Process, saved: Saved): void {
    const { expected } = p;
    const { cpu } = this;
    if (expected.kind === "interrupted") {
      if (cpu.resumed !== FRAME_FULL) throw new Mismatch(`pid ${p.pid} was interrupted, but resumes by a result`);
      for (let n = 0; n <= PSTATE; n++) this.expect(p, n, saved[n]);
      return;
    }
    if (cpu.resumed === FRAME_FULL) throw new Mismatch(`pid ${p.pid} waits for a result, but resumes as if interrupted`);
    for (let n = FIRST_CALLEE_SAVED; n <= PC; n++) this.expect(p, n, saved[n]);
    for (let n = 8; n < FIRST_CALLEE_SAVED; n++) this.expect(p, n, 0n);
    this.expect(p, 0, expected.x0);
    if (expected.kind === "message") this.checkMessage(p, expected, saved);
    else if (cpu.resumed !== FRAME_SYSCALL) throw new Mismatch(`pid ${p.pid} gets a message, should get a result`);
    else for (let n = 1; n < 8; n++) this.expect(p, n, 0n);
  }

  /** Nobody's bytes but the sender's or one's own stand behind the data in x1–x4. */
  private checkLeak(p: Process, length: number, rest: Uint8Array | undefined, saved: Saved): void {
    for (let i = 0; i < 4; i++) this.ownWords[i] = saved[1 + i];
    for (let at = length; at < REGISTER_DATA; at++) {
      const byte = this.message[at];
      if (byte === 0 || byte === this.own[at] || byte === p.pageBefore?.[at] || byte === rest?.[at]) continue;
      throw new Mismatch(`x${1 + Math.floor(at / 8)} of pid ${p.pid} holds bytes of somebody else behind its message`);
    }
  }

  private checkMessage(p: Process, expected: Extract<Expectation, { kind: "message" }>, saved: Saved): void {
    this.expect(p, 5, expected.x5);
    this.expect(p, 6, expected.x6);
    this.expect(p, 7, expected.x7);
    const { data, grant } = expected;
    for (let i = 0; i < 4; i++) this.words[i] = this.cpu.x[1 + i];
    const inRegisters = Math.min(data.length, REGISTER_DATA);
    if (Buffer.compare(this.message.subarray(0, inRegisters), data.subarray(0, inRegisters)) !== 0)
      throw new Mismatch(`pid ${p.pid} has other data in x1–x4 than were sent`);
    this.checkLeak(p, inRegisters, expected.rest, saved);
    const page = this.page(p);
    if (Buffer.compare(page.subarray(DATA + inRegisters, DATA + data.length), data.subarray(inRegisters)) !== 0)
      throw new Mismatch(`pid ${p.pid} has other data in its message page than were sent`);
    if (p.pageBefore) this.checkRest(p, page, p.pageBefore, Math.max(Math.ceil(data.length / COPY_UNIT) * COPY_UNIT, REGISTER_DATA));
    if (!grant) return;
    const record = new Uint32Array(page.slice(GRANT, GRANT + 16).buffer);
    if (record[0] !== grant.kind || record[1] !== grant.id || record[2] !== grant.rights)
      throw new Mismatch(`pid ${p.pid} is told of another grant than it was given`);
  }

  /** Behind the message the page's data are what they were. */
  private checkRest(p: Process, page: Uint8Array, before: Uint8Array, from: number): void {
    const there = page.subarray(DATA + from, DATA + MAX_MESSAGE_DATA);
    if (Buffer.compare(there, before.subarray(from)) !== 0)
      throw new Mismatch(`the message page of pid ${p.pid} has changed behind its message`);
  }

  private page(p: Process): Uint8Array {
    const frame = this.view.entry(p.slot, MESSAGE_PAGE / PAGE_SIZE)?.frame ?? 0;
    return this.view.machine.u8.subarray(frame, frame + PAGE_SIZE);
  }
}
