// The help text of seq, and what the shell's `help` shows.
export const SUMMARY = "print numbers";
export const HELP =
  "usage: seq [first [step]] last\n" +
  "Prints the whole numbers from first (1) to last, step (1) apart, one a line.\n";
