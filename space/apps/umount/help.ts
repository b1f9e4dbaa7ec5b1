// The help text of umount, and what the shell's `help` shows.
export const SUMMARY = "take a file system out of the tree";
export const HELP =
  "usage: umount directory…\n" +
  "Writes what is left to be written, and takes the file systems out of the tree.\n";
