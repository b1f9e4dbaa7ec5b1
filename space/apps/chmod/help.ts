// The help text of chmod, and what the shell's `help` shows.
export const SUMMARY = "change permissions";
export const HELP =
  "usage: chmod mode file…\n" +
  "Sets the permissions: an octal number (755), or who, how and what (u+x, go-w, a=r, +x), several with commas.\n";
