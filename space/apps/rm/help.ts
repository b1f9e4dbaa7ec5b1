// The help text of rm, and what the shell's `help` shows.
export const SUMMARY = "remove files and directories";
export const HELP =
  "usage: rm [-d] [-f] [-r] path…\n" +
  "  -d  remove empty directories, too\n" +
  "  -f  what does not exist is no error\n" +
  "  -r  remove directories with all that is in them (also -R)\n";
