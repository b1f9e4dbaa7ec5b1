// The help text of mv, and what the shell's `help` shows.
export const SUMMARY = "move or rename files";
export const HELP =
  "usage: mv source target\n" +
  "       mv source… directory\n" +
  "Between two file systems only files are moved, by copying.\n";
