// The help text of wc, and what the shell's `help` shows.
export const SUMMARY = "count lines, words and bytes";
export const HELP =
  "usage: wc [-l] [-w] [-c] [file…]\n" +
  "Counts newlines, words and bytes of each file, or of standard input, and all together if there are several.\n" +
  "  -l -w -c  only these\n";
