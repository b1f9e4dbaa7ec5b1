// Text between programs (UTF-16 strings) and the system (UTF-8 bytes), without loss in either direction.
//
// Bytes come from other programs, file names and terminals, so they need not be UTF-8. A byte that is not part of a
// well-formed sequence (overlong forms, surrogates and values above U+10FFFF included) becomes the lone low surrogate
// U+DC00 + byte, and that surrogate becomes the byte again: a file with any name at all can be listed and removed.
//
//   U+0000–007F    0xxxxxxx                             U+0800–FFFF     1110xxxx 10xxxxxx 10xxxxxx
//   U+0080–07FF    110xxxxx 10xxxxxx                    U+10000–10FFFF  11110xxx 10xxxxxx 10xxxxxx 10xxxxxx

const ESCAPE_BASE: u32 = 0xdc00; // U+DC80–U+DCFF stand for the bytes 0x80–0xFF
const REPLACEMENT: u32 = 0xfffd; // for a lone surrogate that stands for no byte
/** The most bytes that one UTF-16 unit becomes (a pair of units becomes 4). */
export const MAX_BYTES_PER_UNIT: u32 = 3;

let sequenceLength: u32 = 0;

/** The code point at unit `index`; leaves the number of units it takes in sequenceLength. */
function codePointAt(text: string, index: i32): u32 {
  const first = <u32>text.charCodeAt(index);
  sequenceLength = 1;
  if ((first & 0xfc00) != 0xd800 || index + 1 >= text.length) return first;
  const second = <u32>text.charCodeAt(index + 1);
  if ((second & 0xfc00) != 0xdc00) return first;
  sequenceLength = 2;
  return 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff);
}

function isEscapedByte(codePoint: u32): bool {
  return codePoint >= ESCAPE_BASE + 0x80 && codePoint <= ESCAPE_BASE + 0xff;
}

/** Bytes that `text` becomes. */
export function utf8Length(text: string): u32 {
  let size: u32 = 0;
  for (let i = 0; i < text.length; i += <i32>sequenceLength) {
    const c = codePointAt(text, i);
    if (c < 0x80 || isEscapedByte(c)) size += 1;
    else if (c < 0x800) size += 2;
    else size += c < 0x10000 ? 3 : 4;
  }
  return size;
}

const FOUR_NOT_ASCII: u64 = 0xff80ff80ff80ff80;
const EVERY_SECOND_BYTE: u64 = 0x0000ffff0000ffff;

/** Encodes units of `text` from `from` on as long as four at a time are ASCII. → the unit it came to */
@inline function encodeAscii(text: string, from: i32, to: i32, target: usize): i32 {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const four = load<u64>(changetype<usize>(text) + ((<usize>i) << 1));
    if (four & FOUR_NOT_ASCII) break;
    const pairs = (four | (four >> 8)) & EVERY_SECOND_BYTE;
    store<u32>(target + (i - from), <u32>(pairs | (pairs >> 16)));
  }
  return i;
}

/**
 * Encodes the units from..to of `text` at `target`, which has room for MAX_BYTES_PER_UNIT bytes for each.
 * → bytes written.
 */
export function encodeUtf8(text: string, from: i32, to: i32, target: usize): u32 {
  const first = encodeAscii(text, from, to, target);
  let at = target + (first - from);
  for (let i = first; i < to; i += <i32>sequenceLength) {
    let c = codePointAt(text, i);
    if (c < 0x80 || isEscapedByte(c)) {
      store<u8>(at++, <u8>c);
    } else if (c < 0x800) {
      store<u8>(at, <u8>(0xc0 | (c >> 6)));
      store<u8>(at + 1, <u8>(0x80 | (c & 0x3f)));
      at += 2;
    } else if (c < 0x10000) {
      if ((c & 0xf800) == 0xd800) c = REPLACEMENT;
      store<u8>(at, <u8>(0xe0 | (c >> 12)));
      store<u8>(at + 1, <u8>(0x80 | ((c >> 6) & 0x3f)));
      store<u8>(at + 2, <u8>(0x80 | (c & 0x3f)));
      at += 3;
    } else {
      store<u8>(at, <u8>(0xf0 | (c >> 18)));
      store<u8>(at + 1, <u8>(0x80 | ((c >> 12) & 0x3f)));
      store<u8>(at + 2, <u8>(0x80 | ((c >> 6) & 0x3f)));
      store<u8>(at + 3, <u8>(0x80 | (c & 0x3f)));
      at += 4;
    }
  }
  return <u32>(at - target);
}

/** Length of a well-formed sequence by its first byte, or 0: continuation bytes and C0, C1, F5–FF begin none. */
function lengthByFirstByte(first: u32): u32 {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

/** The code point at `at`, an escaped byte when malformed; leaves the bytes it takes in sequenceLength. */
function decodeOne(at: usize, end: usize): u32 {
  const first = <u32>load<u8>(at);
  const length = lengthByFirstByte(first);
  sequenceLength = 1;
  if (length == 1) return first;
  const malformed = ESCAPE_BASE + first;
  if (length == 0 || length > <u32>(end - at)) return malformed;
  let c = first & (0x7f >> length);
  for (let i: u32 = 1; i < length; i++) {
    const next = <u32>load<u8>(at + i);
    if ((next & 0xc0) != 0x80) return malformed;
    c = (c << 6) | (next & 0x3f);
  }
  if (length == 3 && (c < 0x800 || (c & 0xf800) == 0xd800)) return malformed;
  if (length == 4 && (c < 0x10000 || c > 0x10ffff)) return malformed;
  sequenceLength = length;
  return c;
}

/** Decodes `size` bytes at `source`, whatever they are. */
export function decodeUtf8(source: usize, size: u32): string {
  const end = source + size;
  let units: usize = 0;
  for (let at = source; at < end; at += sequenceLength) units += decodeOne(at, end) < 0x10000 ? 1 : 2;
  const text = __new(units << 1, idof<string>());
  let target = text;
  for (let at = source; at < end; at += sequenceLength) {
    const c = decodeOne(at, end);
    if (c < 0x10000) {
      store<u16>(target, <u16>c);
      target += 2;
    } else {
      store<u16>(target, <u16>(0xd800 | ((c - 0x10000) >> 10)));
      store<u16>(target + 2, <u16>(0xdc00 | (c & 0x3ff)));
      target += 4;
    }
  }
  return changetype<string>(text);
}
