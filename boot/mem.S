// memcpy, memmove, memset for kernel and user modules: general registers only, 64 bytes a round.
.text
.balign 64
.globl memcpy, memmove
memcpy:
memmove:
  sub x3, x0, x1
  cmp x3, x2
  b.lo copy_backwards           // the target starts inside the source
  mov x3, x0
  subs x2, x2, #64
  b.lo 2f
1: ldp x4, x5, [x1]
  ldp x6, x7, [x1, #16]
  ldp x8, x9, [x1, #32]
  ldp x10, x11, [x1, #48]
  add x1, x1, #64
  stp x4, x5, [x3]
  stp x6, x7, [x3, #16]
  stp x8, x9, [x3, #32]
  stp x10, x11, [x3, #48]
  add x3, x3, #64
  subs x2, x2, #64
  b.hs 1b
2: tbz x2, #5, 3f
  ldp x4, x5, [x1], #16
  ldp x6, x7, [x1], #16
  stp x4, x5, [x3], #16
  stp x6, x7, [x3], #16
3: tbz x2, #4, 4f
  ldp x4, x5, [x1], #16
  stp x4, x5, [x3], #16
4: tbz x2, #3, 5f
  ldr x4, [x1], #8
  str x4, [x3], #8
5: tbz x2, #2, 6f
  ldr w4, [x1], #4
  str w4, [x3], #4
6: tbz x2, #1, 7f
  ldrh w4, [x1], #2
  strh w4, [x3], #2
7: tbz x2, #0, 8f
  ldrb w4, [x1]
  strb w4, [x3]
8: ret

copy_backwards:
  add x1, x1, x2
  add x3, x0, x2
1: subs x2, x2, #16
  b.lo 2f
  ldp x4, x5, [x1, #-16]!
  stp x4, x5, [x3, #-16]!
  b 1b
2: adds x2, x2, #16
  b.eq 4f
3: ldrb w4, [x1, #-1]!
  strb w4, [x3, #-1]!
  subs x2, x2, #1
  b.ne 3b
4: ret

.balign 64
.globl memset
memset:
  mov x3, x0
  and x1, x1, #0xff
  orr x1, x1, x1, lsl #8
  orr x1, x1, x1, lsl #16
  orr x1, x1, x1, lsl #32
  subs x2, x2, #64
  b.lo 2f
1: stp x1, x1, [x3]
  stp x1, x1, [x3, #16]
  stp x1, x1, [x3, #32]
  stp x1, x1, [x3, #48]
  add x3, x3, #64
  subs x2, x2, #64
  b.hs 1b
2: tst x2, #63
  b.eq 4f
  and x2, x2, #63
3: strb w1, [x3], #1
  subs x2, x2, #1
  b.ne 3b
4: ret

.globl memcmp
memcmp:
  cbz x2, 2f
1: ldrb w3, [x0], #1
  ldrb w4, [x1], #1
  subs w3, w3, w4
  b.ne 3f
  subs x2, x2, #1
  b.ne 1b
2: mov w0, wzr
  ret
3: mov w0, w3
  ret
