/* The first code of a user program: set the module up, run it, exit with its result. Compiled after the module's C. */
__attribute__((section(".text.start"), noreturn, used)) void _start(void) {
  module_setup();
#ifdef MODULE_INIT
  MODULE_INIT(0);
#endif
  uint64_t status = (uint64_t)(int64_t)(int32_t)MODULE_MAIN(0);
  w2c_sys_call(0, SYS_EXIT, status, 0, 0, 0, 0, 0);
  __builtin_trap();
}
