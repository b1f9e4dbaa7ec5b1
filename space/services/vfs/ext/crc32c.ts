// CRC-32C (Castagnoli, RFC 3720 appendix B.4), reflected, as ext4's metadata checksums use it: no inversion at either end,
// the caller gives the start value. Eight tables, so that eight bytes are one step.

const POLYNOMIAL: u32 = 0x82f63b78;
const TABLE_SIZE: usize = 1024; // 256 of u32
const tables: usize = memory.data(8192, 8);

/** Computes the tables; called once at start. */
export function makeCrcTables(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    store<u32>(tables + ((<usize>byte) << 2), crc);
  }
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = load<u32>(tables + ((<usize>byte) << 2));
    for (let table: usize = 1; table < 8; table++) {
      crc = (crc >> 8) ^ load<u32>(tables + ((<usize>(crc & 255)) << 2));
      store<u32>(tables + table * TABLE_SIZE + ((<usize>byte) << 2), crc);
    }
  }
}

@inline
function entry(table: usize, byte: u64): u32 {
  return load<u32>(tables + table * TABLE_SIZE + (((<usize>byte) & 255) << 2));
}

/** Goes on with `crc` over `size` bytes. */
export function crc32c(crc: u32, at: usize, size: u32): u32 {
  const end = at + size;
  for (; at + 8 <= end; at += 8) {
    const word = load<u64>(at) ^ crc;
    crc =
      entry(7, word) ^
      entry(6, word >> 8) ^
      entry(5, word >> 16) ^
      entry(4, word >> 24) ^
      entry(3, word >> 32) ^
      entry(2, word >> 40) ^
      entry(1, word >> 48) ^
      entry(0, word >> 56);
  }
  for (; at < end; at++) crc = (crc >> 8) ^ entry(0, crc ^ load<u8>(at));
  return crc;
}

/** Goes on with a little-endian u32, which need not be in memory. */
export function crc32cWord(crc: u32, word: u32): u32 {
  for (let i = 0; i < 4; i++) {
    crc = (crc >> 8) ^ entry(0, crc ^ word);
    word >>= 8;
  }
  return crc;
}
