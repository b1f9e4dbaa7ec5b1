// The kernel's log in the model: not its text, but that its reader hears of every line.

import { notify } from "./cancel.ts";
import type { Model } from "./model.ts";
import { NOTIFY } from "./words.ts";

/** A line was logged. */
export function announce(m: Model): void {
  const reader = m.find(m.logReader);
  if (reader?.alive) notify(m, reader, NOTIFY.LOG);
}
