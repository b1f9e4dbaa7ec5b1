// The help text of sleep, and what the shell's `help` shows.
export const SUMMARY = "wait";
export const HELP =
  "usage: sleep seconds[.fraction][s|m|h]…\n" + "Waits so long; several times are added up.\n";
