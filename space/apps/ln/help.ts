// The help text of ln, and what the shell's `help` shows.
export const SUMMARY = "make links";
export const HELP =
  "usage: ln [-s] target name\n" +
  "       ln [-s] target directory\n" +
  "Makes name, or the target's last name in the directory, another name of the file target.\n" +
  "  -s  a symbolic link that leads to target\n";
