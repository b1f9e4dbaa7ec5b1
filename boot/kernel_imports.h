/*
 * The kernel module's imports (kernel/hal/hw.ts, core/ipc/sched.ts) as inlined instructions and calls.
 * Included before the module's C. A wasm address becomes an address by adding KERNEL_BASE.
 */
#include <stdint.h>
#include "kernel_constants.h"
#define KERNEL_BASE 0xffffffc000000000ull
#define WASM_MEM_BASE KERNEL_BASE
#define INLINE static inline __attribute__((always_inline))
#define AT(address) ((void*)(KERNEL_BASE + (uint64_t)(uint32_t)(address)))
#define WASM_ADDRESS(symbol) ((uint32_t)((uint64_t)(symbol) - KERNEL_BASE))
struct w2c_hw;
struct w2c_sched;

extern char _image_start[], _image_end[], boot_l1[], boot_l2[], boot_empty[], hnx_syms[], hnx_syms_end[], _stack_guard[],
  vectors_traced[];
void fp_save(void*), fp_restore(void*), copy_large(void*, const void*, uint64_t);
static uint64_t image_physical, counter_at_entry;

INLINE uint32_t w2c_hw_mmioRead32(struct w2c_hw* h, uint32_t a) { return *(volatile uint32_t*)AT(a); }
INLINE void w2c_hw_mmioWrite32(struct w2c_hw* h, uint32_t a, uint32_t v) { *(volatile uint32_t*)AT(a) = v; }

INLINE void w2c_hw_setTranslation(struct w2c_hw* h, uint64_t v) {
  __asm__ volatile("msr ttbr0_el1, %0\n\tisb" ::"r"(v) : "memory");
}
INLINE uint64_t w2c_hw_emptyTranslation(struct w2c_hw* h) {
  return (uint64_t)boot_empty - (KERNEL_BASE + KERNEL_WINDOW) + image_physical;
}
INLINE void w2c_hw_flushAddressSpace(struct w2c_hw* h, uint32_t asid) {
  __asm__ volatile("dsb ishst\n\ttlbi aside1is, %0\n\tdsb ish\n\tisb" ::"r"((uint64_t)asid << 48) : "memory");
}
INLINE void w2c_hw_flushPage(struct w2c_hw* h, uint32_t asid, uint64_t page) {
  __asm__ volatile("dsb ishst\n\ttlbi vae1is, %0\n\tdsb ish\n\tisb" ::"r"((uint64_t)asid << 48 | page) : "memory");
}
INLINE void w2c_hw_flushKernelMappings(struct w2c_hw* h) {
  __asm__ volatile("dsb ishst\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" ::: "memory");
}
INLINE void w2c_hw_mappingBarrier(struct w2c_hw* h) { __asm__ volatile("dsb ishst\n\tisb" ::: "memory"); }
INLINE void w2c_hw_publishCode(struct w2c_hw* h, uint32_t a, uint32_t size) {
  for (uint64_t p = (uint64_t)AT(a), end = p + size; p < end; p += 64) __asm__ volatile("dc cvau, %0" ::"r"(p) : "memory");
  __asm__ volatile("dsb ish\n\tic ialluis\n\tdsb ish\n\tisb" ::: "memory");
}
INLINE void w2c_hw_zeroPage(struct w2c_hw* h, uint32_t a) {
  /* 64 bytes a DC ZVA: what every core HNX runs on has; kernel_start checks DCZID_EL0. */
  for (uint64_t p = (uint64_t)AT(a), end = p + 4096; p < end; p += 256)
    __asm__ volatile("dc zva, %0\n\tdc zva, %1\n\tdc zva, %2\n\tdc zva, %3"
                     ::"r"(p), "r"(p + 64), "r"(p + 128), "r"(p + 192) : "memory");
}

INLINE uint64_t w2c_hw_counter(struct w2c_hw* h) {
  uint64_t v;
  __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(v)::"memory");
  return v;
}
INLINE uint64_t w2c_hw_counterHz(struct w2c_hw* h) {
  uint64_t v;
  __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(v));
  return v;
}
INLINE void w2c_hw_setTimer(struct w2c_hw* h, uint64_t at) {
  __asm__ volatile("msr cntv_cval_el0, %0\n\tmsr cntv_ctl_el0, %1\n\tisb" ::"r"(at), "r"(1ull) : "memory");
}
INLINE void w2c_hw_stopTimer(struct w2c_hw* h) { __asm__ volatile("msr cntv_ctl_el0, xzr\n\tisb" ::: "memory"); }
INLINE void w2c_hw_waitForInterrupt(struct w2c_hw* h) { __asm__ volatile("dsb sy\n\twfi" ::: "memory"); }

INLINE void w2c_hw_allowFloatingPoint(struct w2c_hw* h, uint32_t allow) {
  __asm__ volatile("msr cpacr_el1, %0\n\tisb" ::"r"(allow ? 3ull << 20 : 1ull << 20) : "memory");
}
INLINE void w2c_hw_saveFloatingPoint(struct w2c_hw* h, uint32_t a) { fp_save(AT(a)); }
INLINE void w2c_hw_copyLarge(struct w2c_hw* h, uint32_t to, uint32_t from, uint32_t size) { copy_large(AT(to), AT(from), size); }
INLINE void w2c_hw_restoreFloatingPoint(struct w2c_hw* h, uint32_t a) { fp_restore(AT(a)); }

