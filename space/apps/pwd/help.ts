// The help text of pwd, and what the shell's `help` shows.
export const SUMMARY = "print the current directory";
export const HELP = "usage: pwd\n" + "Prints the path of the current directory.\n";
