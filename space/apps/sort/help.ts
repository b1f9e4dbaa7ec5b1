// The help text of sort, and what the shell's `help` shows.
export const SUMMARY = "sort lines";
export const HELP =
  "usage: sort [-n] [-r] [-u] [file…]\n" +
  "Writes the lines of all files, or of standard input, in order.\n" +
  "  -n  by the number that they begin with    -r  in reverse    -u  equal ones once\n";
