// Text to standard output and standard error, at once: one write a call. For many lines in a row use stdout.text(…) and
// flush at the end. Results are 0 or the -errno of the write that failed.

import { stderr, stdout } from "./writer";

/** Writes `text`. */
export function print(text: string): i32 {
  return stdout.text(text).flush();
}

/** Writes `text` and a newline. */
export function println(text: string = ""): i32 {
  return stdout.text(text).newline().flush();
}

/** Writes `text` to standard error, after what waits for standard output, so that they stay in order on a terminal. */
export function eprint(text: string): i32 {
  stdout.flush();
  return stderr.text(text).flush();
}

/** Writes `text` and a newline to standard error. */
export function eprintln(text: string): i32 {
  stdout.flush();
  return stderr.text(text).newline().flush();
}
