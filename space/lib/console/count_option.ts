// An old way to give a number of lines that head and tail know besides -n.

/** argv with its first word, where that is -5, as -n 5. */
export function withCount(argv: string[]): string[] {
  const isShort =
    argv.length > 1 &&
    argv[1].length > 1 &&
    argv[1].charAt(0) == "-" &&
    "0123456789".includes(argv[1].charAt(1));
  return isShort
    ? argv
        .slice(0, 1)
        .concat(["-n", argv[1].substring(1)])
        .concat(argv.slice(2))
    : argv;
}
