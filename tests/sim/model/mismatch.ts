// What the model throws.

/** The kernel and the model disagree. */
export class Mismatch extends Error {}

export function check(condition: boolean, what: () => string): void {
  if (!condition) throw new Mismatch(what());
}
