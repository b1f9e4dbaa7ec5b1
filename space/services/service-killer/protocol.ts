// What programs may ask of the service killer (tests only): endpoint 15.
//
//   KILLER_KILL   u32 endpoint, u64 nanoseconds from now    a message that nobody waits for, so that the sender can be busy

import { EPID_OWN_LAST } from "../../../abi/endpoints";

export const EPID_KILLER: u32 = EPID_OWN_LAST;
export const KILLER_KILL: u32 = 1000;
