// The help text of nslookup; its first line's end is what the shell's `help` shows.
export const SUMMARY = "look up a name's addresses";
export const HELP =
  "usage: nslookup name…\n" +
  "Prints the IPv4 addresses of each name, as the machine's resolver tells them.\n";
