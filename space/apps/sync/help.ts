// The help text of sync, and what the shell's `help` shows.
export const SUMMARY = "wait until all changes are on their disks";
export const HELP = "usage: sync\n" + "Waits until all changes are on their disks.\n";
