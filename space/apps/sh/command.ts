// A command text as parser.ts understands it, and as run.ts and its neighbours walk it.
//
//   a && b | c > f; d &      LIST( AND( SIMPLE a, PIPELINE( SIMPLE b, SIMPLE c [> f] ) ), SIMPLE d (background) )
//
// Words are kept as they were written, quotes included: what they become is known only when the command runs (expand.ts).

export const REDIRECT_INPUT: i32 = 0;
export const REDIRECT_OUTPUT: i32 = 1;
export const REDIRECT_APPEND: i32 = 2;
export const REDIRECT_COPY: i32 = 3; // n>&m, n<&m; `target` is the number, or "-" for none

export class Redirection {
  /** kind: REDIRECT_…; descriptor: 0–9, as written or the kind's own (0 or 1); target: a word, not yet expanded */
  constructor(
    public kind: i32,
    public descriptor: i32,
    public target: string,
  ) {}
}

export enum Kind {
  SIMPLE,
  PIPELINE, // parts: two or more commands
  NOT, // parts: one
  AND, // parts: two
  OR, // parts: two
  LIST, // parts: any number, one after the other
  IF, // parts: condition, list [, condition, list]… [, list]
  WHILE, // parts: condition, list
  UNTIL,
  FOR, // words: what to go through, `name`: the variable; parts: list
  CASE, // words: the one to look at; patterns: those of each of the parts, which are lists
  SUBSHELL, // parts: a list, whose text a shell of its own is given
}

export class Command {
  /** Of SIMPLE the program's name and its arguments; of FOR the words to go through. */
  words: string[] = [];
  /** NAME=value, before the words. */
  assignments: string[] = [];
  /** In the order in which they are to be done. */
  redirections: Redirection[] = [];
  parts: Command[] = [];
  /** Of CASE. */
  patterns: string[][] = [];
  /** Of FOR. */
  name: string = "";
  /** Of FOR: no `in`, so the shell's arguments are gone through. */
  overArguments: bool = false;
  /** As it was written, without redirections behind a compound command: for a shell of its own, and for `jobs`. */
  text: string = "";
  /** `&` follows. */
  background: bool = false;

  constructor(public kind: Kind) {}
}
