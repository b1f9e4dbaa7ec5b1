// ip: the interfaces and what they are configured with.

import { CommandLine, stdout } from "../../lib/console";
import {
  ADDRESS_WAIT_NS,
  INTERFACE_BY_DHCP,
  INTERFACE_ETHERNET,
  INTERFACE_UP,
  Interface,
  formatAddress,
  interfaceInfo,
  waitForAddress,
} from "../../lib/net";
import { args } from "../../lib/process";
import { HELP } from "./help";

const MAC_BYTES: u32 = 6;

function showMac(mac: u64): void {
  stdout.text("  mac ");
  for (let i: u32 = 0; i < MAC_BYTES; i++) {
    if (i) stdout.text(":");
    stdout.number((mac >> ((MAC_BYTES - 1 - i) << 3)) & 0xff, 16, 2, true);
  }
  stdout.newline();
}

function showAddress(name: string, address: u32): void {
  if (address) stdout.text(`  ${name} ${formatAddress(address)}`).newline();
}

function show(index: u32, i: Interface): void {
  const isCard = index == INTERFACE_ETHERNET;
  stdout.text(isCard ? "eth0" : "lo").text(i.flags & INTERFACE_UP ? " up" : " down");
  stdout.text(" mtu ").number(i.mtu).newline();
  if (isCard && i.mac) showMac(i.mac);
  if (i.address) stdout.text(`  address ${formatAddress(i.address)}/${popcnt(i.mask)}`).newline();
  showAddress("gateway", i.gateway);
  showAddress("resolver", i.dns0);
  showAddress("resolver", i.dns1);
  if (i.flags & INTERFACE_BY_DHCP && i.address)
    stdout.text("  lease ").number(i.lease_s).text(" s").newline();
}

export function main(): i32 {
  const cli = new CommandLine("ip", "w", HELP, 2);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length) {
    cli.refuse(`unexpected ${cli.operands[0]}`);
    return cli.status;
  }
  const i = new Interface();
  if (cli.has("w")) {
    const status = waitForAddress(i, ADDRESS_WAIT_NS);
    if (status < 0) cli.complain("eth0", status);
  }
  for (let index: u32 = 0; interfaceInfo(index, i) >= 0; index++) show(index, i);
  return cli.finish();
}
