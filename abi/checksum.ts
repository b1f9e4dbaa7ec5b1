// The checksum of program and library files: 64 bits over the whole file, taken as little-endian words of 8 bytes, the last
// one filled up with zeros. Each step is a bijection of the sum and of the word, so a change within one word is always found, and
// any other change but for one in 2^64. It finds damage, not forgery. The toolchain has the same in TypeScript (pipeline/seal.ts).
//
//   sum = size;   for each word:  sum = rotate_left(sum xor word, 23) × MULTIPLIER

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15; // odd, so multiplying loses nothing
const ROTATION: u64 = 23;
const WORD: u32 = 8;

@inline
function step(sum: u64, word: u64): u64 {
  return rotl<u64>(sum ^ word, ROTATION) * MULTIPLIER;
}

/** The word at `at` of which only `size` < 8 bytes are there. */
function readPartial(at: usize, size: u32): u64 {
  let word: u64 = 0;
  for (let i: u32 = 0; i < size; i++) word |= (<u64>load<u8>(at + i)) << (i << 3);
  return word;
}

/** The checksum of `size` bytes at `at`, continuing `sum`; only the last piece of a file may be no multiple of 8. */
function addWords(sum: u64, at: usize, size: u32): u64 {
  let done: u32 = 0;
  for (; done + WORD <= size; done += WORD) sum = step(sum, load<u64>(at + done));
  return done < size ? step(sum, readPartial(at + done, size - done)) : sum;
}

/** The checksum of the file of `size` bytes at `file`, the word at `field` (a multiple of 8, inside it) taken as zero. */
export function fileChecksum(file: usize, size: u32, field: u32): u64 {
  const after = field + WORD;
  const sum = step(addWords(size, file, field), 0);
  return addWords(sum, file + after, size - after);
}
