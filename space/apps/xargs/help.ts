// The help text of xargs, and what the shell's `help` shows.
export const SUMMARY = "run a command with words from standard input";
export const HELP =
  "usage: xargs [-n count] [command [argument…]]\n" +
  "Runs command (echo) with the words of standard input behind its arguments, as many at once as fit, or count. Words are\n" +
  "separated by blanks and newlines; quotes keep them together. Status 123 if one of the commands failed.\n";
