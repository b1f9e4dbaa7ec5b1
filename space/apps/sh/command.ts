// One simple command as parser.ts makes it and runner.ts runs it:   word word …  [n]> file  [n]>> file  [n]< file

export const REDIRECT_INPUT: i32 = 0;
export const REDIRECT_OUTPUT: i32 = 1;
export const REDIRECT_APPEND: i32 = 2;

export class Redirection {
  /** kind: REDIRECT_…; descriptor: 0–9, as written or the kind's own (0 or 1) */
  constructor(
    public kind: i32,
    public descriptor: i32,
    public path: string,
  ) {}
}

export class Command {
  /** The program's name and its arguments; empty for redirections alone. */
  words: string[] = [];
  /** In the order in which they are to be done. */
  redirections: Redirection[] = [];
}
