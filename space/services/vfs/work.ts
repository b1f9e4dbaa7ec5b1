// What is left to do when an operation has ended, in one word, so that most operations learn with one load that there is
// nothing: requests to the block service that were not sent (their number), disks to look after in time (watch.ts), parked
// requests that can go on (parking.ts).

const WATCHED: u32 = 0x8000_0000;
const READY: u32 = 0x4000_0000;

let work: u32 = 0;

/** Not 0 if there is anything. */
@inline
export function anyWork(): u32 {
  return work;
}

export function addUnsent(count: i32): void {
  work += <u32>count;
}
@inline
export function unsentIo(): u32 {
  return work & ~(WATCHED | READY);
}

@inline
export function isWatched(): bool {
  return (work & WATCHED) != 0;
}
export function setWatched(isOn: bool): void {
  work = isOn ? work | WATCHED : work & ~WATCHED;
}

@inline
export function hasReady(): bool {
  return (work & READY) != 0;
}
export function setReady(isOn: bool): void {
  work = isOn ? work | READY : work & ~READY;
}
