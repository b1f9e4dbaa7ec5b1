// What boot/*.S and boot/*.c need of the abi; the toolchain turns it into abi_constants.h.
export * from "./syscall";
export { MESSAGE_DATA, MESSAGE_ID, MESSAGE_INFO, MESSAGE_SOURCE, MESSAGE_VALUE } from "./message";
export { CODE_BASE, CODE_END, MESSAGE_PAGE } from "./program";
export { REGISTERS_AFTER, REGISTERS_OWN, REGISTERS_OWN_SP } from "./registers";
