// Numbers that nobody can foretell: ChaCha20 with fast key erasure (D. J. Bernstein, 2017). The first half of a block
// becomes the next key, and only the second half is given out, so a key that leaks tells nothing of what was given before.
//
// The key comes from the boot loader's rng-seed (boot/dtb.ts; in memory that only the kernel reads), and each draw depends on
// the counter. A boot loader that gives no seed leaves only that: such numbers differ from boot to boot and are no secret,
// which the kernel then says in its log.

import { counter } from "../hal/hw";
import { chachaBlock } from "./chacha";

/** A seed of fewer bytes can be guessed. */
export const KEY_BYTES: u32 = 32;
/** Bytes that drawBlock() leaves at drawnBytes. */
export const DRAW_BYTES: u32 = 32;

const key: usize = memory.data(32, 8);
const block: usize = memory.data(64, 8);
export const drawnBytes: usize = block + KEY_BYTES;

/** Bytes of seed that there were. */
export let seedBytes: u32 = 0;

/** Takes the seed of `size` bytes at `at` into the key. */
export function seedPool(at: usize, size: u32): void {
  seedBytes += size;
  for (let i: u32 = 0; i < size; i++) {
    const to = key + (i & (KEY_BYTES - 1));
    store<u8>(to, load<u8>(to) ^ load<u8>(at + i));
    if ((i & (KEY_BYTES - 1)) == KEY_BYTES - 1) drawBlock(); // a longer seed: all of it counts
  }
  drawBlock();
}

/** Leaves DRAW_BYTES new bytes at drawnBytes; the caller overwrites them when it has used them. */
export function drawBlock(): void {
  chachaBlock(key, counter(), block);
  memory.copy(key, block, KEY_BYTES);
  memory.fill(block, 0, KEY_BYTES);
}

/** Overwrites what was drawn. */
export function forgetDrawn(): void {
  memory.fill(drawnBytes, 0, DRAW_BYTES);
}
