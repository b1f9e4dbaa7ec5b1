// The help text of sh, and what its `help` shows.
export const SUMMARY = "run commands";
export const HELP =
  "usage: sh [-c text [name [argument…]] | file [argument…]]\n" +
  "Runs the commands in text or file, or those on standard input, and exits with the status of the last one.\n" +
  "  command word…                  run a built-in, or a program of /bin or /sbin ($PATH); a name with a slash is a path\n" +
  "  a; b   a && b   a || b   ! a   one after the other; if a succeeded; if it did not; the opposite\n" +
  "  a | b   a &   ( a )            a's output into b; in the background; in a shell of its own\n" +
  "  > f  >> f  < f  2> f  2>&1     output to, output at the end of, input from a file; errors; to where output goes\n" +
  "  x=1  $x  ${x:-y}  $(a)         variables; what a prints\n" +
  "  $? $# $1 $@ $$ $!              last status, arguments, process ids of the shell and of the last job\n" +
  "  'x'  \"$x\"  \\x  # x            x without special meaning; only $ has one; the same for one character; a comment\n" +
  "  *  ?  [a-z]                    names of files\n" +
  "  if a; then b; fi    while a; do b; done    for x in a b; do c; done    { a; }\n" +
  "  help                           list the programs and built-ins; each knows --help\n";
