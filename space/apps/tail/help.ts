// The help text of tail, and what the shell's `help` shows.
export const SUMMARY = "print the last lines of files";
export const HELP =
  "usage: tail [-n count] [file…]\n" +
  "Writes the last lines (10 without -n, which is also written -count) of each file, or of standard input, with the\n" +
  "file's name before it if there are several. -n +count: from that line on.\n";
