// The help text of hexdump, and what the shell's `help` shows.
export const SUMMARY = "show bytes of files";
export const HELP =
  "usage: hexdump [file]\n" +
  "Shows the bytes of a file, or of standard input: 16 a line, with their offset and as characters.\n";
