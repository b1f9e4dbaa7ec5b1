// DNS messages (RFC 1035, 4): a question for a name's IPv4 addresses, and reading the answer. What is read is hostile: every
// offset is checked, pointers may only point backwards and so come to an end, and answers for another name do not count.

const HEADER: u32 = 12;
const FLAG_RESPONSE: u32 = 0x8000;
const FLAG_RECURSION: u32 = 0x0100;
const CODE_MASK: u32 = 15;
const POINTER: u32 = 0xc0;
const TYPE_A: u32 = 1;
const TYPE_CNAME: u32 = 5;
const CLASS_IN: u32 = 1;
const MAX_LABEL: i32 = 63;
const NAME_MAX: u32 = 255; // with its length bytes
const MAX_ALIASES: u32 = 8;
const DOT: i32 = 0x2e;

export const QUERY_MAX: u32 = HEADER + NAME_MAX + 1 + 4;
export const RESPONSE_MAX: u32 = 512; // over UDP, without EDNS
export const MAX_ADDRESSES: i32 = 8;

// What readResponse() gives besides a count of addresses.
export const NOT_OURS: i32 = -1; // malformed, or an answer to something else: go on waiting
export const NO_SUCH_NAME: i32 = -2;
export const SERVER_FAILED: i32 = -3;

export const addresses = new StaticArray<u32>(MAX_ADDRESSES);
/** The name that is looked for, in wire form; an alias takes its place. */
const wanted: usize = heap.alloc(NAME_MAX + 1);
const compared: usize = heap.alloc(NAME_MAX + 1);
let nameEnd: usize = 0; // behind a name just read

function be16(at: usize): u32 {
  return <u32>bswap<u16>(load<u16>(at));
}

/** Whether `c` may be part of a host's name. */
function isNameCharacter(c: i32): bool {
  const isLetter = (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
  return isLetter || (c >= 0x30 && c <= 0x39) || c == 0x2d || c == 0x5f;
}

/** Puts `name` into wire form at `to`, letters lower. → bytes, or 0: it cannot be a host's name */
function putName(to: usize, name: string): u32 {
  const end = name.endsWith(".") ? name.length - 1 : name.length;
  if (end < 1 || <u32>end + 2 > NAME_MAX) return 0;
  let length = 0; // of the label
  let start = to;
  for (let i = 0; i <= end; i++) {
    const c = i < end ? name.charCodeAt(i) : DOT;
    if (c == DOT) {
      if (length == 0 || length > MAX_LABEL) return 0;
      store<u8>(start, <u8>length);
      start += length + 1;
      length = 0;
      continue;
    }
    if (!isNameCharacter(c)) return 0;
    length++;
    store<u8>(start + length, <u8>(c >= 0x41 && c <= 0x5a ? c | 0x20 : c));
  }
  store<u8>(start, 0);
  return <u32>(start + 1 - to);
}

/** Builds a query of at most QUERY_MAX bytes at `at`. → bytes, or 0: `name` cannot be a host's */
export function buildQuery(at: usize, id: u32, name: string): u32 {
  const size = putName(wanted, name);
  if (!size) return 0;
  memory.fill(at, 0, HEADER);
  store<u16>(at, bswap<u16>(<u16>id));
  store<u16>(at, bswap<u16>(<u16>FLAG_RECURSION), 2);
  store<u16>(at, bswap<u16>(1), 4);
  memory.copy(at + HEADER, wanted, size);
  const end = at + HEADER + size;
  store<u16>(end, bswap<u16>(<u16>TYPE_A));
  store<u16>(end, bswap<u16>(<u16>CLASS_IN), 2);
  return HEADER + size + 4;
}

/** Reads the name at `at` of the message [base, end) to `to`, letters lower; nameEnd is behind it. → whether it is one */
function readName(base: usize, end: usize, at: usize, to: usize): bool {
  let size: u32 = 0;
  let lowest = at; // pointers lead further and further back
  nameEnd = 0;
  while (at < end) {
    const length = <u32>load<u8>(at);
    if ((length & POINTER) == POINTER) {
      if (end - at < 2) return false;
      if (!nameEnd) nameEnd = at + 2;
      const target = base + (be16(at) & 0x3fff);
      if (target >= lowest) return false;
      at = lowest = target;
      continue;
    }
    if (length & POINTER || end - at <= <usize>length || size + length + 1 > NAME_MAX) return false;
    store<u8>(to + size, <u8>length);
    for (let i: u32 = 1; i <= length; i++) {
      const c = <u32>load<u8>(at + i);
      store<u8>(to + size + i, <u8>(c >= 0x41 && c <= 0x5a ? c | 0x20 : c));
    }
    size += length + 1;
    at += length + 1;
    if (length) continue;
    if (!nameEnd) nameEnd = at;
    return true;
  }
  return false;
}

function isWanted(): bool {
  for (let at: u32 = 0; at <= NAME_MAX;) {
    const length = <u32>load<u8>(wanted + at);
    if (memory.compare(wanted + at, compared + at, length + 1) != 0) return false;
    if (!length) return true;
    at += length + 1;
  }
  return false;
}

/** Takes the records of [at, end) that are about the wanted name; an alias's follow it. → addresses found, or NOT_OURS */
function readRecords(base: usize, at: usize, end: usize, records: u32): i32 {
  let count = 0;
  let aliases: u32 = 0;
  for (let i: u32 = 0; i < records; i++) {
    if (!readName(base, end, at, compared)) return NOT_OURS;
    at = nameEnd;
    if (end - at < 10) return NOT_OURS;
    const type = be16(at);
    const isInternet = be16(at + 2) == CLASS_IN;
    const length = be16(at + 8);
    at += 10;
    if (end - at < <usize>length) return NOT_OURS;
    if (isInternet && isWanted()) {
      if (type == TYPE_A && length == 4 && count < MAX_ADDRESSES) {
        addresses[count++] = bswap<u32>(load<u32>(at));
      } else if (type == TYPE_CNAME && ++aliases <= MAX_ALIASES) {
        if (!readName(base, at + length, at, wanted)) return NOT_OURS;
      }
    }
    at += length;
  }
  return count;
}

/** Reads the `size` bytes of a response at `at` to query `id`. → addresses (0: the name has none), or one of those above */
export function readResponse(at: usize, size: u32, id: u32): i32 {
  if (size < HEADER || be16(at) != id) return NOT_OURS;
  const flags = be16(at + 2);
  if (!(flags & FLAG_RESPONSE) || be16(at + 4) != 1) return NOT_OURS;
  const end = at + size;
  if (!readName(at, end, at + HEADER, compared) || !isWanted() || end - nameEnd < 4) return NOT_OURS;
  if (be16(nameEnd) != TYPE_A || be16(nameEnd + 2) != CLASS_IN) return NOT_OURS;
  const code = flags & CODE_MASK;
  if (code == 3) return NO_SUCH_NAME;
  if (code) return SERVER_FAILED;
  return readRecords(at, nameEnd + 4, end, be16(at + 6));
}
