// The help text of ipcstat, and what the shell's `help` shows.
export const SUMMARY = "list endpoints";
export const HELP =
  "usage: ipcstat\n" +
  "Lists all endpoints: id, state, owner's process id and name, how many messages wait, how many were received.\n";
