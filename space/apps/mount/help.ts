// The help text of mount, and what the shell's `help` shows.
export const SUMMARY = "put a file system into the tree";
export const HELP =
  "usage: mount [-r] source directory [type]\n" +
  "Mounts the file system of a disk (/dev/vda), or an empty one in memory (type tmpfs), over the directory.\n" +
  "  -r  read-only\n";
