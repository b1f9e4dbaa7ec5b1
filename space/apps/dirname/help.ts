// The help text of dirname, and what the shell's `help` shows.
export const SUMMARY = "print a path without its last part";
export const HELP = "usage: dirname path…\n" + "Prints each path without its last part.\n";
