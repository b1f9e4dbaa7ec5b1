// What the faulty service does when it is asked to. It serves the network's endpoint, in whose place tests put it.

import { EPID_NETWORK } from "../../../abi/endpoints";

export const EPID_FAULTY: u32 = EPID_NETWORK;
export const FAULTY_CRASH: u32 = 1000; // the service dies with the call
export const FAULTY_SLEEP: u32 = 1001; // it never receives again, waiting elsewhere
export const FAULTY_SPIN: u32 = 1002; // the same, and the processor is busy
