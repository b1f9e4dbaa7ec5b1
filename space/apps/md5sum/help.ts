// The help text of md5sum, and what the shell's `help` shows.
export const SUMMARY = "print checksums of files";
export const HELP =
  "usage: md5sum [-r] path…\n" +
  "Prints the MD5 sum and the path of each file.\n" +
  "  -r  directories, too: all files in them, in the order of their paths; links to directories are passed over\n";
