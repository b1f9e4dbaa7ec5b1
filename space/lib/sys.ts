// The whole surface between a user module and the kernel: WebAssembly imports that boot/user_imports.h turns into
// inlined supervisor calls, and that a Node test may implement as it likes. Only space/lib uses this file directly.
//
// The ep… imports take the message from MESSAGE_PAGE and leave what arrives there (abi/message.ts); the caller passes
// the info word, which the library has in hand anyway. Every one returns a status ≥ 0 or -errno.

/** Any system call that is not one of those below. Unused arguments are 0. Result, or -errno. */
@external("sys", "call")
export declare function syscall(number: i32, a0: u64, a1: u64, a2: u64, a3: u64, a4: u64, a5: u64): i64;

/** Synchronous call: sends the page, waits, leaves the response there. → the response's code. timeout_ns: NO_TIMEOUT or ≥ 0. */
@external("sys", "epCall")
export declare function epCall(epid: u32, info: u64, timeout_ns: i64): i64;

/** Asynchronous send: queues the page's message. */
@external("sys", "epSend")
export declare function epSend(epid: u32, info: u64): i64;

/** Receives a request or notification into the page. timeout_ns: NO_TIMEOUT or ≥ 0 (0 polls). */
@external("sys", "epRecv")
export declare function epRecv(epid: u32, timeout_ns: i64): i64;

/** Answers `token` with the page and receives the next request into it. */
@external("sys", "epReplyRecv")
export declare function epReplyRecv(epid: u32, info: u64, token: u64, value: i64): i64;

/** Answers `token` with the page. */
@external("sys", "epReply")
export declare function epReply(info: u64, token: u64, value: i64): i64;

/**
 * Calls a library's function (abi/library.ts) by its entry address, with the address of its frame: arguments in, result out.
 * Another signature than the entry's ends the program as an indirect call of the wrong type does.
 */
@external("sys", "libraryCall")
export declare function libraryCall(entry: u64, signature: u64, frame: usize): void;

/** Device registers: `address` lies in a page that SYS_MAP_MMIO put there. */
@external("sys", "mmioRead32")
export declare function mmioRead32(address: usize): u32;
@external("sys", "mmioWrite32")
export declare function mmioWrite32(address: usize, value: u32): void;

/** Orders all memory accesses before it against all after it, as other masters see them. */
@external("sys", "memoryBarrier")
export declare function memoryBarrier(): void;

/**
 * A word of memory that another process writes, too; `address` is a multiple of 4. No later access is made before it, and it
 * is made after every storeRelease32 before it (LDAR and STLR: Arm ARM DDI 0487, B2.3, barrier-ordered-before).
 */
@external("sys", "loadAcquire32")
export declare function loadAcquire32(address: usize): u32;
/** Makes every access before it visible first. */
@external("sys", "storeRelease32")
export declare function storeRelease32(address: usize, value: u32): void;
/** Eight bytes of shared memory in one access, neither split nor repeated by the compiler; `address` is a multiple of 8. */
@external("sys", "sharedLoad64")
export declare function sharedLoad64(address: usize): u64;
@external("sys", "sharedStore64")
export declare function sharedStore64(address: usize, value: u64): void;

/** The generic timer's counter, for measuring. */
@external("sys", "counter")
export declare function counter(): u64;

/** Instructions that the core has retired, mod 2^32, for measuring what waits: a core without PMUv3 traps. QEMU counts with -icount only. */
@external("sys", "instructions")
export declare function instructions(): u32;
