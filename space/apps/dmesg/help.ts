// The help text of dmesg, and what the shell's `help` shows.
export const SUMMARY = "print the kernel's log";
export const HELP = "usage: dmesg\n" + "Prints the kernel's log, as far back as it is kept (16 KiB).\n";
