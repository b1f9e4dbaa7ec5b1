// The help text of basename, and what the shell's `help` shows.
export const SUMMARY = "print the last part of a path";
export const HELP =
  "usage: basename path [suffix]\n" + "Prints path without directories, and without suffix at its end.\n";
