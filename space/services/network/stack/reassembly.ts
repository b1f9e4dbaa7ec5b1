// Reassembly of IPv4 fragments (RFC 791, RFC 1122 3.3.2), under limits: MAX_REASSEMBLIES packets at a time, the oldest gives
// way; 60 seconds each; no fragment may cover what another has given (RFC 5722's rule: the packet is dropped).
//
//   entry:  u64 expires_us · u32 source · u32 destination · u32 id << 8 | protocol · u32 bytes there · u32 size, 0: not known
//           u32 in use · u32 first fragment is there
//   map:    a bit for each 8 bytes that are there
//   area:   a header of 20 bytes, then the data in its place

import { load16, load32, store16 } from "./bytes";
import { SECOND_US, now_us } from "./clock";
import { IP_HEADER_ERRORS, IP_REASSEMBLED, IP_REASSEMBLY_FAILED, count } from "./counters";
import { sendReassemblyTimeout } from "./icmp_errors";
import {
  FLAG_MORE_FRAGMENTS,
  FRAGMENT_OFFSET_MASK,
  IP_DESTINATION,
  IP_FRAGMENT,
  IP_HEADER,
  IP_ID,
  IP_PROTOCOL,
  IP_SOURCE,
  IP_TOTAL_LENGTH,
} from "./ip4_format";
import {
  FIRST_SYSTEM_TIMER,
  MAX_DATAGRAM,
  MAX_REASSEMBLIES,
  REASSEMBLY_AREA,
  REASSEMBLY_MAPS,
  REASSEMBLY_MAP_SIZE,
  REASSEMBLY_SIZE,
  REASSEMBLY_TABLE,
} from "./layout";
import { NEVER, timerSet } from "./timers";

const TIMEOUT_US: u64 = 60 * SECOND_US; // RFC 1122 3.3.2: between 60 and 120 seconds, and fixed
const DATA_MAX: u32 = 65535 - IP_HEADER;

export const REASSEMBLY_TIMER: u32 = FIRST_SYSTEM_TIMER + 1;

/** Bytes of the packet that reassemble() returned, header included. */
export let reassembledLength: u32 = 0;

@unmanaged
class Reassembly {
  expires_us: u64;
  source: u32;
  destination: u32;
  key: u32;
  there: u32; // units of 8 bytes
  size: u32; // bytes of data
  inUse: u32;
  hasFirst: u32;
}

@inline
function entryAt(index: u32): Reassembly {
  return changetype<Reassembly>(REASSEMBLY_TABLE + <usize>index * REASSEMBLY_SIZE);
}

@inline
function indexOf(entry: Reassembly): u32 {
  return <u32>(changetype<usize>(entry) - REASSEMBLY_TABLE) / REASSEMBLY_SIZE;
}

@inline
function areaOf(entry: Reassembly): usize {
  return REASSEMBLY_AREA + <usize>indexOf(entry) * MAX_DATAGRAM;
}

@inline
function mapOf(entry: Reassembly): usize {
  return REASSEMBLY_MAPS + <usize>indexOf(entry) * REASSEMBLY_MAP_SIZE;
}

export function startReassembly(): void {
  memory.fill(REASSEMBLY_TABLE, 0, MAX_REASSEMBLIES * REASSEMBLY_SIZE);
}

export function reassembliesInUse(): u32 {
  let used: u32 = 0;
  for (let index: u32 = 0; index < MAX_REASSEMBLIES; index++) used += entryAt(index).inUse;
  return used;
}

/** The entry of the packet that `ip` is a fragment of: found, or new in place of the oldest. */
function entryFor(ip: usize): Reassembly {
  const source = load32(ip + IP_SOURCE);
  const destination = load32(ip + IP_DESTINATION);
  const key = (load16(ip + IP_ID) << 8) | (<u32>load<u8>(ip, IP_PROTOCOL));
  let oldest = entryAt(0);
  for (let index: u32 = 0; index < MAX_REASSEMBLIES; index++) {
    const entry = entryAt(index);
    if (!entry.inUse) {
      if (oldest.inUse) oldest = entry;
    } else if (entry.source == source && entry.destination == destination && entry.key == key) {
      return entry;
    } else if (oldest.inUse && entry.expires_us < oldest.expires_us) {
      oldest = entry;
    }
  }
  if (oldest.inUse) count(IP_REASSEMBLY_FAILED);
  memory.fill(mapOf(oldest), 0, REASSEMBLY_MAP_SIZE);
  oldest.source = source;
  oldest.destination = destination;
  oldest.key = key;
  oldest.there = 0;
  oldest.size = 0;
  oldest.hasFirst = 0;
  oldest.inUse = 1;
  oldest.expires_us = now_us + TIMEOUT_US;
  timerSet(REASSEMBLY_TIMER, earliest());
  return oldest;
}

