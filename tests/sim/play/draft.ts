// A system call before it is made: what the action chose, the rest is filled in by chance or with zeros.

import type { Grant, Window } from "../model/state.ts";

export interface Draft {
  number: number;
  /** x0 and following; missing ones are zero. */
  x?: bigint[];
  grant?: Grant;
  windows?: Window[];
  timeout?: bigint;
}
