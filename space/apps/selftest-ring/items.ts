// What goes through the ring, and what both processes know of it.
//
//   entry:  0 u64 value   8 u64 check: so that an entry of another round, half written or out of order shows

import { NOTIFY_USER_SHIFT } from "../../../abi/endpoints";
import { PAGE_SIZE } from "../../../abi/limits";
import { sharedLoad64, sharedStore64 } from "../../lib/sys";
import { ringBytes } from "../../lib/ring";

export const ENTRIES: u32 = 256;
export const ENTRY_BYTES: u32 = 16;
export const RING_PAGES: u32 = (ringBytes(ENTRIES, ENTRY_BYTES) + PAGE_SIZE - 1) / PAGE_SIZE;

/** What either end is notified with. */
export const RING_BIT: u64 = 1 << (<u64>NOTIFY_USER_SHIFT);

// The consumer's calls to the producer's endpoint.
export const OP_HELLO: u32 = 1; // grants the consumer's endpoint → grants the ring; value: its object
export const OP_DONE: u32 = 2; // u32 items, u64 their sum → ring and endpoint are revoked when it is answered

const CHECK_OFFSET: usize = 8;
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15; // odd, 2^64 divided by the golden ratio: neighbours differ in half of all bits

/** The value of item `index`. */
@inline export function valueOf(index: u32): u64 {
  return (<u64>index + 1) * MULTIPLIER;
}

export function writeItem(at: usize, index: u32): void {
  const value = valueOf(index);
  sharedStore64(at, value);
  sharedStore64(at + CHECK_OFFSET, ~value ^ index);
}

/** Whether the entry holds item `index`, whole. */
export function isItem(at: usize, index: u32): bool {
  const value = sharedLoad64(at);
  return value == valueOf(index) && sharedLoad64(at + CHECK_OFFSET) == (~value ^ index);
}