function earliest(): u64 {
  let first = NEVER;
  for (let index: u32 = 0; index < MAX_REASSEMBLIES; index++) {
    const entry = entryAt(index);
    if (entry.inUse && entry.expires_us < first) first = entry.expires_us;
  }
  return first;
}

/** Marks `units` units from `first` on. → how many of them were marked already */
function mark(entry: Reassembly, first: u32, units: u32): u32 {
  const map = mapOf(entry);
  let already: u32 = 0;
  while (units) {
    const bit = first & 63;
    const inWord = min(units, 64 - bit);
    const word = map + ((first >> 6) << 3);
    const mask = (inWord == 64 ? u64.MAX_VALUE : ((<u64>1) << (<u64>inWord)) - 1) << (<u64>bit);
    const before = load<u64>(word);
    already += <u32>popcnt<u64>(before & mask);
    store<u64>(word, before | mask);
    first += inWord;
    units -= inWord;
  }
  return already;
}

function giveUp(entry: Reassembly): usize {
  entry.inUse = 0;
  count(IP_REASSEMBLY_FAILED);
  return 0;
}

/** Takes a fragment of `total` bytes, `header` of them header. → the whole packet, with a header of 20 bytes, or 0 */
export function reassemble(ip: usize, header: u32, total: u32): usize {
  const field = load16(ip + IP_FRAGMENT);
  const offset = (field & FRAGMENT_OFFSET_MASK) << 3;
  const hasMore = (field & FLAG_MORE_FRAGMENTS) != 0;
  const length = total - header;
  if (length == 0 || offset + length > DATA_MAX || (hasMore && (length & 7) != 0)) {
    count(IP_HEADER_ERRORS);
    return 0;
  }
  const entry = entryFor(ip);
  const end = offset + length;
  if (hasMore ? entry.size != 0 && end > entry.size : entry.size != 0 && entry.size != end) {
    return giveUp(entry);
  }
  const units = (length + 7) >> 3;
  const already = mark(entry, offset >> 3, units);
  if (already == units) return 0;
  if (already) return giveUp(entry);
  const area = areaOf(entry);
  memory.copy(area + IP_HEADER + offset, ip + header, length);
  if (offset == 0) {
    memory.copy(area, ip, IP_HEADER);
    store<u8>(area, 0x45);
    entry.hasFirst = 1;
  }
  if (!hasMore) entry.size = end;
  entry.there += units;
  return finish(entry, area);
}

/** The packet if nothing is missing, else 0. Units beyond the last fragment's end show that the packet is a lie. */
function finish(entry: Reassembly, area: usize): usize {
  if (entry.size == 0 || entry.there < (entry.size + 7) >> 3) return 0;
  if (entry.there > (entry.size + 7) >> 3 || !entry.hasFirst) return giveUp(entry);
  entry.inUse = 0;
  count(IP_REASSEMBLED);
  reassembledLength = IP_HEADER + entry.size;
  store16(area + IP_TOTAL_LENGTH, reassembledLength);
  store16(area + IP_FRAGMENT, 0);
  return area;
}

/** The reassembly timer: gives up what has waited too long, and says so if the first fragment is there. */
export function reassemblyTimer(): void {
  for (let index: u32 = 0; index < MAX_REASSEMBLIES; index++) {
    const entry = entryAt(index);
    if (!entry.inUse || entry.expires_us > now_us) continue;
    giveUp(entry);
    if (entry.hasFirst) sendReassemblyTimeout(areaOf(entry), firstFragmentLength(entry));
  }
  timerSet(REASSEMBLY_TIMER, earliest());
}

/** Bytes, header included, that are there from the beginning without a gap, as far as an error may quote them. */
function firstFragmentLength(entry: Reassembly): u32 {
  const gap = ~load<u64>(mapOf(entry));
  return IP_HEADER + (gap ? (<u32>ctz<u64>(gap)) << 3 : 512);
}
