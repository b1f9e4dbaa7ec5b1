/*
 * A user module's imports (space/lib/sys.ts, raw.ts) as inlined supervisor calls. Included before the module's C.
 *
 * Every SVC declares all caller-saved registers clobbered: the kernel keeps only callee-saved ones, and zeroes what
 * carries no result. Register use of the IPC calls: abi/message.ts.
 */
#include <stdint.h>
#include "abi_constants.h"
#define INLINE static inline __attribute__((always_inline))
#define CLOBBERS "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "cc", "memory"
#define PAGE64(offset) (*(uint64_t*)(uint64_t)(MESSAGE_PAGE + (offset)))
#define PAGE32(offset) (*(uint32_t*)(uint64_t)(MESSAGE_PAGE + (offset)))
struct w2c_sys;
struct w2c_raw;

INLINE uint64_t w2c_sys_call(struct w2c_sys* s, uint32_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
                             uint64_t a4, uint64_t a5) {
  register uint64_t x8 __asm__("x8") = number, x0 __asm__("x0") = a0, x1 __asm__("x1") = a1, x2 __asm__("x2") = a2,
                    x3 __asm__("x3") = a3, x4 __asm__("x4") = a4, x5 __asm__("x5") = a5;
  __asm__ volatile("svc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x8)
                   :: "x6", "x7", CLOBBERS);
  return x0;
}

/* The message registers: loaded from the page's data before the SVC, stored back after it. */
#define IPC_REGISTERS(first)                                                                                    \
  register uint64_t x8 __asm__("x8") = number, x0 __asm__("x0") = (first),                                      \
                    x1 __asm__("x1") = PAGE64(MESSAGE_DATA), x2 __asm__("x2") = PAGE64(MESSAGE_DATA + 8),       \
                    x3 __asm__("x3") = PAGE64(MESSAGE_DATA + 16), x4 __asm__("x4") = PAGE64(MESSAGE_DATA + 24), \
                    x5 __asm__("x5") = info, x6 __asm__("x6") = a6, x7 __asm__("x7") = a7
#define IPC_SVC                                                                                               \
  __asm__ volatile("svc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6), "+r"(x7), \
                   "+r"(x8) :: CLOBBERS)
#define STORE_DATA \
  (PAGE64(MESSAGE_DATA) = x1, PAGE64(MESSAGE_DATA + 8) = x2, PAGE64(MESSAGE_DATA + 16) = x3, \
   PAGE64(MESSAGE_DATA + 24) = x4)

/* A call: what comes back is a response. */
INLINE uint64_t ipc_call(uint32_t number, uint64_t epid, uint64_t info, uint64_t a6, uint64_t a7) {
  IPC_REGISTERS(epid);
  IPC_SVC;
  STORE_DATA;
  PAGE64(MESSAGE_INFO) = x5;
  PAGE64(MESSAGE_VALUE) = x6;
  return x0;
}
/* A receive: what comes back is a request or notification; nothing is stored when x0 says that there is none. */
INLINE uint64_t ipc_receive(uint32_t number, uint64_t epid, uint64_t info, uint64_t a6, uint64_t a7) {
  IPC_REGISTERS(epid);
  IPC_SVC;
  if ((int64_t)x0 < 0) return x0;
  STORE_DATA;
  PAGE64(MESSAGE_INFO) = x5;
  PAGE64(MESSAGE_ID) = x6;
  PAGE64(MESSAGE_SOURCE) = x7; /* source and, above it, endpoint */
  return x0;
}
/* A send: nothing comes back but the status. */
INLINE uint64_t ipc_send(uint32_t number, uint64_t epid, uint64_t info, uint64_t a6, uint64_t a7) {
  IPC_REGISTERS(epid);
  IPC_SVC;
  return x0;
}
INLINE uint64_t w2c_sys_epCall(struct w2c_sys* s, uint32_t epid, uint64_t info, uint64_t timeout_ns) {
  return ipc_call(SYS_EP_CALL, epid, info, timeout_ns, 0);
}
INLINE uint64_t w2c_sys_epSend(struct w2c_sys* s, uint32_t epid, uint64_t info) {
  return ipc_send(SYS_EP_SEND, epid, info, 0, 0);
}
INLINE uint64_t w2c_sys_epRecv(struct w2c_sys* s, uint32_t epid, uint64_t timeout_ns) {
  return ipc_receive(SYS_EP_RECV, epid, 0, timeout_ns, 0);
}
INLINE uint64_t w2c_sys_epReplyRecv(struct w2c_sys* s, uint32_t epid, uint64_t info, uint64_t token, uint64_t value) {
  return ipc_receive(SYS_EP_REPLY_RECV, epid, info, token, value);
}
INLINE uint64_t w2c_sys_epReply(struct w2c_sys* s, uint64_t info, uint64_t token, uint64_t value) {
  return ipc_send(SYS_EP_REPLY, 0, info, token, value);
}

INLINE uint32_t w2c_sys_mmioRead32(struct w2c_sys* s, uint32_t address) {
  return *(volatile uint32_t*)(uint64_t)address;
}
INLINE void w2c_sys_mmioWrite32(struct w2c_sys* s, uint32_t address, uint32_t value) {
  *(volatile uint32_t*)(uint64_t)address = value;
}
INLINE void w2c_sys_memoryBarrier(struct w2c_sys* s) { __asm__ volatile("dsb sy" ::: "memory"); }
/* Shared memory. SEQ_CST gives LDAR and STLR, never LDAPR, which may pass an earlier STLR. */
INLINE uint32_t w2c_sys_loadAcquire32(struct w2c_sys* s, uint32_t address) {
  return __atomic_load_n((uint32_t*)(uint64_t)address, __ATOMIC_SEQ_CST);
}
INLINE void w2c_sys_storeRelease32(struct w2c_sys* s, uint32_t address, uint32_t value) {
  __atomic_store_n((uint32_t*)(uint64_t)address, value, __ATOMIC_SEQ_CST);
}
INLINE uint64_t w2c_sys_sharedLoad64(struct w2c_sys* s, uint32_t address) {
  return *(volatile uint64_t*)(uint64_t)address;
}
INLINE void w2c_sys_sharedStore64(struct w2c_sys* s, uint32_t address, uint64_t value) {
  *(volatile uint64_t*)(uint64_t)address = value;
}
INLINE uint64_t w2c_sys_counter(struct w2c_sys* s) {
  uint64_t v;
  __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(v)::"memory");
  return v;
}
/* Event counter 0, which boot/head.S makes INST_RETIRED. */
INLINE uint32_t w2c_sys_instructions(struct w2c_sys* s) {
  uint64_t v;
  __asm__ volatile("isb\n\tmrs %0, pmevcntr0_el0" : "=r"(v)::"memory");
  return (uint32_t)v;
}

