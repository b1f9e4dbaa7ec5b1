// The help text of nc; its first line's end is what the shell's `help` shows.
export const SUMMARY = "connect standard input and output to a TCP connection";
export const HELP =
  "usage: nc [-n] host port\n" +
  "       nc -l [-n] port\n" +
  "Connects to a host's port, or with -l waits for one connection to a port, sends what it reads from standard input, and\n" +
  "prints what comes. The end of the input is the end of what is sent, and nc ends when the other side does. With -n\n" +
  "nothing is read. The exit status is 1 when the connection fails or breaks.\n";
