// The image's first page: Linux arm64 Image header (Documentation/arch/arm64/booting.rst) and the way from "MMU off,
// loaded anywhere" to the kernel's own address space. Position-independent up to the branch to `high`.
//
// In:  x0 = physical address of the device tree; EL2 or EL1; MMU off; one core.
// Out: kernel_start(device tree, counter at entry, physical address of the image), on the kernel stack.
//
// First mapping (kernel/memory/kernel_map.ts completes it from the device tree):
//   TTBR0: the 1 GiB around the image, as it is, executable: only until `high`
//   TTBR1: the image's window page by page with its final permissions; the 1 GiB blocks of image and device tree as memory
#include "kernel_constants.h"

#define KERNEL_BASE 0xffffffc000000000
#define WINDOW 0x200000
#define PTE_TABLE 3
#define PTE_BLOCK_RAM 0x0060000000000701      /* attr 0, read/write, inner shareable, AF, UXN|PXN */
#define PTE_PAGE_RX   0x0040000000000783      /* read-only at EL1, UXN */
#define PTE_PAGE_RO   0x0060000000000783
#define PTE_PAGE_RW   0x0060000000000703
#define MAIR 0x00000004ff                     /* attr 0: normal write-back · attr 1: device nGnRE */
#define TCR (30 | 1 << 8 | 1 << 10 | 3 << 12 | 25 << 16 | 1 << 24 | 1 << 26 | 3 << 28 | 2 << 30 | 2 << 32 | 1 << 36)
#define SCTLR 0x30d0181d                      /* M C I SA SA0, RES1 */
#define SCTLR_WXN (1 << 19)

.section .head, "ax"
.globl _head
_head:
  b start
  .long 0
  .quad 0                                     // text_offset: any 2 MiB boundary
  .quad _image_size
  .quad 0xa                                   // little-endian, 4 KiB pages, anywhere in memory
  .quad 0, 0, 0
  .ascii "ARM\x64"
  .long 0

start:
  mov x20, x0
  mrs x21, cntvct_el0
  adrp x22, _head                             // physical address of the image
  mrs x0, CurrentEL
  cmp x0, #(2 << 2)
  b.ne at_el1
  mov x0, #(1 << 31)                          // EL1 is AArch64
  msr hcr_el2, x0
  mov x0, #3                                  // EL1 may use counter and timer
  msr cnthctl_el2, x0
  msr cntvoff_el2, xzr
  mov x0, #0x33ff                             // no trap of floating point to EL2
  msr cptr_el2, x0
  mrs x0, midr_el1
  msr vpidr_el2, x0
  mrs x0, mpidr_el1
  msr vmpidr_el2, x0
  mov x0, #0x3c5                              // EL1h, all masked
  msr spsr_el2, x0
  adr x0, at_el1
  msr elr_el2, x0
  eret

at_el1:
  // Distances within the image are distances of physical addresses too: everything from x22 on.
  ldr x0, =_bss_start - _head
  add x0, x0, x22
  ldr x1, =_image_end - _head
  add x1, x1, x22
