// What no program should do, for the self-tests that do it: addresses outside the linear memory and wild system calls.

@external("raw", "load64")
export declare function rawLoad64(address: u64): u64;
@external("raw", "store64")
export declare function rawStore64(address: u64, value: u64): void;
/** Jumps to `address`. */
@external("raw", "jump")
export declare function rawJump(address: u64): void;
/** `svc #0x1234`: an SVC that is no system call. */
@external("raw", "wildSvc")
export declare function rawWildSvc(): void;
/** A floating-point instruction, whether or not the program has the flag for it. */
@external("raw", "floatingPoint")
export declare function rawFloatingPoint(): void;
/** Sets every register from the record at `frame` (abi/registers.ts, 16-byte aligned), does what x18 says, and stores every register there. */
@external("raw", "registersAcross")
export declare function rawRegistersAcross(frame: usize): void;
