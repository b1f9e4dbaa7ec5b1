// The help text of ping; its first line's end is what the shell's `help` shows.
export const SUMMARY = "ask a host whether it is there";
export const HELP =
  "usage: ping host [count]\n" +
  "Sends ICMP echo requests, four or as many as said, and shows how long each reply took. The exit status is 1 when\n" +
  "no reply came.\n";
