// The help text of netstat; its first line's end is what the shell's `help` shows.
export const SUMMARY = "show sockets and network counters";
export const HELP =
  "usage: netstat [-s]\n" +
  "Lists the open sockets: protocol, bytes waiting to be read, both addresses, TCP's state, the owner's process id.\n" +
  "With -s it shows what the stack has counted.\n";
