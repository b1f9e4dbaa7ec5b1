// The help text of ls, and what the shell's `help` shows.
export const SUMMARY = "list directories";
export const HELP =
  "usage: ls [-a] [-l] [-1] [-R] [path…]\n" +
  "Lists directories (without a path the current one) and files, one name a line, sorted.\n" +
  "  -a  names that begin with a dot, too\n" +
  "  -l  type and permissions, links, size in bytes, name\n" +
  "  -1  one a line, as always    -R  directories in directories, too\n";