1: stp xzr, xzr, [x0]                         // .bss, stacks and tables: all multiples of 64 bytes
  stp xzr, xzr, [x0, #16]
  stp xzr, xzr, [x0, #32]
  stp xzr, xzr, [x0, #48]
  add x0, x0, #64
  cmp x0, x1
  b.lo 1b

  ldr x10, =boot_l1 - _head
  add x10, x10, x22
  ldr x11, =boot_l2 - _head
  add x11, x11, x22
  ldr x12, =boot_l3 - _head
  add x12, x12, x22
  ldr x13, =boot_identity - _head
  add x13, x13, x22

  ldr x1, =PTE_BLOCK_RAM
  lsr x2, x22, #30                            // the image's GiB
  lsl x3, x2, #30
  orr x3, x3, x1
  add x4, x10, x2, lsl #3
  str x3, [x4, #2048]                         // TTBR1 index 256 is wasm address 0
  bic x3, x3, #(0x0020000000000000)           // executable, for the identity mapping only
  str x3, [x13, x2, lsl #3]
  lsr x2, x20, #30                            // the device tree's
  and x2, x2, #3
  lsl x3, x2, #30
  orr x3, x3, x1
  add x4, x10, x2, lsl #3
  str x3, [x4, #2048]
  orr x1, x11, #PTE_TABLE                     // wasm GiB 0: the window
  str x1, [x10, #2048]
  orr x1, x12, #PTE_TABLE
  str x1, [x11, #(WINDOW >> 21 << 3)]

  // The window, page by page: x0 = end of the stretch, x1 = its permissions, x2 = page's offset in the image.
  mov x2, xzr
  ldr x1, =PTE_PAGE_RX
  ldr x0, =_wasmdata_start - _head
  bl map_stretch
  ldr x1, =PTE_PAGE_RW
  ldr x0, =_text_start - _head
  bl map_stretch
  ldr x1, =PTE_PAGE_RX
  ldr x0, =_rodata_start - _head
  bl map_stretch
  ldr x1, =PTE_PAGE_RO
  ldr x0, =_data_start - _head
  bl map_stretch
  ldr x1, =PTE_PAGE_RW
  ldr x0, =_stack_guard - _head
  bl map_stretch
  add x2, x2, #4096
  ldr x0, =_emergency_guard - _head
  bl map_stretch
  add x2, x2, #4096
  ldr x0, =_image_end - _head
  bl map_stretch

  msr ttbr0_el1, x13
  msr ttbr1_el1, x10
  ldr x1, =MAIR
  msr mair_el1, x1
  ldr x1, =TCR
  msr tcr_el1, x1
  mov x1, #(1 << 20)                          // floating point traps at EL0 until its owner runs
  msr cpacr_el1, x1
  mov x1, #2                                  // EL0 may read CNTVCT
  msr cntkctl_el1, x1
  msr mdscr_el1, xzr
  mrs x1, id_aa64dfr0_el1                     // PMUVer: 0 and 15 are no architected performance monitors
  ubfx x1, x1, #8, #4
  sub x1, x1, #1
  cmp x1, #14
  b.hs 1f
  mov x1, #8                                  // event counter 0: INST_RETIRED (8), and EL0 may read it (ER, bit 3)
  msr pmevtyper0_el0, x1
  msr pmuserenr_el0, x1
  mov x1, #1
  msr pmcntenset_el0, x1
  msr pmcr_el0, x1
1:
  ic iallu
  tlbi vmalle1
  dsb sy
  isb
  ldr x1, =SCTLR
  msr sctlr_el1, x1
  isb
  ldr x1, =high
  br x1

map_stretch:                                  // pages [x2, x0) of the image; leaves x2 = x0
  cmp x2, x0
  b.hs 2f
  add x3, x2, x22
  orr x3, x3, x1
  lsr x4, x2, #9                              // (page number) × 8
  str x3, [x12, x4]
  add x2, x2, #4096
  b map_stretch
2: ret

.text
high:
  adrp x0, boot_empty                         // no user mapping: TTBR0's table has no entry
  add x0, x0, :lo12:boot_empty
  ldr x1, =KERNEL_BASE + WINDOW
  sub x0, x0, x1
  add x0, x0, x22
  msr ttbr0_el1, x0
  mrs x0, sctlr_el1
  orr x0, x0, #SCTLR_WXN
  msr sctlr_el1, x0
  isb
  tlbi vmalle1
  dsb sy
  isb
  adrp x0, vectors
  add x0, x0, :lo12:vectors
  msr vbar_el1, x0
  adrp x0, _stack_top
  mov sp, x0
  mov x29, xzr
  mov x30, xzr
  mov x0, x20
  mov x1, x21
  mov x2, x22
  bl kernel_start
  b resume                                    // w0 = the first thread

.section .bss.pages, "aw", @nobits
.balign 4096
.globl boot_l1, boot_l2, boot_empty
boot_l1: .skip 4096
boot_l2: .skip 4096
boot_l3: .skip 4096
boot_identity: .skip 128
boot_empty: .skip 128
