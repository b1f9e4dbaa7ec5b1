/*
 * The runtime header of wasm2c 1.0.39's output, for code without an operating system under it.
 *
 * Memory is the address space itself: the MMU checks bounds (guard-page mode), nothing is allocated. A trap is one
 * instruction, `brk #0x700 + reason`; the exception handler knows place and reason. wasm_rt_grow_memory is the user
 * module's (user_imports.h); the kernel's module may not grow.
 */
#ifndef WASM_RT_H_
#define WASM_RT_H_
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define WASM_RT_C11_AVAILABLE
#define wasm_rt_memcpy __builtin_memcpy
#define wasm_rt_unreachable __builtin_unreachable
#define WASM_RT_MEMCHECK_GUARD_PAGES 1
#define WASM_RT_MEMCHECK_BOUNDS_CHECK 0
#define WASM_RT_STACK_DEPTH_COUNT 0
#define WASM_RT_USE_SEGUE 0
#define WASM_RT_SEGUE_FREE_SEGMENT 0
#define WASM_RT_SANITY_CHECKS 0
#define WASM_RT_NONCONFORMING_ALLOW_OOB_READ_ELIMINATION 1
#define WASM_RT_USE_LOCAL_MEMORY_BASE_SIZE 0

typedef enum {
  WASM_RT_TRAP_NONE, WASM_RT_TRAP_OOB, WASM_RT_TRAP_INT_OVERFLOW, WASM_RT_TRAP_DIV_BY_ZERO,
  WASM_RT_TRAP_INVALID_CONVERSION, WASM_RT_TRAP_UNREACHABLE, WASM_RT_TRAP_CALL_INDIRECT, WASM_RT_TRAP_NULL_REF,
  WASM_RT_TRAP_UNCAUGHT_EXCEPTION, WASM_RT_TRAP_UNALIGNED, WASM_RT_TRAP_EXHAUSTION
} wasm_rt_trap_t;
#define wasm_rt_trap(t) ({ __asm__ volatile("brk %0" ::"i"((t) + 0x700)); __builtin_unreachable(); 0; })

typedef enum {
  WASM_RT_I32, WASM_RT_I64, WASM_RT_F32, WASM_RT_F64, WASM_RT_V128, WASM_RT_FUNCREF, WASM_RT_EXTERNREF, WASM_RT_EXNREF
} wasm_rt_type_t;
typedef void (*wasm_rt_function_ptr_t)(void);
typedef struct wasm_rt_tailcallee_t { void (*fn)(void**, void*, struct wasm_rt_tailcallee_t*); } wasm_rt_tailcallee_t;
typedef const char* wasm_rt_func_type_t;
typedef struct {
  wasm_rt_func_type_t func_type;
  wasm_rt_function_ptr_t func;
  wasm_rt_tailcallee_t func_tailcallee;
  void* module_instance;
} wasm_rt_funcref_t;
#define wasm_rt_funcref_null_value ((wasm_rt_funcref_t){NULL, NULL, {NULL}, NULL})
typedef void* wasm_rt_externref_t;
#define wasm_rt_externref_null_value ((wasm_rt_externref_t){NULL})
typedef struct { uint8_t* data; uint64_t size; uint64_t pages; } wasm_rt_memory_t;
typedef struct { _Atomic volatile uint8_t* data; uint64_t size; } wasm_rt_shared_memory_t;
typedef struct { wasm_rt_funcref_t* data; uint32_t max_size, size; } wasm_rt_funcref_table_t;
typedef struct { wasm_rt_externref_t* data; uint32_t max_size, size; } wasm_rt_externref_table_t;
#define wasm_rt_is_initialized() 1
#define wasm_rt_allocate_memory(m, init, max, is64, psz) ((void)0)
#define wasm_rt_free_memory(m) ((void)0)
#ifndef WASM_RT_TABLE_MAX
#define WASM_RT_TABLE_MAX 1
#endif
#define wasm_rt_allocate_funcref_table(t, n, mx) \
  do { static wasm_rt_funcref_t table_[WASM_RT_TABLE_MAX]; \
    (t)->data = table_; (t)->size = (n); (t)->max_size = (mx); } while (0)
#define wasm_rt_free_funcref_table(t) ((void)0)
#define wasm_rt_grow_funcref_table(t, d, i) (0xffffffffu)
#endif
