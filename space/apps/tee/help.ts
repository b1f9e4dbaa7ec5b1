// The help text of tee, and what the shell's `help` shows.
export const SUMMARY = "copy standard input to files and on";
export const HELP =
  "usage: tee [-a] [file…]\n" +
  "Copies standard input to standard output and to the files.\n" +
  "  -a  at their end\n";