INLINE void w2c_hw_psci(struct w2c_hw* h, uint32_t hvc, uint32_t function) {
  register uint64_t x0 __asm__("x0") = function, x1 __asm__("x1") = 0, x2 __asm__("x2") = 0, x3 __asm__("x3") = 0;
  if (hvc) __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
  else __asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
}
INLINE uint32_t w2c_hw_semihosting(struct w2c_hw* h, uint32_t operation, uint32_t block) {
  register uint64_t x0 __asm__("x0") = operation, x1 __asm__("x1") = (uint64_t)AT(block);
  __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
  return (uint32_t)x0;
}
INLINE void w2c_hw_useTracedVectors(struct w2c_hw* h) {
  __asm__ volatile("msr vbar_el1, %0\n\tisb" ::"r"(vectors_traced) : "memory");
}
INLINE void w2c_hw_halt(struct w2c_hw* h) { for (;;) __asm__ volatile("wfi"); }

INLINE uint32_t w2c_hw_imageBase(struct w2c_hw* h) { return (uint32_t)image_physical; }
INLINE uint32_t w2c_hw_imageSize(struct w2c_hw* h) { return (uint32_t)(_image_end - _image_start); }
INLINE uint32_t w2c_hw_kernelLevel1(struct w2c_hw* h) { return WASM_ADDRESS(boot_l1); }
INLINE uint32_t w2c_hw_kernelLevel2(struct w2c_hw* h) { return WASM_ADDRESS(boot_l2); }
INLINE uint32_t w2c_hw_symbolTable(struct w2c_hw* h) { return WASM_ADDRESS(hnx_syms); }
INLINE uint32_t w2c_hw_symbolTableSize(struct w2c_hw* h) { return (uint32_t)(hnx_syms_end - hnx_syms); }
INLINE uint32_t w2c_hw_stackGuard(struct w2c_hw* h) { return WASM_ADDRESS(_stack_guard); }
INLINE uint64_t w2c_hw_entryCounter(struct w2c_hw* h) { return counter_at_entry; }

/* core/ipc's imports are the same module's exports. */
typedef struct w2c_kernel w2c_kernel;
static void w2c_kernel_schedMakeReady(w2c_kernel*, uint32_t), w2c_kernel_schedRequeue(w2c_kernel*, uint32_t, uint32_t);
static void w2c_kernel_schedHandOff(w2c_kernel*, uint32_t);
static uint32_t w2c_kernel_objectMayGrant(w2c_kernel*, uint32_t, uint32_t, uint32_t);
static void w2c_kernel_objectGrant(w2c_kernel*, uint32_t, uint32_t, uint32_t);
static void w2c_kernel_schedStartTimeout(w2c_kernel*, uint32_t, uint64_t), w2c_kernel_schedStopTimeout(w2c_kernel*, uint32_t);
static void w2c_kernel_delegateComplete(w2c_kernel*, uint32_t, uint32_t, uint64_t, uint32_t, uint32_t, uint32_t);
static void w2c_kernel_announceService(w2c_kernel*, uint32_t, uint32_t);
static void w2c_kernel_reportText(w2c_kernel*, uint32_t), w2c_kernel_reportEndpoint(w2c_kernel*, uint32_t, uint32_t);
#define KERNEL ((w2c_kernel*)0) /* there is one instance, and the code knows it */
INLINE void w2c_sched_report(struct w2c_sched* s, uint32_t text) { w2c_kernel_reportText(KERNEL, text); }
INLINE void w2c_sched_reportEndpoint(struct w2c_sched* s, uint32_t epid, uint32_t name) {
  w2c_kernel_reportEndpoint(KERNEL, epid, name);
}
INLINE uint32_t w2c_sched_opaqueThread(struct w2c_sched* s, uint32_t t) { __asm__("" : "+r"(t)); return t; }
INLINE void w2c_sched_makeReady(struct w2c_sched* s, uint32_t t) { w2c_kernel_schedMakeReady(KERNEL, t); }
INLINE void w2c_sched_handOff(struct w2c_sched* s, uint32_t t) { w2c_kernel_schedHandOff(KERNEL, t); }
INLINE void w2c_sched_requeue(struct w2c_sched* s, uint32_t t, uint32_t priority) { w2c_kernel_schedRequeue(KERNEL, t, priority); }
INLINE uint32_t w2c_sched_mayGrantObject(struct w2c_sched* s, uint32_t t, uint32_t id, uint32_t rights) {
  return w2c_kernel_objectMayGrant(KERNEL, t, id, rights);
}
INLINE void w2c_sched_grantObject(struct w2c_sched* s, uint32_t to, uint32_t id, uint32_t rights) {
  w2c_kernel_objectGrant(KERNEL, to, id, rights);
}
INLINE void w2c_sched_startTimeout(struct w2c_sched* s, uint32_t t, uint64_t ns) { w2c_kernel_schedStartTimeout(KERNEL, t, ns); }
INLINE void w2c_sched_stopTimeout(struct w2c_sched* s, uint32_t t) { w2c_kernel_schedStopTimeout(KERNEL, t); }
INLINE void w2c_sched_completeCall(struct w2c_sched* s, uint32_t t, uint32_t code, uint64_t value, uint32_t length,
                                   uint32_t flags, uint32_t data) {
  w2c_kernel_delegateComplete(KERNEL, t, code, value, length, flags, data);
}
INLINE void w2c_sched_firstReceive(struct w2c_sched* s, uint32_t epid, uint32_t pid) {
  w2c_kernel_announceService(KERNEL, epid, pid);
}
INLINE void w2c_sched_copyData(struct w2c_sched* s, uint32_t to, uint32_t from, uint32_t size) {
  uint64_t* target = AT(to);
  const uint64_t* source = AT(from);
  for (int64_t left = size; left > 0; left -= 32, target += 4, source += 4) {
    uint64_t a = source[0], b = source[1], c = source[2], d = source[3];
    target[0] = a;
    target[1] = b;
    target[2] = c;
    target[3] = d;
  }
}
