// What the network service says of its interfaces, and waiting until the machine has an address. Results ≥ 0 or -errno.

import { EPID_NETWORK } from "../../../abi/endpoints";
import { ENETUNREACH } from "../../../abi/errno";
import { INTERFACE_BY_DHCP, INTERFACE_UP } from "../../../abi/net";
import { NET_INTERFACE } from "../../../abi/ops";
import { ipcCallService, message, request } from "../hnx_ipc";
import { clock_ns, sleep_ns } from "../process";

export const INTERFACE_LOOPBACK: u32 = 0;
export const INTERFACE_ETHERNET: u32 = 1;

const LOOK_NS: i64 = 10_000_000;

export class Interface {
  flags: u32 = 0; // INTERFACE_…
  address: u32 = 0;
  mask: u32 = 0;
  gateway: u32 = 0;
  dns0: u32 = 0;
  dns1: u32 = 0;
  mtu: u32 = 0;
  lease_s: u32 = 0;
  mac: u64 = 0;
}

/** Fills `result` for interface `index`. → 0, -ENOENT: there are no more */
export function interfaceInfo(index: u32, result: Interface): i32 {
  const status = ipcCallService(EPID_NETWORK, request(NET_INTERFACE).withU32(index));
  if (status < 0) return status;
  const m = message();
  result.flags = m.readU32();
  result.address = m.readU32();
  result.mask = m.readU32();
  result.gateway = m.readU32();
  result.dns0 = m.readU32();
  result.dns1 = m.readU32();
  result.mtu = m.readU32();
  result.lease_s = m.readU32();
  result.mac = m.readU64();
  return 0;
}

/**
 * Waits, at most timeout_ns, while the machine is being given its address. → 0: it has one, in `result`; -ENETUNREACH: it has
 * none, and none is to be expected
 */
export function waitForAddress(result: Interface, timeout_ns: i64): i32 {
  const end_ns = clock_ns() + timeout_ns;
  while (true) {
    const status = interfaceInfo(INTERFACE_ETHERNET, result);
    if (status < 0) return status;
    if (result.address) return 0;
    const isComing =
      (result.flags & (INTERFACE_UP | INTERFACE_BY_DHCP)) == (INTERFACE_UP | INTERFACE_BY_DHCP);
    if (!isComing || clock_ns() >= end_ns) return -ENETUNREACH;
    sleep_ns(LOOK_NS);
  }
}
