// Signals that end a process, and the status word that SYS_WAIT4 stores (as POSIX packs it):
//   exited: code << 8        killed by a signal: the signal's number in bits 0–6
export const SIGILL: u32 = 4; // an undefined or privileged instruction, or floating point without the program's flag
export const SIGTRAP: u32 = 5; // a WebAssembly trap
export const SIGKILL: u32 = 9;
export const SIGSEGV: u32 = 11; // an access outside its memory, or against its permissions
export const SIGSYS: u32 = 31; // an SVC that is no system call

export const WNOHANG: u32 = 1;
export const WNOWAIT: u32 = 2; // tell of a dead child, which stays until it is waited for by its id

@inline export function exitedStatus(code: u32): u32 {
  return (code & 0xff) << 8;
}
/** What a shell calls `$?`: the exit code, or 128 + signal. */
@inline export function shellStatus(status: u32): i32 {
  return status & 0x7f ? 128 + (status & 0x7f) : (status >> 8) & 0xff;
}