INLINE uint64_t w2c_raw_load64(struct w2c_raw* r, uint64_t address) { return *(volatile uint64_t*)address; }
INLINE void w2c_raw_store64(struct w2c_raw* r, uint64_t address, uint64_t value) { *(volatile uint64_t*)address = value; }
INLINE void w2c_raw_jump(struct w2c_raw* r, uint64_t address) { ((void (*)(void))address)(); }
/* fmov d0, xzr: in a module built without floating point the compiler would refuse the mnemonic. */
INLINE void w2c_raw_floatingPoint(struct w2c_raw* r) { __asm__ volatile(".inst 0x9e6703e0"); }
INLINE void w2c_raw_wildSvc(struct w2c_raw* r) { __asm__ volatile("svc #0x1234" ::: "memory"); }
/* abi/registers.ts. sp is the frame meanwhile. */
#define STRING(x) #x
#define EACH(low, op, at) \
  ".irp n," low "19,20,21,22,23,24,25,26,27,28,29,30\n" op " x\\n,[sp,#" STRING(at) "+8*\\n]\n.endr\n"
#define EACH31(op, at) EACH("0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,", op, at)
#define ONE(op, at) op " x2,[sp,#" STRING(at) "]\n"
__attribute__((naked, unused)) static void registers_across(uint64_t frame) {
  __asm__("mov x2,sp\nmov sp,x0\n" EACH("", "str", REGISTERS_OWN) ONE("str", REGISTERS_OWN_SP) EACH31("ldr", 0)
          "tbnz x18,#1,2f\ntbnz x18,#0,1f\nsvc #0\nb 3f\n1: subs x17,x17,#1\nb.ne 1b\nb 3f\n2: ldrb wzr,[x16]\n3:\n"
          EACH31("str", REGISTERS_AFTER) EACH("", "ldr", REGISTERS_OWN) ONE("ldr", REGISTERS_OWN_SP) "mov sp,x2\nret");
}
INLINE void w2c_raw_registersAcross(struct w2c_raw* r, uint32_t frame) { registers_across(frame); }

/* Calls a library's function: `entry` is the program's allegation, so the word before it must be the signature that is meant
   (abi/library.ts). A wrong one is wasm's trap 6, an indirect call of the wrong type; nothing there, a data abort. */
INLINE void library_call(uint64_t entry, uint64_t signature, uint64_t* frame) {
  if (entry < CODE_BASE || entry >= CODE_END || (entry & 7) || *(uint64_t*)(entry - 8) != signature)
    __asm__ volatile("brk #0x706");
  ((void (*)(uint64_t*))entry)(frame);
}
INLINE void w2c_sys_libraryCall(struct w2c_sys* s, uint64_t entry, uint64_t signature, uint32_t frame) {
  library_call(entry, signature, (uint64_t*)(uint64_t)frame);
}

#ifdef HNX_LIBRARY
/* A library has the heap that was placed with it and no other. */
#define wasm_rt_grow_memory(m, delta) ((void)(delta), 0xffffffffu)
#else
/* memory.grow: the kernel reserves, pages come on demand. Keeps the instance's own count. */
#define wasm_rt_grow_memory(m, delta) \
  ({ uint32_t old_ = (uint32_t)w2c_sys_call(0, SYS_MEMORY_GROW, (delta), 0, 0, 0, 0, 0); \
     if ((int32_t)old_ < 0) old_ = 0xffffffffu; else (m)->pages = old_ + (delta); \
     old_; })
#endif
