// The help text of false, and what the shell's `help` shows.
export const SUMMARY = "fail";
export const HELP = "usage: false\n" + "Does nothing and exits with status 1.\n";
