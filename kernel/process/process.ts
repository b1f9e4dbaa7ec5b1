// The process structure: what belongs to a process beside its thread. One a slot, slot = pid & (MAX_PROCESSES - 1).
//
//   0     level-1 translation table, 16 entries
//   128   fields (class Process)
//   256   regions: MAX_REGIONS × 16   { u32 first page, u32 pages, u32 protection, u32 object }
//   512   descriptors: MAX_FDS × u16  (index of an open handle) + 1; 0: closed
//   640   granted devices: MAX_DEVICES × u32  kind << 16 | index
//   672   floating-point state, 528 bytes
//   1200  u64 counter when it was created

import { MAX_PROCESSES } from "../../abi/limits";
import { Thread, slotOf, threadAt } from "../../core/ipc/thread";
import { PROCESS_SIZE, PROCESS_TABLE } from "../memory/layout";

export const MAX_DEVICES: u32 = 8; // -EAGAIN, devices granted to one process

const FIELDS: usize = 128;
const REGIONS: usize = 256;
const DESCRIPTORS: usize = 512;
const DEVICES: usize = 640;
const FLOATING_POINT: usize = 672;
const CREATED: usize = 1200;

@unmanaged
export class Process {
  parent: u32; // process id; 0: none, its status is of no interest to anybody
  builder: u32; // process id, while it is being built
  status: u32; // abi/wait.ts, once it is a zombie
  privileges: u32;
  floatingPoint: u32; // 1: the program has the flag
  memoryPages: u32; // size of linear memory, 64 KiB pages
  memoryMaximum: u32;
  regions: u32; // how many are in use
  devices: u32;
  waitsFor: i32; // process id it waits for, -1 any (STATE_WAITING_CHILD)
  waitStatus: u32; // user address for the status, or 0
  nameLength: u32;
  name0: u64;
  name1: u64;
  symbols: u64; // address and size of the program's symbol table
  symbolsSize: u32;
  objects: u32; // memory objects it has created and not closed, and their pages
  objectPages: u32;
  objectsLimit: u32; // quotas
  objectPagesLimit: u32;
  keepFrom: u32; // page from which on its linear memory outlives it; 0: none does
  noted: u32; // 1: its parent knows that it is dead, and will ask for it by its id
  inherited: u32; // 64 KiB pages, from address 0, that reach over what it inherited
  caught: u32; // signals that it is told of instead of being ended, bit n for signal n
  signals: u32; // those that have come and that it has not asked for yet
  cpuTicks: u64; // counter ticks that it ran (sched.ts says how well that is known)
  firstToken: u64; // its thread's token when it began: a token counts calls
}

@inline export function processAt(slot: u32): Process {
  return changetype<Process>(PROCESS_TABLE + <usize>slot * PROCESS_SIZE + FIELDS);
}
@inline export function processOf(t: Thread): Process {
  return changetype<Process>(t.process);
}
@inline export function threadOf(p: Process): Thread {
  return threadAt(<u32>((changetype<usize>(p) - PROCESS_TABLE) / PROCESS_SIZE));
}
@inline export function level1Of(p: Process): usize {
  return changetype<usize>(p) - FIELDS;
}
@inline export function regionAddress(p: Process, index: u32): usize {
  return changetype<usize>(p) + (REGIONS - FIELDS) + ((<usize>index) << 4);
}
@inline export function descriptorAddress(p: Process, fd: u32): usize {
  return changetype<usize>(p) + (DESCRIPTORS - FIELDS) + ((<usize>fd) << 1);
}
@inline export function deviceAddress(p: Process, index: u32): usize {
  return changetype<usize>(p) + (DEVICES - FIELDS) + ((<usize>index) << 2);
}
@inline export function floatingPointState(p: Process): usize {
  return changetype<usize>(p) + (FLOATING_POINT - FIELDS);
}
@inline export function createdAddress(p: Process): usize {
  return changetype<usize>(p) + (CREATED - FIELDS);
}
@inline export function nameAddress(p: Process): usize {
  return changetype<usize>(p) + offsetof<Process>("name0");
}
@inline export function addressSpaceId(t: Thread): u32 {
  return slotOf(t); // MAX_PROCESSES ids fit the 8 bits that every core has
}
export const LAST_SLOT: u32 = MAX_PROCESSES - 1;
