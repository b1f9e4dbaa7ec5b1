// The help text of echo, and what the shell's `help` shows.
export const SUMMARY = "print words";
export const HELP =
  "usage: echo [-n] [word…]\n" +
  "Writes the words with a space between two, and a newline.\n" +
  "  -n  no newline\n";
