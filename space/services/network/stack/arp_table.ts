// Neighbours: IPv4 address → MAC address. Bounded; entries age. Only what we asked for is believed:
//
//   INCOMPLETE ──reply──▶ VALID ──30 s──▶ asked again while in use ──reply──▶ VALID
//       └──3 requests unanswered──▶ gone           └──3 requests unanswered──▶ gone
//
// A request or reply out of the blue changes nothing, so no one can put himself in another's place by shouting.
//
//   0 u64 mac · 8 u64 valid until · 16 u64 next request · 24 u64 last used (µs) · 32 u32 address · 36 u8 state
//   37 u8 requests sent · 38 u8 packets that wait · 40 3 × u32 their frames

import { ARP_ENTRY_SIZE, ARP_TABLE, MAX_ARP_ENTRIES } from "./layout";
import { now_us } from "./clock";
import { packetFree, setPacketLength } from "./packet";

export const ARP_FREE: u32 = 0;
export const ARP_INCOMPLETE: u32 = 1;
export const ARP_VALID: u32 = 2;
export const MAX_WAITING: u32 = 3; // packets of an entry that wait for its reply; the oldest is dropped

const WAITING: u32 = 40;

@unmanaged
export class ArpEntry {
  mac: u64;
  validUntil_us: u64;
  nextRequest_us: u64; // 0: none is due
  used_us: u64;
  address: u32;
  state: u8;
  requests: u8;
  waiting: u8;
  reserved: u8;

  @inline
  private slot(index: u32): usize {
    return changetype<usize>(this) + WAITING + (index << 2);
  }

  /** Keeps a packet until the address is known. */
  keep(frame: usize, length: u32): void {
    if (<u32>this.waiting == MAX_WAITING) {
      packetFree(this.takeWaiting());
    }
    setPacketLength(frame, length);
    store<u32>(this.slot(<u32>this.waiting), <u32>frame);
    this.waiting += 1;
  }

  /** The packet that has waited longest, or 0. */
  takeWaiting(): usize {
    if (!this.waiting) return 0;
    const frame = <usize>load<u32>(this.slot(0));
    store<u32>(this.slot(0), load<u32>(this.slot(1)));
    store<u32>(this.slot(1), load<u32>(this.slot(2)));
    this.waiting -= 1;
    return frame;
  }

  /** Forgets the entry and what waits for it. */
  drop(): void {
    while (this.waiting) packetFree(this.takeWaiting());
    this.state = <u8>ARP_FREE;
    this.address = 0;
  }
}

@inline
export function arpEntryAt(index: u32): ArpEntry {
  return changetype<ArpEntry>(ARP_TABLE + <usize>index * ARP_ENTRY_SIZE);
}

let lastFound: u32 = 0;

export function startArpTable(): void {
  memory.fill(ARP_TABLE, 0, MAX_ARP_ENTRIES * ARP_ENTRY_SIZE);
  lastFound = 0;
}

/** The entry of `address`, or null. */
export function findArpEntry(address: u32): ArpEntry | null {
  let entry = arpEntryAt(lastFound);
  if (entry.address == address && entry.state) return entry;
  for (let index: u32 = 0; index < MAX_ARP_ENTRIES; index++) {
    entry = arpEntryAt(index);
    if (entry.address != address || !entry.state) continue;
    lastFound = index;
    return entry;
  }
  return null;
}

/** A new entry for `address`; the one that was used longest ago makes room. */
export function addArpEntry(address: u32): ArpEntry {
  let oldest = arpEntryAt(0);
  for (let index: u32 = 0; index < MAX_ARP_ENTRIES; index++) {
    const entry = arpEntryAt(index);
    if (!entry.state) {
      oldest = entry;
      break;
    }
    if (entry.used_us < oldest.used_us) oldest = entry;
  }
  if (oldest.state) oldest.drop();
  oldest.address = address;
  oldest.state = <u8>ARP_INCOMPLETE;
  oldest.requests = 0;
  oldest.nextRequest_us = now_us;
  oldest.used_us = now_us;
  return oldest;
}
