// Network interfaces: 0 is the loopback, 1 the Ethernet card. Addresses in host order; no address: 0.

import { INTERFACE_SIZE, INTERFACE_TABLE, MAX_INTERFACES } from "./layout";
import { LOOPBACK_V4 } from "./ip_address";
import { ETHERNET_PAYLOAD_MAX } from "./ethernet_format";

export const LOOPBACK: u32 = 0;
export const ETHERNET: u32 = 1;

const LOOPBACK_MTU: u32 = 1500; // a packet buffer holds no more
const LOOPBACK_MASK: u32 = 0xff00_0000;

@unmanaged
export class Interface {
  address: u32;
  mask: u32;
  gateway: u32; // 0: none
  mtu: u32; // bytes of an IP packet
  mac: u64;
  up: u32; // 1: there is a device, and its link is up
  dns0: u32; // resolvers that came with the address
  dns1: u32;

  /** Whether an address is reached directly. */
  @inline
  isNeighbour(address: u32): bool {
    return ((address ^ this.address) & this.mask) == 0;
  }

  /** Whether an address is the directed broadcast address of this network. */
  @inline
  isBroadcast(address: u32): bool {
    return this.mask < 0xffff_fffe && (address | this.mask) == 0xffff_ffff && this.isNeighbour(address);
  }
}

@inline
export function interfaceAt(index: u32): Interface {
  return changetype<Interface>(INTERFACE_TABLE + <usize>index * INTERFACE_SIZE);
}

export function startInterfaces(mac: u64): void {
  memory.fill(INTERFACE_TABLE, 0, MAX_INTERFACES * INTERFACE_SIZE);
  const loopback = interfaceAt(LOOPBACK);
  loopback.address = LOOPBACK_V4;
  loopback.mask = LOOPBACK_MASK;
  loopback.mtu = LOOPBACK_MTU;
  loopback.up = 1;
  const ethernet = interfaceAt(ETHERNET);
  ethernet.mtu = ETHERNET_PAYLOAD_MAX;
  ethernet.mac = mac;
}

/** Whether `address` is one of this machine's. */
@inline
export function isOurs(address: u32): bool {
  if (address == 0) return false;
  return address == interfaceAt(ETHERNET).address || address >> 24 == 127;
}
