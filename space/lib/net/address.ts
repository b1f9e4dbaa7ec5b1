// IPv4 addresses as numbers in host order and as text, and socket addresses as the system takes them (abi/net.ts).

import {
  ADDRESS_HIGH,
  ADDRESS_LOW,
  ADDRESS_PORT,
  ADDRESS_SIZE,
  FAMILY_IPV4,
  MAPPED_IPV4,
} from "../../../abi/net";

export const ANY_ADDRESS: u32 = 0;
export const LOOPBACK_ADDRESS: u32 = 0x7f00_0001;

const DOT: i32 = 0x2e;
const ZERO: i32 = 0x30;

const record: usize = memory.data(ADDRESS_SIZE, 8);

/** The one address record of this module, filled in; valid until the next call. */
export function addressRecord(address: u32, port: u32): usize {
  store<u64>(record, (<u64>FAMILY_IPV4) | ((<u64>port) << 16));
  store<u64>(record, 0, ADDRESS_HIGH);
  store<u64>(record, address ? MAPPED_IPV4 | (<u64>address) : 0, ADDRESS_LOW);
  return record;
}

/** The same record, to be filled in by the system. */
export function emptyRecord(): usize {
  return record;
}

export function recordAddress(): u32 {
  return load<u32>(record, ADDRESS_LOW);
}

export function recordPort(): u32 {
  return <u32>load<u16>(record, ADDRESS_PORT);
}

/** The number of "a.b.c.d", or -1: the text is something else. */
export function parseAddress(text: string): i64 {
  let address: u64 = 0;
  let part: u32 = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c == DOT) {
      if (!digits || dots == 3) return -1;
      address = (address << 8) | part;
      part = 0;
      digits = 0;
      dots++;
      continue;
    }
    if (c < ZERO || c > ZERO + 9 || digits == 3) return -1;
    part = part * 10 + <u32>(c - ZERO);
    if (part > 255) return -1;
    digits++;
  }
  return digits && dots == 3 ? <i64>((address << 8) | part) : -1;
}

/** "a.b.c.d" */
export function formatAddress(address: u32): string {
  const a = address >> 24;
  const b = (address >> 16) & 0xff;
  const c = (address >> 8) & 0xff;
  return `${a}.${b}.${c}.${address & 0xff}`;
}
