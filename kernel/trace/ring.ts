// The ring of events (abi/trace.ts): memory that is taken at boot when the boot argument `trace=` asks for it, and otherwise
// not at all. The newest MAX_TRACE_EVENTS events stay; so do the newest MAX_TRACE_NAMES names.

import { PAGE_SHIFT, PAGE_SIZE } from "../../abi/limits";
import {
  MAX_TRACE_EVENTS,
  MAX_TRACE_NAMES,
  TRACE_DETAIL_SHIFT,
  TRACE_EVENT_SIZE,
  TRACE_KIND_SHIFT,
  TRACE_NAME_LENGTH,
  TRACE_NAME_SIZE,
  TRACE_NAME_TEXT,
} from "../../abi/trace";
import { counter } from "../hal/hw";
import { allocateFrames } from "../memory/frames";

const TIME_MASK: u64 = ((<u64>1) << TRACE_KIND_SHIFT) - 1;

/** Whether events are recorded. */
export let tracing: bool = false;
/** Addresses of the two rings, and how much was ever recorded in each. */
export let events: usize = 0;
export let names: usize = 0;
export let eventsRecorded: u64 = 0;
export let namesRecorded: u64 = 0;

/** Takes the memory. False when there is not so much in one piece. */
export function createRings(): bool {
  const eventBytes = MAX_TRACE_EVENTS * TRACE_EVENT_SIZE;
  const bytes = eventBytes + MAX_TRACE_NAMES * TRACE_NAME_SIZE;
  events = allocateFrames((bytes + PAGE_SIZE - 1) >> PAGE_SHIFT);
  names = events + eventBytes;
  tracing = events != 0;
  return tracing;
}

/** Nothing is recorded any more. */
export function stopRecording(): void {
  tracing = false;
}

/** Appends an event that happens now. */
export function record(kind: u32, detail: u32, pid: u32, argument: u32): void {
  const at = events + <usize>((<u32>eventsRecorded) & (MAX_TRACE_EVENTS - 1)) * TRACE_EVENT_SIZE;
  eventsRecorded++;
  const marks = ((<u64>kind) << TRACE_KIND_SHIFT) | ((<u64>detail) << TRACE_DETAIL_SHIFT);
  store<u64>(at, (counter() & TIME_MASK) | marks);
  store<u32>(at, pid, 8);
  store<u32>(at, argument, 12);
}

/** Appends a process's name: `length` bytes, at most MAX_PROCESS_NAME, of the two words `first` and `second`. */
export function recordName(pid: u32, length: u32, first: u64, second: u64): void {
  const at = names + <usize>((<u32>namesRecorded) & (MAX_TRACE_NAMES - 1)) * TRACE_NAME_SIZE;
  namesRecorded++;
  store<u32>(at, pid);
  store<u32>(at, length, TRACE_NAME_LENGTH);
  store<u64>(at, first, TRACE_NAME_TEXT);
  store<u64>(at, second, TRACE_NAME_TEXT + 8);
}
