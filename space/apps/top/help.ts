// The help text of top, and what the shell's `help` shows.
export const SUMMARY = "show what processes do";
export const HELP =
  "usage: top [-n rounds] [-d seconds]\n" +
  "Shows the machine's memory and load, and the busiest processes: processor time in percent, memory, calls and messages a\n" +
  "second; anew every second (-d), for ever or as many rounds as -n says. ^C ends it.\n";
