// The hashes of names that ext's directory trees are sorted by: the "legacy" one, half MD4 (four of MD4's words, three
// rounds of 8) and TEA, each with signed or unsigned characters, as the volume's superblock says.
// Source: the ext4 on-disk format documentation, "Directory entries: hash tree".

const SEED_0: u32 = 0x67452301; // MD4's initial state, RFC 1320 §3.3
const SEED_1: u32 = 0xefcdab89;
const SEED_2: u32 = 0x98badcfe;
const SEED_3: u32 = 0x10325476;
const MD4_ROUND_2: u32 = 0x5a827999; // RFC 1320 §3.4
const MD4_ROUND_3: u32 = 0x6ed9eba1;
const TEA_DELTA: u32 = 0x9e3779b9;

export const HASH_LEGACY: u32 = 0;
export const HASH_HALF_MD4: u32 = 1;
export const HASH_TEA: u32 = 2;
/** Added to the version: characters are unsigned. */
export const HASH_UNSIGNED: u32 = 3;
const HASH_VERSIONS: u32 = 6;

const input: usize = memory.data(32, 8); // eight words of the name
let a: u32 = 0;
let b: u32 = 0;
let c: u32 = 0;
let d: u32 = 0;

@inline
function word(i: u32): u32 {
  return load<u32>(input + ((<usize>i) << 2));
}

@inline
function character(at: usize, isUnsigned: bool): u32 {
  return isUnsigned ? <u32>load<u8>(at) : <u32>(<i32>load<i8>(at));
}

/** Fills `words` words of the input from up to as many bytes of the name; what is missing is padded with the length. */
function fillInput(at: usize, length: u32, words: u32, isUnsigned: bool): void {
  let padding = length | (length << 8);
  padding |= padding << 16;
  const taken = min(length, words * 4);
  for (let i: u32 = 0; i < words; i++) {
    let value = padding;
    for (let n = i * 4; n < taken && n < i * 4 + 4; n++) value = character(at + n, isUnsigned) + (value << 8);
    store<u32>(input + ((<usize>i) << 2), value);
  }
}

@inline
function choose(x: u32, y: u32, z: u32): u32 {
  return z ^ (x & (y ^ z));
}
@inline
function majority(x: u32, y: u32, z: u32): u32 {
  return (x & y) + ((x ^ y) & z);
}

/** Rotates the roles of the four words after a step, whose result is `value`. */
@inline
function turn(value: u32): void {
  const last = d;
  d = c;
  c = b;
  b = value;
  a = last;
}

/** One step of each round with word `i`, rotation `s`. */
@inline
function step1(i: u32, s: u32): void {
  turn(rotl(a + choose(b, c, d) + word(i), s));
}
@inline
function step2(i: u32, s: u32): void {
  turn(rotl(a + majority(b, c, d) + word(i) + MD4_ROUND_2, s));
}
@inline
function step3(i: u32, s: u32): void {
  turn(rotl(a + (b ^ c ^ d) + word(i) + MD4_ROUND_3, s));
}

function transformHalfMd4(): void {
  const a0 = a;
  const b0 = b;
  const c0 = c;
  const d0 = d;
  for (let i: u32 = 0; i < 8; i += 4) {
    step1(i, 3);
    step1(i + 1, 7);
    step1(i + 2, 11);
    step1(i + 3, 19);
  }
  for (let odd: u32 = 2; odd > 0; odd--) {
    step2(odd - 1, 3);
    step2(odd + 1, 5);
    step2(odd + 3, 9);
    step2(odd + 5, 13);
  }
  for (let i: u32 = 0; i < 2; i++) {
    step3(3 - 2 * i, 3);
    step3(7 - 2 * i, 9);
    step3(2 - 2 * i, 11);
    step3(6 - 2 * i, 15);
  }
  a += a0;
  b += b0;
  c += c0;
  d += d0;
}

function transformTea(): void {
  let sum: u32 = 0;
  let x = a;
  let y = b;
  for (let round = 0; round < 16; round++) {
    sum += TEA_DELTA;
    x += ((y << 4) + word(0)) ^ (y + sum) ^ ((y >> 5) + word(1));
    y += ((x << 4) + word(2)) ^ (x + sum) ^ ((x >> 5) + word(3));
  }
  a += x;
  b += y;
}

function hashLegacy(at: usize, length: u32, isUnsigned: bool): u32 {
  let last: u32 = 0x12a3fe2d;
  let before: u32 = 0x37abe8f9;
  for (let i: u32 = 0; i < length; i++) {
    let hash = before + (last ^ (character(at + i, isUnsigned) * 7152373));
    if (hash & 0x80000000) hash -= 0x7fffffff;
    before = last;
    last = hash;
  }
  return last << 1;
}

/** Whether names can be hashed so. */
export function isKnownHash(version: u32): bool {
  return version < HASH_VERSIONS;
}

/** The hash of a name, bit 0 clear. seed: four words, all zeros for the standard one. */
export function hashName(version: u32, seed: usize, at: usize, length: u32): u32 {
  const isUnsigned = version >= HASH_UNSIGNED;
  const kind = isUnsigned ? version - HASH_UNSIGNED : version;
  if (kind == HASH_LEGACY) return hashLegacy(at, length, isUnsigned) & ~1;
  const hasSeed = (load<u64>(seed) | load<u64>(seed, 8)) != 0;
  a = hasSeed ? load<u32>(seed) : SEED_0;
  b = hasSeed ? load<u32>(seed, 4) : SEED_1;
  c = hasSeed ? load<u32>(seed, 8) : SEED_2;
  d = hasSeed ? load<u32>(seed, 12) : SEED_3;
  const step: u32 = kind == HASH_TEA ? 16 : 32;
  for (let done: u32 = 0; done < length; done += step) {
    fillInput(at + done, length - done, step / 4, isUnsigned);
    if (kind == HASH_TEA) transformTea();
    else transformHalfMd4();
  }
  const hash = (kind == HASH_TEA ? a : b) & ~1;
  return hash == HASH_END ? HASH_END - 2 : hash;
}
/** What no name's hash is: it stands for the end of a directory. */
const HASH_END: u32 = 0xfffffffe;
