// The help text of grep, and what the shell's `help` shows.
export const SUMMARY = "print lines that match";
export const HELP =
  "usage: grep [-i] [-v] [-c] [-n] [-l] [-q] [-F] pattern [file…]\n" +
  "Writes the lines of the files, or of standard input, that match. Status 0 if there is one, 1 if not, 2 after an error.\n" +
  "  pattern  ^ beginning  $ end  . any character  [a-z] [^a-z] one of a set  x* any number of x  \\\\x the character x\n" +
  "  -i  upper and lower case are the same    -v  the lines that do not match    -c  only how many\n" +
  "  -n  with their numbers                   -l  only the names of files        -q  nothing, only the status\n" +
  "  -F  the pattern is plain text\n";
