// Socket addresses in messages (abi/net.ts) and IpAddress with a port in the service.

import { EAFNOSUPPORT, EBADMSG } from "../../../../abi/errno";
import {
  ADDRESS_FAMILY,
  ADDRESS_HIGH,
  ADDRESS_LOW,
  ADDRESS_PORT,
  ADDRESS_SIZE,
  FAMILY_IPV4,
} from "../../../../abi/net";
import { Message } from "../../../../abi/message";
import { IpAddress } from "../stack/ip_address";

/** What takeAddress() read. */
export const givenAddress = changetype<IpAddress>(memory.data(16, 8));
export let givenPort: u32 = 0;

/** Reads an address from the message. 0, -EBADMSG (it is not there), -EAFNOSUPPORT */
export function takeAddress(m: Message): i32 {
  const at = m.take(ADDRESS_SIZE);
  if (!at) return -EBADMSG;
  if (<u32>load<u16>(at, ADDRESS_FAMILY) != FAMILY_IPV4) return -EAFNOSUPPORT;
  givenAddress.high = load<u64>(at, ADDRESS_HIGH);
  givenAddress.low = load<u64>(at, ADDRESS_LOW);
  givenPort = <u32>load<u16>(at, ADDRESS_PORT);
  return givenAddress.isUnspecified || givenAddress.isV4 ? 0 : -EAFNOSUPPORT;
}

/** Writes an address record. */
export function writeAddress(at: usize, address: IpAddress, port: u32): void {
  store<u64>(at, (<u64>FAMILY_IPV4) | ((<u64>port) << 16));
  store<u64>(at, address.high, ADDRESS_HIGH);
  store<u64>(at, address.low, ADDRESS_LOW);
}
