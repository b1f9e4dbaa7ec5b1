// Signals that end a process, and the status word that SYS_WAIT4 stores (as POSIX packs it):
//   exited: code << 8        killed by a signal: the signal's number in bits 0–6
export const SIGINT: u32 = 2; // ^C
export const SIGQUIT: u32 = 3; // ^\
export const SIGILL: u32 = 4; // an undefined or privileged instruction, or floating point without the program's flag
export const SIGTRAP: u32 = 5; // a WebAssembly trap
export const SIGKILL: u32 = 9;
export const SIGSEGV: u32 = 11; // an access outside its memory, or against its permissions
export const SIGTERM: u32 = 15; // asked to end
export const SIGSYS: u32 = 31; // an SVC that is no system call

/** What kill(2) sends, bit n for signal n; the others only the kernel does. */
export const SENDABLE_SIGNALS: u32 = (1 << SIGINT) | (1 << SIGQUIT) | (1 << SIGKILL) | (1 << SIGTERM);
/** Those that a process may catch (catch_signals): it is told by NOTIFY_SIGNAL instead of being ended. */
export const CATCHABLE_SIGNALS: u32 = SENDABLE_SIGNALS & ~(1 << SIGKILL);
/** Flag of kill(2): the signal goes to all that descend from the process, too. */
export const KILL_DESCENDANTS: u32 = 1;

export const WNOHANG: u32 = 1;
export const WNOWAIT: u32 = 2; // tell of a dead child, which stays until it is waited for by its id

@inline export function exitedStatus(code: u32): u32 {
  return (code & 0xff) << 8;
}
/** What a shell calls `$?`: the exit code, or 128 + signal. */
@inline export function shellStatus(status: u32): i32 {
  return status & 0x7f ? 128 + (status & 0x7f) : (status >> 8) & 0xff;
}
