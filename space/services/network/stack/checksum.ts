// The Internet checksum (RFC 1071), over 64-bit words. Sums are kept in the machine's byte order, of 32-bit halves in a
// 64-bit number: no carry is lost below 2^32 of them, and since the one's complement sum does not depend on byte order, the
// folded sum is stored as it is.
//
//   let sum = pseudoSum(source, destination, PROTOCOL_TCP, length);
//   sum = sumBytes(segment, length, sum);           0xffff when folded: the checksum that is in there is right

/** Adds `size` bytes at `at`. A last odd byte counts as if a zero followed. */
export function sumBytes(at: usize, size: u32, sum: u64): u64 {
  let left = size;
  while (left >= 32) {
    const a = load<u64>(at);
    const b = load<u64>(at, 8);
    const c = load<u64>(at, 16);
    const d = load<u64>(at, 24);
    sum += (a & 0xffff_ffff) + (a >> 32) + (b & 0xffff_ffff) + (b >> 32);
    sum += (c & 0xffff_ffff) + (c >> 32) + (d & 0xffff_ffff) + (d >> 32);
    at += 32;
    left -= 32;
  }
  while (left >= 4) {
    sum += <u64>load<u32>(at);
    at += 4;
    left -= 4;
  }
  if (left & 2) {
    sum += <u64>load<u16>(at);
    at += 2;
  }
  if (left & 1) sum += <u64>load<u8>(at);
  return sum;
}

/** Copies `size` bytes and adds them in the same pass. */
export function copySum(target: usize, source: usize, size: u32, sum: u64): u64 {
  let left = size;
  while (left >= 32) {
    const a = load<u64>(source);
    const b = load<u64>(source, 8);
    const c = load<u64>(source, 16);
    const d = load<u64>(source, 24);
    store<u64>(target, a);
    store<u64>(target, b, 8);
    store<u64>(target, c, 16);
    store<u64>(target, d, 24);
    sum += (a & 0xffff_ffff) + (a >> 32) + (b & 0xffff_ffff) + (b >> 32);
    sum += (c & 0xffff_ffff) + (c >> 32) + (d & 0xffff_ffff) + (d >> 32);
    source += 32;
    target += 32;
    left -= 32;
  }
  memory.copy(target, source, left);
  return sumBytes(source, left, sum);
}

/** Reduces a sum to 16 bits. */
export function fold(sum: u64): u32 {
  sum = (sum & 0xffff_ffff) + (sum >> 32);
  sum = (sum & 0xffff_ffff) + (sum >> 32);
  let half = <u32>((sum & 0xffff) + (sum >> 16));
  half = (half & 0xffff) + (half >> 16);
  return (half & 0xffff) + (half >> 16);
}

/** The sum of data that begins at an odd offset: its bytes stand in the other half of their words. */
@inline
export function shiftByOne(sum: u64): u64 {
  return <u64>(<u32>bswap<u16>(<u16>fold(sum)));
}

/** The 16 bits to be stored as the checksum. */
@inline
export function complement(sum: u64): u16 {
  return <u16>~fold(sum);
}

/** The pseudo-header's part of a sum: IPv4 addresses in host order, the upper layer's length in bytes. */
@inline
export function pseudoSum(source: u32, destination: u32, protocol: u32, length: u32): u64 {
  return (
    <u64>bswap<u32>(source) +
    <u64>bswap<u32>(destination) +
    <u64>(protocol << 8) +
    <u64>(<u32>bswap<u16>(<u16>length))
  );
}
