// The help text of rmdir, and what the shell's `help` shows.
export const SUMMARY = "remove empty directories";
export const HELP = "usage: rmdir directory…\n";
