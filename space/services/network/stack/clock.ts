// The time, as whoever runs the stack told it last. Microseconds since boot.

export let now_us: u64 = 1;

/** Time only goes forward. */
export function setClock(time_us: u64): void {
  if (time_us > now_us) now_us = time_us;
}

export const SECOND_US: u64 = 1_000_000;
export const MILLISECOND_US: u64 = 1_000;
