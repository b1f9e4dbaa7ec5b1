// The help text of wget; its first line's end is what the shell's `help` shows.
export const SUMMARY = "fetch a file over HTTP";
export const HELP =
  "usage: wget [-q] http://host[:port]/path [file]\n" +
  'Fetches the file and writes it to the one named, to the last part of the path, or to standard output for "-".\n' +
  "With -q it does not say how much it fetched.\n";
