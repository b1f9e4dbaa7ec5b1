// The help text of truncate, and what the shell's `help` shows.
export const SUMMARY = "set the size of files";
export const HELP =
  "usage: truncate -s size file…\n" +
  "Cuts files to the size, or fills them up to it with zeros; makes those that are not there.\n" +
  "  size  bytes, or K, M, G: 1024, 1024² and 1024³ of them\n";
