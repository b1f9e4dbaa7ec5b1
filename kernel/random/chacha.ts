// The ChaCha20 block function (RFC 8439, 2.3) over a key of 32 bytes, as the generator of pool.ts needs it: the counter is
// 64 bits wide and the nonce zero (the original layout), so no block ever repeats under one key.

const WORDS: u32 = 16;
const ROUNDS: u32 = 20;

const state: usize = memory.data(64, 8);
const working: usize = memory.data(64, 8);

@inline function word(index: u32): u32 {
  return load<u32>(working + (index << 2));
}
@inline function setWord(index: u32, value: u32): void {
  store<u32>(working + (index << 2), value);
}

function quarterRound(a: u32, b: u32, c: u32, d: u32): void {
  setWord(a, word(a) + word(b));
  setWord(d, rotl<u32>(word(d) ^ word(a), 16));
  setWord(c, word(c) + word(d));
  setWord(b, rotl<u32>(word(b) ^ word(c), 12));
  setWord(a, word(a) + word(b));
  setWord(d, rotl<u32>(word(d) ^ word(a), 8));
  setWord(c, word(c) + word(d));
  setWord(b, rotl<u32>(word(b) ^ word(c), 7));
}

/** Writes the 64 bytes of block `counter` under the key of 32 bytes at `key` to `target`. */
export function chachaBlock(key: usize, counter: u64, target: usize): void {
  store<u64>(state, 0x3320646e61707865); // "expand 32-byte k"
  store<u64>(state, 0x6b20657479622d32, 8);
  for (let i: u32 = 0; i < 4; i++) store<u64>(state + 16 + (i << 3), load<u64>(key + (i << 3)));
  store<u64>(state, counter, 48);
  store<u64>(state, 0, 56);
  for (let i: u32 = 0; i < WORDS; i++) setWord(i, load<u32>(state + (i << 2)));
  for (let round: u32 = 0; round < ROUNDS; round += 2) {
    quarterRound(0, 4, 8, 12);
    quarterRound(1, 5, 9, 13);
    quarterRound(2, 6, 10, 14);
    quarterRound(3, 7, 11, 15);
    quarterRound(0, 5, 10, 15);
    quarterRound(1, 6, 11, 12);
    quarterRound(2, 7, 8, 13);
    quarterRound(3, 4, 9, 14);
  }
  for (let i: u32 = 0; i < WORDS; i++) store<u32>(target + (i << 2), word(i) + load<u32>(state + (i << 2)));
}
