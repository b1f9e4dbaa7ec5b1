// Floating-point state of one process: q0–q31, FPCR, FPSR: 528 bytes (kernel/process/fpu.ts decides when); and the one use
// that the kernel itself makes of the vector registers, which may hold a process's values: copying.
.arch armv8-a+fp
.text
.globl fp_save, fp_restore, copy_large
fp_save:                                      // x0 = 528 bytes, 16-byte aligned
  stp q0, q1, [x0, #0]
  stp q2, q3, [x0, #32]
  stp q4, q5, [x0, #64]
  stp q6, q7, [x0, #96]
  stp q8, q9, [x0, #128]
  stp q10, q11, [x0, #160]
  stp q12, q13, [x0, #192]
  stp q14, q15, [x0, #224]
  stp q16, q17, [x0, #256]
  stp q18, q19, [x0, #288]
  stp q20, q21, [x0, #320]
  stp q22, q23, [x0, #352]
  stp q24, q25, [x0, #384]
  stp q26, q27, [x0, #416]
  stp q28, q29, [x0, #448]
  stp q30, q31, [x0, #480]
  mrs x1, fpcr
  mrs x2, fpsr
  str x1, [x0, #512]
  str x2, [x0, #520]
  ret
fp_restore:
  ldp q0, q1, [x0, #0]
  ldp q2, q3, [x0, #32]
  ldp q4, q5, [x0, #64]
  ldp q6, q7, [x0, #96]
  ldp q8, q9, [x0, #128]
  ldp q10, q11, [x0, #160]
  ldp q12, q13, [x0, #192]
  ldp q14, q15, [x0, #224]
  ldp q16, q17, [x0, #256]
  ldp q18, q19, [x0, #288]
  ldp q20, q21, [x0, #320]
  ldp q22, q23, [x0, #352]
  ldp q24, q25, [x0, #384]
  ldp q26, q27, [x0, #416]
  ldp q28, q29, [x0, #448]
  ldp q30, q31, [x0, #480]
  ldr x1, [x0, #512]
  ldr x2, [x0, #520]
  msr fpcr, x1
  msr fpsr, x2
  ret

copy_large:                                   // x0 target, x1 source, x2 bytes, at least 128; 10 instructions for 128 bytes
  stp q0, q1, [sp, #-128]!
  stp q2, q3, [sp, #32]
  stp q4, q5, [sp, #64]
  stp q6, q7, [sp, #96]
  sub x2, x2, #128
1: ldp q0, q1, [x1], #32
  ldp q2, q3, [x1], #32
  ldp q4, q5, [x1], #32
  ldp q6, q7, [x1], #32
  stp q0, q1, [x0], #32
  stp q2, q3, [x0], #32
  stp q4, q5, [x0], #32
  stp q6, q7, [x0], #32
  subs x2, x2, #128
  b.hs 1b
  ldp q2, q3, [sp, #32]
  ldp q4, q5, [sp, #64]
  ldp q6, q7, [sp, #96]
  ldp q0, q1, [sp], #128
  adds x2, x2, #128
  b.ne memcpy
  ret
