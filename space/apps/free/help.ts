// The help text of free, and what the shell's `help` shows.
export const SUMMARY = "show what of the system's tables is in use";
export const HELP =
  "usage: free\n" +
  'Prints one "name value" a line: page frames of 4 KiB, and what processes, endpoints, memory objects and open\n' +
  "file handles there are. free itself counts: it is one process, with the descriptors it inherited.\n";
