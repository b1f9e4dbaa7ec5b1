// The help text of cp, and what the shell's `help` shows.
export const SUMMARY = "copy files";
export const HELP =
  "usage: cp [-r] source target\n" +
  "       cp [-r] source… directory\n" +
  "  -r  copy directories with all that is in them, and symbolic links as links\n";
