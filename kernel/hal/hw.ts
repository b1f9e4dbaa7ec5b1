// The machine's primitives: imports that boot/kernel_imports.h turns into one instruction or a few, and that the
// simulation in tests/sim fakes. Addresses are wasm addresses of the kernel: physical ones, or the image's window.

@external("hw", "mmioRead32")
export declare function mmioRead32(address: usize): u32;
@external("hw", "mmioWrite32")
export declare function mmioWrite32(address: usize, value: u32): void;

/** TTBR0_EL1: the user half of the address space. */
@external("hw", "setTranslation")
export declare function setTranslation(ttbr0: u64): void;
/** TTBR0_EL1 with no user mapping at all. */
@external("hw", "emptyTranslation")
export declare function emptyTranslation(): u64;
@external("hw", "flushAddressSpace")
export declare function flushAddressSpace(asid: u32): void;
/** page: virtual address >> 12. */
@external("hw", "flushPage")
export declare function flushPage(asid: u32, page: u64): void;
@external("hw", "flushKernelMappings")
export declare function flushKernelMappings(): void;
/** Table stores before it are seen by table walks after it. */
@external("hw", "mappingBarrier")
export declare function mappingBarrier(): void;
/** Makes `size` bytes of freshly written code visible to instruction fetches. */
@external("hw", "publishCode")
export declare function publishCode(address: usize, size: u32): void;
@external("hw", "zeroPage")
export declare function zeroPage(address: usize): void;

@external("hw", "counter")
export declare function counter(): u64;
@external("hw", "counterHz")
export declare function counterHz(): u64;
/** The virtual timer interrupts when the counter reaches `at`. */
@external("hw", "setTimer")
export declare function setTimer(at: u64): void;
@external("hw", "stopTimer")
export declare function stopTimer(): void;
@external("hw", "waitForInterrupt")
export declare function waitForInterrupt(): void;

/** Lets EL0 use floating point (1) or trap (0). */
@external("hw", "allowFloatingPoint")
export declare function allowFloatingPoint(allow: u32): void;
/** 528 bytes at `address`. Both need allowFloatingPoint(1) before. */
@external("hw", "saveFloatingPoint")
export declare function saveFloatingPoint(address: usize): void;
/** Copies `size` ≥ 128 bytes; the two places do not overlap. */
@external("hw", "copyLarge")
export declare function copyLarge(target: usize, source: usize, size: u32): void;
@external("hw", "restoreFloatingPoint")
export declare function restoreFloatingPoint(address: usize): void;

/** PSCI function call; hvc: 1 for HVC, 0 for SMC. */
@external("hw", "psci")
export declare function psci(hvc: u32, functionId: u32): void;
/** A semihosting operation with its parameter block: only when a host listens. → its result */
@external("hw", "semihosting")
export declare function semihosting(operation: u32, block: usize): u32;
/** From now on exceptions go the way on which events are recorded. */
@external("hw", "useTracedVectors")
export declare function useTracedVectors(): void;
@external("hw", "halt")
export declare function halt(): void;

// Facts of the image.
@external("hw", "imageBase")
export declare function imageBase(): usize;
@external("hw", "imageSize")
export declare function imageSize(): u32;
@external("hw", "kernelLevel1")
export declare function kernelLevel1(): usize;
@external("hw", "kernelLevel2")
export declare function kernelLevel2(): usize;
@external("hw", "symbolTable")
export declare function symbolTable(): usize;
@external("hw", "symbolTableSize")
export declare function symbolTableSize(): u32;
@external("hw", "stackGuard")
export declare function stackGuard(): usize;
@external("hw", "entryCounter")
export declare function entryCounter(): u64;
