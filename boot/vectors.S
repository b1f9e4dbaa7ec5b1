// Exceptions: into the kernel and out of it (DESIGN §3, §4).
//
// While a thread runs at EL0, SP_EL1 is the address of its thread structure (core/ipc/thread.ts), whose first 272 bytes
// are the register frame; on entry the kernel stack is taken up from its top: there is never anything on it.
// Interrupts stay masked at EL1. What a frame holds is told by THREAD_FRAME:
//   FRAME_SYSCALL  x0 = result, x19–x30, sp, pc. All other caller-saved registers resume as zero
//   FRAME_MESSAGE  the same, and x1–x7 carry a message
//   FRAME_FULL     every register and pstate: the thread was interrupted
//
// A system call that returns to its own thread saves nothing but x30: the kernel's code keeps x19–x29 by the procedure
// call standard, and SP_EL0, ELR and SPSR are still what they were. Only a switch saves the rest.
#include "kernel_constants.h"
#include "abi_constants.h"

#define KERNEL_BASE_HIGH 0xffc0               /* bits 47–32 of KERNEL_BASE; 63–48 are ones */
#define ESR_SVC 0x5600                        /* bits 31–16 of ESR_EL1 for `svc #0` from AArch64 */

.macro kernel_stack scratch
  adrp \scratch, _stack_top
  mov sp, \scratch
.endm

.macro thread_address target, source          // wasm pointer → address; two different registers
  mov \target, #0xffffffffffffffff
  movk \target, #KERNEL_BASE_HIGH, lsl #32
  bfi \target, \source, #0, #32
.endm

