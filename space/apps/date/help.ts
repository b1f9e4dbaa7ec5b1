// The help text of date, and what the shell's `help` shows.
export const SUMMARY = "print or convert the time";
export const HELP =
  "usage: date [-u] [-s] [-i]\n" +
  "Prints date and time (UTC).\n" +
  "  -s  as seconds since 1970    -i  as 2026-01-31T23:59:59Z    -u  UTC, which it is anyway\n";
