// How the card gets its address: from the boot arguments, or by DHCP, which is what happens when nothing is said. Called by
// main.ts with this service's arguments, by device.ts when the link changes, and by loop.ts.
//
//   ip=dhcp                                         the same as no argument
//   ip=off                                          no address
//   ip=10.0.2.15/24,10.0.2.2,10.0.2.3,8.8.8.8       address/prefix, gateway, resolvers; all but the first may be missing

import { logLine, LOG_WARN } from "../../lib/log";
import { parseAddress } from "../../lib/net/address";
import { dhcpStart, dhcpStop } from "./dhcp/client";
import { ETHERNET, interfaceAt } from "./stack/interface";

export const BY_NOBODY: u32 = 0;
export const BY_HAND: u32 = 1;
export const BY_DHCP: u32 = 2;

const PREFIX: string = "ip=";
const MAX_FIELDS: i32 = 4;

/** Who gives the card its address. */
export let configuredBy: u32 = BY_DHCP;
const fields = new StaticArray<u32>(MAX_FIELDS);
let mask: u32 = 0;

/** The prefix length's mask, or 0: the text is no number from 1 to 30. */
function maskOf(text: string): u32 {
  if (text.length == 0 || text.length > 2) return 0;
  let length: u32 = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = <u32>text.charCodeAt(i) - 0x30;
    if (digit > 9) return 0;
    length = length * 10 + digit;
  }
  return length >= 1 && length <= 30 ? ~(u32.MAX_VALUE >> length) : 0;
}

/** Takes "address/prefix,gateway,resolver,resolver". → whether it makes sense */
function takeStatic(text: string): bool {
  const parts = text.split(",");
  if (parts.length > MAX_FIELDS) return false;
  const slash = parts[0].indexOf("/");
  if (slash < 0) return false;
  mask = maskOf(parts[0].substring(slash + 1));
  parts[0] = parts[0].substring(0, slash);
  for (let i = 0; i < MAX_FIELDS; i++) {
    const address = i < parts.length ? parseAddress(parts[i]) : 0;
    if (address < 0) return false;
    fields[i] = <u32>address;
  }
  const host = fields[0] & ~mask;
  return mask != 0 && fields[0] != 0 && host != 0 && host != ~mask;
}

/** Takes the service's arguments. What makes no sense is named in the log, and DHCP is tried. */
export function configure(argv: string[]): void {
  for (let i = 1; i < argv.length; i++) {
    if (!argv[i].startsWith(PREFIX)) continue;
    const text = argv[i].substring(PREFIX.length);
    if (text == "off") configuredBy = BY_NOBODY;
    else if (text == "dhcp") configuredBy = BY_DHCP;
    else if (takeStatic(text)) configuredBy = BY_HAND;
    else logLine.text("not understood: ").text(argv[i]).text("; DHCP is used").write(LOG_WARN);
  }
}

/** The card's link is up. */
export function linkUp(): void {
  interfaceAt(ETHERNET).up = 1;
  if (configuredBy == BY_DHCP) dhcpStart();
  if (configuredBy != BY_HAND) return;
  const ethernet = interfaceAt(ETHERNET);
  ethernet.address = fields[0];
  ethernet.mask = mask;
  ethernet.gateway = fields[1];
  ethernet.dns0 = fields[2];
  ethernet.dns1 = fields[3];
}

/** The card's link is down, or the card is gone. A static address stays, a leased one has to be asked for again. */
export function linkDown(): void {
  interfaceAt(ETHERNET).up = 0;
  if (configuredBy == BY_DHCP) dhcpStop();
}
