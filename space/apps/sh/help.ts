// The help text of sh, and what its `help` shows.
export const SUMMARY = "run commands";
export const HELP =
  "usage: sh [-c text]\n" +
  "Runs the commands in text, or those on standard input line by line, and exits with the status of the last one.\n" +
  "  command word…          run /bin/command or /sbin/command; a name with a slash is a path\n" +
  "  a; b                   run a, then b\n" +
  "  > file  >> file  < file    output to, output at the end of, input from a file; 2> for errors\n" +
  "  'x'  \"x\"  \\x            x without special meaning; $? the last status; # a comment\n" +
  "  exit [n]               end the shell with status n\n" +
  "  help                   list the programs\n";
