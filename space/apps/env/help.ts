// The help text of env, and what the shell's `help` shows.
export const SUMMARY = "print the environment, or change it for a command";
export const HELP =
  "usage: env [-i] [name=value…] [command [argument…]]\n" +
  "Runs command with these variables added to its environment; without a command prints the environment.\n" +
  "  -i  begin with an empty one\n";
