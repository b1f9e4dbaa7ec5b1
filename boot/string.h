/* The four functions wasm2c's output needs, as builtins so that small constant sizes are inlined. */
#ifndef HNX_STRING_H
#define HNX_STRING_H
#include <stddef.h>
void* memcpy(void*, const void*, size_t);
void* memmove(void*, const void*, size_t);
void* memset(void*, int, size_t);
int memcmp(const void*, const void*, size_t);
#define memcpy __builtin_memcpy
#define memmove __builtin_memmove
#define memset __builtin_memset
#define memcmp __builtin_memcmp
#endif
