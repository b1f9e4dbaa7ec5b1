// The help text of find, and what the shell's `help` shows.
export const SUMMARY = "find files";
export const HELP =
  "usage: find [path…] [-name pattern] [-type f|d|l|c] [-maxdepth n]\n" +
  "Writes the paths of everything in the directories (without one the current one), itself included, that fits.\n" +
  "  -name pattern  the name matches: * any text, ? a character, [a-z] one of a set\n" +
  "  -type          f files, d directories, l symbolic links, c devices\n" +
  "  -maxdepth n    not deeper than n directories down\n";