.macro save_callee_saved thread
  stp x19, x20, [\thread, #152]
  stp x21, x22, [\thread, #168]
  stp x23, x24, [\thread, #184]
  stp x25, x26, [\thread, #200]
  stp x27, x28, [\thread, #216]
.endm

.macro restore_callee_saved thread
  ldp x19, x20, [\thread, #152]
  ldp x21, x22, [\thread, #168]
  ldp x23, x24, [\thread, #184]
  ldp x25, x26, [\thread, #200]
  ldp x27, x28, [\thread, #216]
  ldp x29, x30, [\thread, #232]
.endm

.macro zero_x8_to_x18
  mov x8, xzr
  mov x9, xzr
  mov x10, xzr
  mov x11, xzr
  mov x12, xzr
  mov x13, xzr
  mov x14, xzr
  mov x15, xzr
  mov x16, xzr
  mov x17, xzr
  mov x18, xzr
.endm

// x0–x7 arguments, x8 number, sp = thread. → w9: 0 when the same thread goes on with nothing but a result
.macro call_kernel function
  stp x0, x1, [sp, #0]
  stp x2, x3, [sp, #16]
  stp x4, x5, [sp, #32]
  stp x6, x7, [sp, #48]
  str x30, [sp, #240]
  mov x17, sp
  kernel_stack x9
  stp x17, x8, [sp, #-16]!
  mov w0, w17
  mov x1, x8
  bl \function                                // → w0 = thread to run
  ldr x17, [sp]
  cmp w0, w17
  b.ne switch_thread
  mov sp, x17
  ldr w9, [sp, #THREAD_FRAME]
  cbnz w9, resume_same_message
.endm

.text
system_call_traced:
  call_kernel kernel_syscall_traced
  b resume_same
.balign 64
system_call:
  call_kernel kernel_syscall
resume_same:
  ldr x30, [sp, #240]
  ldr x0, [sp]
  mov x1, xzr
  mov x2, xzr
  mov x3, xzr
  mov x4, xzr
  mov x5, xzr
  mov x6, xzr
  mov x7, xzr
  zero_x8_to_x18
  eret
resume_same_message:
  str wzr, [sp, #THREAD_FRAME]
  ldr x30, [sp, #240]
  ldp x0, x1, [sp, #0]
  ldp x2, x3, [sp, #16]
  ldp x4, x5, [sp, #32]
  ldp x6, x7, [sp, #48]
  zero_x8_to_x18
  eret
switch_thread:
  save_callee_saved x17
  str x29, [x17, #232]
  mrs x9, sp_el0
  mrs x10, elr_el1
  stp x9, x10, [x17, #248]

.globl resume
resume:                                       // w0 = thread: its frame is complete
  thread_address x9, x0
  mov sp, x9
  ldr w10, [sp, #THREAD_FRAME]
  str wzr, [sp, #THREAD_FRAME]
  tbnz w10, #1, resume_full
  ldp x11, x12, [sp, #248]
  msr sp_el0, x11
  msr elr_el1, x12
  msr spsr_el1, xzr
  restore_callee_saved sp
  ldp x0, x1, [sp, #0]
  ldp x2, x3, [sp, #16]
  ldp x4, x5, [sp, #32]
  ldp x6, x7, [sp, #48]
  tbnz w10, #0, 1f
  mov x1, xzr
  mov x2, xzr
  mov x3, xzr
  mov x4, xzr
  mov x5, xzr
  mov x6, xzr
  mov x7, xzr
1: zero_x8_to_x18
  eret
resume_full:
  ldp x11, x12, [sp, #248]
  ldr x13, [sp, #264]
  msr sp_el0, x11
  msr elr_el1, x12
  msr spsr_el1, x13
  ldp x0, x1, [sp, #0]
  ldp x2, x3, [sp, #16]
  ldp x4, x5, [sp, #32]
  ldp x6, x7, [sp, #48]
  ldp x8, x9, [sp, #64]
  ldp x10, x11, [sp, #80]
  ldp x12, x13, [sp, #96]
  ldp x14, x15, [sp, #112]
  ldp x16, x17, [sp, #128]
  ldr x18, [sp, #144]
  restore_callee_saved sp
  eret

// The message path (core/ipc/fastpath.ts). x1–x4 stay in x19–x22 across the leaf function, which touches no
// callee-saved register's meaning; when it declines nothing has changed and the general path starts over.
.macro fast_entry
  save_callee_saved sp
  stp x29, x30, [sp, #232]
  mrs x9, sp_el0
  mrs x10, elr_el1
  stp x9, x10, [sp, #248]
  mov x19, x1
  mov x20, x2
  mov x21, x3
  mov x22, x4
  mov x23, x5
  mov x25, sp
  kernel_stack x9
.endm

.macro fast_exit                              // x9 = thread to run; x0, x5, x6, x7 are set
  mov sp, x9
  ldp x10, x11, [sp, #248]
  msr sp_el0, x10
  msr elr_el1, x11
  msr spsr_el1, xzr
  mov x1, x19
  mov x2, x20
  mov x3, x21
  mov x4, x22
  restore_callee_saved sp
  zero_x8_to_x18
  eret
.endm

.balign 64
fast_call:                                    // x0 endpoint, x1–x4 data, x5 info, x6 timeout
  fast_entry
  mov x24, x6
  mov x26, x0
  mov x2, x5
  mov x1, x0
  mov w0, w25
  bl kernel_fast_call                         // (thread, endpoint, info) → w0 = receiver, or 0
  cbz w0, 1f
  thread_address x9, x0
  mov x0, xzr
  mov x5, x23
  ldr x6, [x25, #THREAD_TOKEN]
  ldr w7, [x25, #THREAD_PID]
  orr x7, x7, x26, lsl #32
  fast_exit
1: mov x6, x24
  mov x0, x26
  mov x8, #SYS_EP_CALL
  b fast_declined

.balign 64
fast_reply_recv:                              // x0 endpoint, x1–x4 data, x5 info, x6 token, x7 value
  fast_entry
  mov x24, x6
  mov x26, x0
  mov x27, x7
  mov x3, x6
  mov x2, x5
  mov x1, x0
  mov w0, w25
  bl kernel_fast_reply_recv                   // (thread, endpoint, info, token) → w0 = the caller, or 0
  cbz w0, 1f
  tbnz w0, #0, complete_reply
  thread_address x9, x0
  sxtw x0, w23
  mov x5, x23
  mov x6, x27
  mov x7, xzr
  fast_exit
1: mov x6, x24
  mov x7, x27
  mov x0, x26
  mov x8, #SYS_EP_REPLY_RECV

  b fast_declined

complete_reply:                               // w0 = a caller whose call is delegated | 1: the answer goes to the page, whole
  ldr w10, [x25, #THREAD_MESSAGE_PAGE]
  thread_address x9, x10
  stp x19, x20, [x9, #MESSAGE_DATA]
  stp x21, x22, [x9, #MESSAGE_DATA + 16]
  and w1, w0, #0xfffffffe
  mov w0, w25
  mov w2, w26
  mov x3, x23
  mov x4, x27
  bl kernel_complete_reply                    // (thread, caller, endpoint, info, value) → w0 = the caller
  b resume

fast_declined:                                // give the thread its registers back and go the general way
  mov x1, x19
  mov x2, x20
  mov x3, x21
  mov x4, x22
  mov x5, x23
  mov sp, x25
  restore_callee_saved sp
  b system_call

.macro save_full                              // sp = thread; x16 and x17 are saved already
  stp x0, x1, [sp, #0]
  stp x2, x3, [sp, #16]
  stp x4, x5, [sp, #32]
  stp x6, x7, [sp, #48]
  stp x8, x9, [sp, #64]
  stp x10, x11, [sp, #80]
  stp x12, x13, [sp, #96]
  stp x14, x15, [sp, #112]
  str x18, [sp, #144]
  save_callee_saved sp
  stp x29, x30, [sp, #232]
  mrs x9, sp_el0
  mrs x10, elr_el1
  mrs x11, spsr_el1
  stp x9, x10, [sp, #248]
  str x11, [sp, #264]
  mov w9, #FRAME_FULL
  str w9, [sp, #THREAD_FRAME]
  mov x9, sp
  mov w0, w9                                  // the thread as a wasm pointer
  kernel_stack x9
  mov x29, xzr
.endm

user_fault:
  save_full
  mrs x1, esr_el1
  mrs x2, far_el1
  bl kernel_fault                             // (thread, syndrome, address) → thread to run
  b resume

user_interrupt:
  save_full
  bl kernel_interrupt                         // (thread) → thread to run
  b resume

// A fault of the kernel itself. The stack may be what failed: continue on the emergency stack.
kernel_broken:
  msr tpidr_el1, x0
  mov x0, sp
  msr tpidr_el0, x0
  adrp x0, _emergency_top
  mov sp, x0
  sub sp, sp, #272
  stp x2, x3, [sp, #16]
  stp x4, x5, [sp, #32]
  stp x6, x7, [sp, #48]
  stp x8, x9, [sp, #64]
  stp x10, x11, [sp, #80]
  stp x12, x13, [sp, #96]
  stp x14, x15, [sp, #112]
  stp x16, x17, [sp, #128]
  str x18, [sp, #144]
  save_callee_saved sp
  stp x29, x30, [sp, #232]
  mrs x0, tpidr_el1
  stp x0, x1, [sp, #0]
  mrs x9, tpidr_el0
  mrs x10, elr_el1
  mrs x11, spsr_el1
  stp x9, x10, [sp, #248]
  str x11, [sp, #264]
  mov x0, sp
  mrs x1, esr_el1
  mrs x2, far_el1
  bl kernel_panic                             // (frame, syndrome, address); does not return

// Two tables: the second one is in force while events are recorded (kernel/trace), so that recording costs nothing while it
// is off. Under it every message goes the general way.
.macro vector_table name, traced
.balign 0x800
.globl \name
\name:
.rept 8                                       // from EL1, on SP_EL0 or SP_EL1: the kernel is broken
  b kernel_broken
  .balign 0x80
.endr
  stp x16, x17, [sp, #128]                    // from EL0, AArch64: synchronous
  mrs x16, esr_el1
  mov w17, #(ESR_SVC << 16)
  cmp w16, w17
  b.ne user_fault
.if \traced
  b system_call_traced
.else
  cmp x8, #SYS_EP_CALL
  b.eq fast_call
  cmp x8, #SYS_EP_REPLY_RECV
  b.eq fast_reply_recv
  b system_call
.endif
  .balign 0x80
  stp x16, x17, [sp, #128]                    // IRQ
  b user_interrupt
  .balign 0x80
  stp x16, x17, [sp, #128]                    // FIQ
  b user_interrupt
  .balign 0x80
  stp x16, x17, [sp, #128]                    // SError
  b user_fault
  .balign 0x80
.rept 4                                       // from EL0, AArch32: cannot happen, EL0 is AArch64
  b kernel_broken
  .balign 0x80
.endr
.endm
vector_table vectors, 0
vector_table vectors_traced, 1
