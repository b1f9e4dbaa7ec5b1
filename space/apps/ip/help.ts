// The help text of ip; its first line's end is what the shell's `help` shows.
export const SUMMARY = "show the network interfaces";
export const HELP =
  "usage: ip [-w]\n" +
  "Shows each interface: state, addresses, gateway, resolvers, what is left of a lease. With -w it waits, ten seconds\n" +
  "at most, until the machine has an address; the exit status is 1 if it gets none.\n";
