// The help text of stat, and what the shell's `help` shows.
export const SUMMARY = "show what is known about files";
export const HELP =
  "usage: stat path…\n" + "Shows type, size in bytes, mode and number of links of each path.\n";
