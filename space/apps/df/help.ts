// The help text of df, and what the shell's `help` shows.
export const SUMMARY = "show how full file systems are";
export const HELP =
  "usage: df [path…]\n" +
  "Shows the size of the file systems that have the paths (without one: /), in KiB, what is used and free, and free inodes.\n";
