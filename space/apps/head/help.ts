// The help text of head, and what the shell's `help` shows.
export const SUMMARY = "print the first lines of files";
export const HELP =
  "usage: head [-n count] [file…]\n" +
  "Writes the first lines (10 without -n, which is also written -count) of each file, or of standard input, with the\n" +
  "file's name before it if there are several.\n";
