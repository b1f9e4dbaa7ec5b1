// SipHash-2-4 (Aumasson, Bernstein 2012) under one secret key, and what is made of it: numbers that nobody outside can
// foretell. Whoever runs the stack gives the key before anything else.

let key0: u64 = 0;
let key1: u64 = 0;
let draws: u64 = 0;
let v0: u64 = 0;
let v1: u64 = 0;
let v2: u64 = 0;
let v3: u64 = 0;

const DOMAIN_RANDOM: u64 = 0x72616e646f6d; // keeps draws apart from hashes of addresses

export function setSecret(low: u64, high: u64): void {
  key0 = low;
  key1 = high;
}

@inline
function round(): void {
  v0 += v1;
  v2 += v3;
  v1 = rotl<u64>(v1, 13) ^ v0;
  v3 = rotl<u64>(v3, 16) ^ v2;
  v0 = rotl<u64>(v0, 32);
  v2 += v1;
  v0 += v3;
  v1 = rotl<u64>(v1, 17) ^ v2;
  v3 = rotl<u64>(v3, 21) ^ v0;
  v2 = rotl<u64>(v2, 32);
}

function absorb(word: u64): void {
  v3 ^= word;
  round();
  round();
  v0 ^= word;
}

/** The hash of five words, enough for two IPv6 addresses and two ports. */
export function keyedHash(a: u64, b: u64, c: u64, d: u64, e: u64): u64 {
  v0 = key0 ^ 0x736f6d6570736575;
  v1 = key1 ^ 0x646f72616e646f6d;
  v2 = key0 ^ 0x6c7967656e657261;
  v3 = key1 ^ 0x7465646279746573;
  absorb(a);
  absorb(b);
  absorb(c);
  absorb(d);
  absorb(e);
  absorb(40 << 56); // the message's length in bytes
  v2 ^= 0xff;
  round();
  round();
  round();
  round();
  return v0 ^ v1 ^ v2 ^ v3;
}

/** A number that nobody can foretell. */
export function randomU64(): u64 {
  draws += 1;
  return keyedHash(DOMAIN_RANDOM, draws, 0, 0, 0);
}

/** The same, below `limit` > 0. */
export function randomBelow(limit: u32): u32 {
  return <u32>(((randomU64() >> 32) * limit) >> 32);
}
