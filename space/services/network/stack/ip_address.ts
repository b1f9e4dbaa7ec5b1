// An IP address of either version: 128 bits in host order, an IPv4 address mapped as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2).
// Records keep one as two u64s in this order. The unspecified address is all zeros, for both versions.
//
//   high  u64   IPv4: 0
//   low   u64   IPv4: 0x0000_ffff_0000_0000 | address

const MAPPED: u64 = 0x0000_ffff_0000_0000;

@unmanaged
export class IpAddress {
  high: u64;
  low: u64;

  @inline
  equals(other: IpAddress): bool {
    return this.low == other.low && this.high == other.high;
  }

  @inline
  get isUnspecified(): bool {
    return (this.low | this.high) == 0;
  }

  @inline
  get isV4(): bool {
    return this.high == 0 && this.low >> 32 == 0xffff;
  }

  /** The IPv4 address in host order; 0 of the unspecified one. */
  @inline
  get v4(): u32 {
    return <u32>this.low;
  }

  /** address 0: the unspecified one. */
  @inline
  setV4(address: u32): void {
    this.high = 0;
    this.low = address ? MAPPED | (<u64>address) : 0;
  }

  @inline
  copyFrom(other: IpAddress): void {
    this.high = other.high;
    this.low = other.low;
  }
}

/** The low word of a mapped address. */
@inline
export function mappedV4(address: u32): u64 {
  return MAPPED | (<u64>address);
}

@inline
export function isMulticastV4(address: u32): bool {
  return address >> 28 == 0xe;
}

@inline
export function isLoopbackV4(address: u32): bool {
  return address >> 24 == 127;
}

/** 240.0.0.0/4: reserved, the limited broadcast address among them. */
@inline
export function isReservedV4(address: u32): bool {
  return address >> 28 == 0xf;
}

export const BROADCAST_V4: u32 = 0xffff_ffff;
export const LOOPBACK_V4: u32 = 0x7f00_0001;
