// The help text of ps, and what the shell's `help` shows.
export const SUMMARY = "list processes";
export const HELP =
  "usage: ps\n" +
  "Lists all processes: id, parent's id, state (R runs or could, C waits for a service, W for a message or a time,\n" +
  "P for a child, B is being built, Z is dead), priority, processor time, memory in KiB, calls made, messages received, name.\n";
