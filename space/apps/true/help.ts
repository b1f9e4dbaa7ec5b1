// The help text of true, and what the shell's `help` shows.
export const SUMMARY = "succeed";
export const HELP = "usage: true\n" + "Does nothing and exits with status 0.\n";
