// Bytes at addresses, as request and response are made of. Nothing here allocates: texts are literals, compared and
// copied where they lie.

const UPPER_A: u32 = 0x41;
const UPPER_Z: u32 = 0x5a;
const CASE: u32 = 0x20;
const DIGIT_0: u32 = 0x30;
const LETTER_A: u32 = 0x61;

@inline
export function byteAt(at: usize): u32 {
  return <u32>load<u8>(at);
}

@inline
function lower(c: u32): u32 {
  return c >= UPPER_A && c <= UPPER_Z ? c | CASE : c;
}

@inline
function character(text: string, index: u32): u32 {
  return <u32>load<u16>(changetype<usize>(text) + ((<usize>index) << 1));
}

/** Whether the `size` bytes at `at` are `text`. */
export function equals(at: usize, size: u32, text: string): bool {
  return size == <u32>text.length && beginsWith(at, size, text);
}

/** Whether the `size` bytes at `at` begin with `text`. */
export function beginsWith(at: usize, size: u32, text: string): bool {
  const length = <u32>text.length;
  if (size < length) return false;
  for (let i: u32 = 0; i < length; i++) if (byteAt(at + i) != character(text, i)) return false;
  return true;
}

/** Whether the `size` bytes at `at` are `text`, in lower case here, in whatever case there. */
export function equalsIgnoringCase(at: usize, size: u32, text: string): bool {
  if (size != <u32>text.length) return false;
  for (let i: u32 = 0; i < size; i++) if (lower(byteAt(at + i)) != character(text, i)) return false;
  return true;
}

const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/** The address of the first `byte` in [at, end), or `end`. Eight bytes at a time: a head is looked through three times. */
export function find(at: usize, end: usize, byte: u32): usize {
  const wanted = <u64>byte * EVERY_BYTE;
  while (at + 8 <= end) {
    const difference = load<u64>(at) ^ wanted;
    // The lowest high bit that is left is that of the first byte which is zero in `difference`.
    const zeros = (difference - EVERY_BYTE) & ~difference & HIGH_BITS;
    if (zeros) return at + <usize>(ctz(zeros) >> 3);
    at += 8;
  }
  while (at < end && byteAt(at) != byte) at++;
  return at;
}

/** Where numberAt() stopped. */
export let numberEnd: usize = 0;

/** The decimal number that begins at `at`, or -1: none does, or it is beyond 18 digits. */
export function numberAt(at: usize, end: usize): i64 {
  let value: i64 = 0;
  const start = at;
  while (at < end && byteAt(at) - DIGIT_0 <= 9) value = value * 10 + <i64>(byteAt(at++) - DIGIT_0);
  numberEnd = at;
  return at == start || at - start > 18 ? -1 : value;
}

/** Copies `text`, which is ASCII, to `to`, where there is room for three bytes more. → the address behind it */
export function putText(to: usize, text: string): usize {
  const length = <usize>text.length;
  const from = changetype<usize>(text);
  for (let i: usize = 0; i < length; i += 4) {
    let four = load<u64>(from + (i << 1)) & 0x00ff_00ff_00ff_00ff; // characters behind the end do no harm
    four = (four | (four >> 8)) & 0x0000_ffff_0000_ffff;
    store<u32>(to + i, <u32>(four | (four >> 16)));
  }
  return to + length;
}

/** Writes `value` in hexadecimal, 16 digits. → the address behind it */
export function putHex(to: usize, value: u64): usize {
  for (let shift: i32 = 60; shift >= 0; shift -= 4) {
    const digit = (<u32>(value >> shift)) & 15;
    store<u8>(to++, <u8>(digit + (digit > 9 ? LETTER_A - 10 : DIGIT_0)));
  }
  return to;
}

/** Writes `value` in decimal. → the address behind it */
export function putNumber(to: usize, value: u64): usize {
  let digits: u32 = 1;
  for (let rest = value / 10; rest; rest /= 10) digits++;
  for (let i = digits; i > 0; i--) {
    store<u8>(to + i - 1, <u8>(DIGIT_0 + <u32>(value % 10)));
    value /= 10;
  }
  return to + digits;
}
