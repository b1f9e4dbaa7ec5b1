/* The kernel's unity file: the module's C between its imports and the functions that assembly calls. */
#include "kernel_imports.h"
#include KERNEL_MODULE
#define ENTRY __attribute__((used))

/* From boot/head.S, once. → the first thread to run. */
ENTRY uint32_t kernel_start(uint64_t device_tree, uint64_t counter, uint64_t image) {
  image_physical = image;
  counter_at_entry = counter;
  module_setup();
  return w2c_kernel_kernelMain(KERNEL, device_tree);
}
/* From boot/vectors.S. Each returns the thread to run next. */
ENTRY uint32_t kernel_syscall(uint32_t thread, uint64_t number) { return w2c_kernel_kernelSyscall(KERNEL, thread, number); }
ENTRY uint32_t kernel_syscall_traced(uint32_t thread, uint64_t number) {
  return w2c_kernel_kernelSyscallTraced(KERNEL, thread, number);
}
ENTRY uint32_t kernel_fault(uint32_t thread, uint64_t syndrome, uint64_t address) {
  return w2c_kernel_kernelFault(KERNEL, thread, syndrome, address);
}
ENTRY uint32_t kernel_interrupt(uint32_t thread) { return w2c_kernel_kernelInterrupt(KERNEL, thread); }
ENTRY uint32_t kernel_fast_call(uint32_t thread, uint64_t epid, uint64_t info) {
  return w2c_kernel_kernelFastCall(KERNEL, thread, epid, info);
}
ENTRY uint32_t kernel_fast_reply_recv(uint32_t thread, uint64_t epid, uint64_t info, uint64_t token) {
  return w2c_kernel_kernelFastReplyRecv(KERNEL, thread, epid, info, token);
}
ENTRY uint32_t kernel_complete_reply(uint32_t thread, uint32_t caller, uint32_t epid, uint64_t info, uint64_t value) {
  return w2c_kernel_kernelCompleteReply(KERNEL, thread, caller, epid, info, value);
}
/* A fault of the kernel itself: reported once; a second one, in the report, ends the machine without a word. */
ENTRY void kernel_panic(uint64_t frame, uint64_t syndrome, uint64_t address) {
  static uint32_t panicking;
  if (!panicking++) w2c_kernel_kernelPanic(KERNEL, (uint32_t)frame, syndrome, address);
  w2c_kernel_kernelDie(KERNEL);
}
