// The help text of cmp, and what the shell's `help` shows.
export const SUMMARY = "compare two files";
export const HELP =
  "usage: cmp file file\n" +
  "Says where the files first differ. Status: 0 they are equal, 1 they are not, 2 they could not be compared.\n";
