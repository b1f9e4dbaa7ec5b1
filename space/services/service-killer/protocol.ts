// What programs may ask of the service killer (tests only): endpoint 14.
//
//   KILLER_KILL   u32 endpoint, u64 nanoseconds from now    a message that nobody waits for, so that the sender can be busy

export const EPID_KILLER: u32 = 14;
export const KILLER_KILL: u32 = 1000;
