// The help text of touch, and what the shell's `help` shows.
export const SUMMARY = "make files, or set their times";
export const HELP =
  "usage: touch [-c] file…\n" +
  "Sets the files' times to now; makes those that are not there.\n" +
  "  -c  makes none\n";
