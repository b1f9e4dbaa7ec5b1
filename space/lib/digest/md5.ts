// MD5 (RFC 1321): the checksum that md5sum prints. Good for seeing damage, not for proving where something is from.
//
//   const sum = new Md5();
//   sum.add(address, bytes); …
//   sum.finish()             32 hexadecimal digits

const BLOCK_BYTES: u32 = 64;
const LENGTH_OFFSET: usize = 56; // of the message's length in bits, in the last block
const PADDING: u8 = 0x80;
const DIGITS = "0123456789abcdef";

/** floor(2³² × |sin(i + 1)|), RFC 1321 section 3.4. */
const SINES: StaticArray<u32> = [
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8,
  0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340,
  0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87,
  0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
  0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039,
  0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92,
  0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
  0xeb86d391,
];
/** Bits of the rotations, four a round. */
const SHIFTS: StaticArray<u32> = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

export class Md5 {
  private a: u32 = 0x67452301;
  private b: u32 = 0xefcdab89;
  private c: u32 = 0x98badcfe;
  private d: u32 = 0x10325476;
  private total: u64 = 0;
  private block: usize = heap.alloc(BLOCK_BYTES);

  /** Begins anew. */
  reset(): void {
    this.a = 0x67452301;
    this.b = 0xefcdab89;
    this.c = 0x98badcfe;
    this.d = 0x10325476;
    this.total = 0;
  }

  /** Takes in `size` bytes at `at`. */
  add(at: usize, size: u32): void {
    const filled = (<u32>this.total) & (BLOCK_BYTES - 1);
    this.total += size;
    if (filled) {
      const taken = min(size, BLOCK_BYTES - filled);
      memory.copy(this.block + filled, at, taken);
      if (filled + taken < BLOCK_BYTES) return;
      this.mix(this.block);
      at += taken;
      size -= taken;
    }
    for (; size >= BLOCK_BYTES; size -= BLOCK_BYTES) {
      this.mix(at);
      at += BLOCK_BYTES;
    }
    memory.copy(this.block, at, size);
  }

  /** The sum of all that was taken in. */
  finish(): string {
    const bits = this.total << 3;
    const filled = (<usize>this.total) & (BLOCK_BYTES - 1);
    store<u8>(this.block + filled, PADDING);
    memory.fill(this.block + filled + 1, 0, <usize>BLOCK_BYTES - 1 - filled);
    if (filled >= LENGTH_OFFSET) {
      this.mix(this.block);
      memory.fill(this.block, 0, BLOCK_BYTES);
    }
    store<u64>(this.block + LENGTH_OFFSET, bits);
    this.mix(this.block);
    return hex(this.a) + hex(this.b) + hex(this.c) + hex(this.d);
  }

  /** One block of 16 words: four rounds of 16 steps. */
  private mix(at: usize): void {
    let a = this.a;
    let b = this.b;
    let c = this.c;
    let d = this.d;
    for (let i: u32 = 0; i < 64; i++) {
      const round = i >> 4;
      let mixed: u32 = 0;
      let word = i;
      if (round == 0) mixed = d ^ (b & (c ^ d));
      else if (round == 1) {
        mixed = c ^ (d & (b ^ c));
        word = (5 * i + 1) & 15;
      } else if (round == 2) {
        mixed = b ^ c ^ d;
        word = (3 * i + 5) & 15;
      } else {
        mixed = c ^ (b | ~d);
        word = (7 * i) & 15;
      }
      const sum = a + mixed + unchecked(SINES[i]) + load<u32>(at + ((<usize>word) << 2));
      a = d;
      d = c;
      c = b;
      b += rotl(sum, unchecked(SHIFTS[(round << 2) | (i & 3)]));
    }
    this.a += a;
    this.b += b;
    this.c += c;
    this.d += d;
  }
}

/** The digits of a word's bytes, the lowest byte first. */
function hex(word: u32): string {
  let text = "";
  for (let i = 0; i < 4; i++) {
    const byte = (word >> (i << 3)) & 0xff;
    text += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15);
  }
  return text;
}
