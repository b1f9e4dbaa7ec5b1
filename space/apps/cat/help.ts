// The help text of cat; its first line's end is what the shell's `help` shows.
export const SUMMARY = "print files";
export const HELP =
  "usage: cat [file…]\n" +
  'Writes the files to standard output, one after the other; standard input for none and for "-".\n';
