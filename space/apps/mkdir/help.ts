// The help text of mkdir, and what the shell's `help` shows.
export const SUMMARY = "make directories";
export const HELP =
  "usage: mkdir [-p] directory…\n" + "  -p  make missing parents, too; an existing directory is no error\n";
