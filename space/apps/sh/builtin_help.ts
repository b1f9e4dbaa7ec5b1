// What each built-in says of itself with --help.

const NAMES: string[] = [
  ":",
  "[",
  ".",
  "break",
  "cd",
  "continue",
  "eval",
  "exit",
  "export",
  "fg",
  "help",
  "jobs",
  "kill",
  "pwd",
  "read",
  "set",
  "shift",
  "source",
  "test",
  "unset",
  "wait",
];

const TEXTS: string[] = [
  "usage: :\nDoes nothing, well.\n",
  "usage: [ condition ]\nAs test, with a bracket at the end.\n",
  "usage: . file [argument…]\nRuns the commands in file in this shell.\n",
  "usage: break [n]\nLeaves n loops, one without n.\n",
  "usage: cd [directory]\nMakes directory ($HOME, or /) the current one; - is the one before, $OLDPWD.\n",
  "usage: continue [n]\nGoes on with the next round of the n-th loop around it.\n",
  "usage: eval [text…]\nRuns the texts, with blanks between them, as commands of this shell.\n",
  "usage: exit [n]\nEnds the shell with status n, or that of the last command.\n",
  "usage: export [name[=value]…]\nMakes variables part of the environment of what is started; without names, lists those.\n",
  "usage: fg [%n]\nWaits for job n, or the last one, as if it had been started without `&'. ^C ends it.\n",
  "usage: help\nLists the programs and the built-ins.\n",
  "usage: jobs\nLists what runs in the background.\n",
  "usage: kill [-INT|-QUIT|-KILL|-TERM] (pid | name | %job)…\n" +
    "Ends processes that were started from this shell (TERM without an option), with all that they have started.\n" +
    "  -0  only asks whether it could\n" +
    "Services are stopped with svc.\n",
  "usage: pwd\nPrints the current directory.\n",
  "usage: read name…\nReads a line of standard input, cuts it at blanks, and gives each name a word; the last one the rest.\n",
  "usage: set [-- argument…]\nSets $1, $2 …; without arguments lists all variables.\n",
  "usage: shift [n]\nDrops the first n arguments, one without n.\n",
  "usage: source file [argument…]\nRuns the commands in file in this shell.\n",
  "usage: test condition\n" +
    "Status 0 if the condition holds, 1 if not, 2 if it is none:\n" +
    "  text  -n text  -z text  a = b  a != b      text not empty; empty; the same; not the same\n" +
    "  a -eq b  -ne -lt -le -gt -ge               numbers\n" +
    "  -e path  -f -d -s -x -L                    there is such a path; a file; a directory; one not empty; executable; a link\n" +
    "  ! condition\n",
  "usage: unset name…\nForgets variables.\n",
  "usage: wait [%n | pid]\nWaits for a job, or for all.\n",
];

export function builtinNames(): string[] {
  return NAMES;
}

export function builtinHelp(name: string): string {
  const at = NAMES.indexOf(name);
  return at < 0 ? "" : TEXTS[at];
}
