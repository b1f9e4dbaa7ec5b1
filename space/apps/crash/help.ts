// The help text of crash, and what the shell's `help` shows.
export const SUMMARY = "fail in a way of your choice";
export const HELP =
  "usage: crash kind\n" +
  "  null          reads address 0\n" +
  "  oob           reads address 0xfffffff0\n" +
  "  far           reads an address beyond the user half's tables\n" +
  "  wrap          reads an address whose page number does not fit 32 bits\n" +
  "  kernel-write  writes to the kernel's memory\n" +
  "  exec-data     jumps into its data\n" +
  "  stack         recurses without end\n" +
  "  wild-syscall  makes system calls that do not exist, and an SVC that is none\n" +
  "  float         uses floating point without its program's flag\n" +
  "  divide        divides by zero\n" +
  "  unreachable   reaches what cannot be reached\n" +
  "  spin          loops without end\n" +
  "  spin-kill     starts `crash spin`, kills it and exits with 128 + its signal\n" +
  "  exit n        exits with status n\n";
