// Timers: a wheel of 256 slots of 8.192 ms. Each timer has a number, a deadline and at most one place in the wheel. A
// deadline that moves away leaves the timer where it is; when its slot comes up it is put where it belongs. So what happens
// for every segment (moving a retransmission deadline) is one store, and no timer fires early.
//
//   timer: 0 u64 deadline_us (NEVER: off) · 8 u32 tick of its slot, 0: in none · 12 u16 next · 14 u16 previous, both + 1

import { MAX_TIMERS, TIMER_SIZE, TIMER_TABLE, WHEEL, WHEEL_SLOTS } from "./layout";
import { now_us } from "./clock";

export const NEVER: u64 = u64.MAX_VALUE;

const TICK_SHIFT: u64 = 13; // microseconds of a slot: 8192
const SLOT_MASK: u32 = WHEEL_SLOTS - 1;

@unmanaged
class Timer {
  deadline_us: u64;
  tick: u32;
  next: u16;
  previous: u16;
}

let scanTick: u32 = 1; // the slot to be looked at next
let armed: u32 = 0;
const bitmap: usize = memory.data(WHEEL_SLOTS / 8, 8);

@inline
function timerAt(id: u32): Timer {
  return changetype<Timer>(TIMER_TABLE + <usize>id * TIMER_SIZE);
}

@inline
function slotAddress(tick: u32): usize {
  return WHEEL + ((tick & SLOT_MASK) << 1);
}

/** The bit of a tick's slot in its word of the bitmap. */
@inline
function bitOf(tick: u32): u64 {
  const shift = <u64>(tick & 63);
  return (<u64>1) << shift;
}

export function startTimers(): void {
  memory.fill(TIMER_TABLE, 0, MAX_TIMERS * TIMER_SIZE);
  memory.fill(WHEEL, 0, WHEEL_SLOTS * 2);
  memory.fill(bitmap, 0, WHEEL_SLOTS / 8);
  for (let id: u32 = 0; id < MAX_TIMERS; id++) timerAt(id).deadline_us = NEVER;
  scanTick = <u32>(now_us >> TICK_SHIFT) + 1;
  armed = 0;
}

/** Timers that have a deadline; those whose slot has not come up since they were stopped count, too. */
export function armedTimers(): u32 {
  return armed;
}

function insert(id: u32, tick: u32): void {
  const timer = timerAt(id);
  const slot = slotAddress(tick);
  const head = load<u16>(slot);
  timer.tick = tick;
  timer.next = head;
  timer.previous = 0;
  if (head) timerAt(<u32>head - 1).previous = <u16>(id + 1);
  store<u16>(slot, <u16>(id + 1));
  const word = bitmap + (((tick & SLOT_MASK) >> 6) << 3);
  store<u64>(word, load<u64>(word) | bitOf(tick));
  armed += 1;
}

function remove(id: u32): void {
  const timer = timerAt(id);
  const slot = slotAddress(timer.tick);
  if (timer.next) timerAt(<u32>timer.next - 1).previous = timer.previous;
  if (timer.previous) timerAt(<u32>timer.previous - 1).next = timer.next;
  else store<u16>(slot, timer.next);
  if (!load<u16>(slot)) {
    const word = bitmap + (((timer.tick & SLOT_MASK) >> 6) << 3);
    store<u64>(word, load<u64>(word) & ~bitOf(timer.tick));
  }
  timer.tick = 0;
  armed -= 1;
}

/** The tick at whose end `deadline_us` has passed, no further than the wheel reaches. */
@inline
function tickFor(deadline_us: u64): u32 {
  const tick = (deadline_us >> TICK_SHIFT) + 1;
  return <u32>min(max(tick, <u64>scanTick), <u64>scanTick + SLOT_MASK);
}

/** Lets timer `id` expire at `deadline_us`, or, with NEVER, not at all. */
export function timerSet(id: u32, deadline_us: u64): void {
  const timer = timerAt(id);
  timer.deadline_us = deadline_us;
  if (deadline_us == NEVER) return;
  const tick = tickFor(deadline_us);
  if (timer.tick) {
    if (timer.tick <= tick) return;
    remove(id);
  }
  insert(id, tick);
}

/** A timer whose deadline has passed, which is off then; -1: no more. */
export function nextExpired(): i32 {
  const nowTick = <u32>(now_us >> TICK_SHIFT);
  if (nowTick >= scanTick + WHEEL_SLOTS) scanTick = skipTo(nowTick);
  while (scanTick <= nowTick) {
    const head = <u32>load<u16>(slotAddress(scanTick));
    if (!head) {
      scanTick += 1;
      continue;
    }
    const id = head - 1;
    const timer = timerAt(id);
    remove(id);
    if (timer.deadline_us <= now_us) {
      timer.deadline_us = NEVER;
      return id;
    }
    if (timer.deadline_us != NEVER) insertLater(id, timer.deadline_us);
  }
  return -1;
}

/** After a long rest every slot is looked at once: timers keep the slot of their tick, whatever round it belongs to. */
@inline
function skipTo(nowTick: u32): u32 {
  return nowTick - WHEEL_SLOTS + 1;
}

@inline
function insertLater(id: u32, deadline_us: u64): void {
  const tick = <u32>min((deadline_us >> TICK_SHIFT) + 1, <u64>scanTick + SLOT_MASK);
  insert(id, tick);
}

/** When nextExpired() should be called next, or NEVER. No later than the first deadline's tick. */
export function nextDeadline(): u64 {
  if (!armed) return NEVER;
  for (let tick = scanTick; tick < scanTick + WHEEL_SLOTS;) {
    const rest = load<u64>(bitmap + (((tick & SLOT_MASK) >> 6) << 3)) >> (<u64>(tick & 63));
    if (rest) return (<u64>(tick + <u32>ctz<u64>(rest))) << TICK_SHIFT;
    tick = (tick | 63) + 1;
  }
  // Only the part of the first word below scanTick is left.
  return (<u64>(scanTick + SLOT_MASK)) << TICK_SHIFT;
}
