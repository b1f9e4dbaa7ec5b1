// The help text of clear, and what the shell's `help` shows.
export const SUMMARY = "clear the terminal";
export const HELP = "usage: clear\n" + "Clears the terminal.\n";
