// The register file before and after an entry into the kernel, and the checks that all parts share. Registers that a part does
// not set itself are random before; the generator is seeded, so a failure repeats.

import { ACROSS_CALL, ACROSS_MASK, REGISTERS_AFTER, REGISTERS_SIZE } from "../../../abi/registers";
import { println } from "../../lib/console";
import { args } from "../../lib/process";
import { rawRegistersAcross } from "../../lib/raw";

const REGISTERS: u32 = 31;
export const KIND: u32 = 18; // the register that says what happens
const FIRST_KEPT: u32 = 19;
const LAST_KEPT: u32 = 30;
const FIRST_SCRUBBED: u32 = 8;
const LAST_SCRUBBED: u32 = 18;
/** Beyond these only their number is printed. */
const MAX_REPORTS: u32 = 10;

const frame: usize = memory.data(REGISTERS_SIZE, 16);
export let checked: u32 = 0;
export let wrong: u32 = 0;
let state: u64 = 0;

export function seed(value: u64): void {
  state = value;
}

/** A bijection without fixed points that a sender and its receiver both know (SplitMix64's output function). */
export function mix(value: u64): u64 {
  let z = value + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

export function random(): u64 {
  state += 0x9e3779b97f4a7c15;
  return mix(state);
}

/** All registers are random, but nothing happens except what `kind`, an ACROSS_…, says. */
export function randomise(kind: u64): void {
  for (let n: u32 = 0; n < REGISTERS; n++) before(n, random());
  before(KIND, (random() & ~ACROSS_MASK) | kind);
}

/** Sets x`n`. */
export function before(n: u32, value: u64): void {
  store<u64>(frame + (n << 3), value);
}
function given(n: u32): u64 {
  return load<u64>(frame + (n << 3));
}
/** x`n` afterwards. */
export function after(n: u32): u64 {
  return load<u64>(frame + (n << 3), REGISTERS_AFTER);
}

export function across(): void {
  rawRegistersAcross(frame);
}
/** A system call with the registers that were set. */
export function callKernel(number: u64): void {
  before(8, number);
  across();
}
/** All registers are random for a system call. */
export function randomiseCall(): void {
  randomise(ACROSS_CALL);
}

export function expect(what: string, n: u32, value: u64): void {
  checked++;
  if (after(n) == value) return;
  wrong++;
  if (wrong > MAX_REPORTS) return;
  println(
    `${args().join(" ")}: ${what}: x${n} is 0x${after(n).toString(16)}, expected 0x${value.toString(16)}`,
  );
}

function expectZero(what: string, from: u32, to: u32): void {
  for (let n = from; n <= to; n++) expect(what, n, 0);
}
/** x`from`–x`to` are what they were. */
export function expectKept(what: string, from: u32, to: u32): void {
  for (let n = from; n <= to; n++) expect(what, n, given(n));
}

/** After any system call: callee-saved registers are as they were, and x8–x18 tell nothing of the kernel. */
function expectScrubbed(what: string): void {
  expectKept(what, FIRST_KEPT, LAST_KEPT);
  expectZero(what, FIRST_SCRUBBED, LAST_SCRUBBED);
}
/** After one that carries no message. */
export function expectResult(what: string, result: u64): void {
  expect(what, 0, result);
  expectZero(what, 1, FIRST_SCRUBBED - 1);
  expectScrubbed(what);
}

/** Sets x1–x4 to a message that its receiver can check. */
export function chainBefore(first: u64): void {
  for (let n: u32 = 1; n <= 4; n++) {
    before(n, first);
    first = mix(first);
  }
}
/** x1–x4 carry such a message. → what would come next */
export function expectChain(what: string, first: u64): u64 {
  for (let n: u32 = 1; n <= 4; n++) {
    expect(what, n, first);
    first = mix(first);
  }
  expectScrubbed(what);
  return first;
}
