// The help text of uptime, and what the shell's `help` shows.
export const SUMMARY = "tell how long the machine is up";
export const HELP = "usage: uptime\n" + "Prints the time since boot, and how many processes there are.\n";
