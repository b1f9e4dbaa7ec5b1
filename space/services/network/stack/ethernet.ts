// What arrives on the wire, by type. Frames for others, too short ones and other protocols end here.

import { arpInput } from "./arp";
import { FRAMES_BAD, FRAMES_IN, count } from "./counters";
import {
  ETHERNET_DESTINATION,
  ETHERNET_HEADER,
  ETHERNET_TYPE,
  TYPE_ARP,
  TYPE_IPV4,
  isGroupMac,
  loadMac,
} from "./ethernet_format";
import { load16 } from "./bytes";
import { ETHERNET, interfaceAt } from "./interface";
import { ip4Input } from "./ip4_input";

/** Handles a received frame. It is the caller's again when this returns: nothing of it is kept. */
export function frameInput(frame: usize, length: u32): void {
  count(FRAMES_IN);
  if (length < ETHERNET_HEADER) return count(FRAMES_BAD);
  const destination = loadMac(frame + ETHERNET_DESTINATION);
  const isGroup = isGroupMac(destination);
  if (!isGroup && destination != interfaceAt(ETHERNET).mac) return count(FRAMES_BAD);
  const type = load16(frame + ETHERNET_TYPE);
  const payload = frame + ETHERNET_HEADER;
  if (type == TYPE_IPV4) ip4Input(payload, length - ETHERNET_HEADER, ETHERNET, isGroup);
  else if (type == TYPE_ARP) arpInput(payload, length - ETHERNET_HEADER);
  else count(FRAMES_BAD);
}
