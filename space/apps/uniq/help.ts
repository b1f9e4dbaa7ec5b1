// The help text of uniq, and what the shell's `help` shows.
export const SUMMARY = "leave out repeated lines";
export const HELP =
  "usage: uniq [-c] [-d] [-u] [file]\n" +
  "Writes the lines of the file, or of standard input, those that repeat the one before left out.\n" +
  "  -c  with how often each was there    -d  only repeated ones    -u  only those that are not\n";
