// The memory through which selftest-registers sets and sees the whole register file (rawRegistersAcross of space/lib/raw.ts).
//
//   0    31 × u64  x0–x30 before          248  31 × u64  x0–x30 after
//   496  u64       the caller's own sp     656  12 × u64  the caller's own x19–x30
//
// While it runs, sp is this address, so that no other register need be. What happens in between is told by x18's lowest bits.

export const REGISTERS_AFTER: u32 = 248;
export const REGISTERS_OWN_SP: u32 = 496;
export const REGISTERS_OWN: u32 = 504; // of x0, were it kept
export const REGISTERS_SIZE: u32 = 752;

export const ACROSS_CALL: u64 = 0; // svc #0
export const ACROSS_SPIN: u64 = 1; // x17 rounds of a loop that leave x17 zero
export const ACROSS_LOAD: u64 = 2; // a load of the byte at x16, whose value is dropped
export const ACROSS_MASK: u64 = 3;
