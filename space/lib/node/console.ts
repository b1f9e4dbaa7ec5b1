// Output, in the shape of Node's console. Not called `console`: AssemblyScript has one of that name already, bound to an environment
// that is not there. Import it as `import { Console as console }` where you like Node's name.

import { eprintln, println } from "../console/print";

export namespace Console {
  /** One line to standard output. Values are put into it by template: Console.log(`${n} files`). */
  export function log(text: string = ""): void {
    println(text);
  }
  export function info(text: string = ""): void {
    println(text);
  }
  /** One line to standard error. */
  export function error(text: string = ""): void {
    eprintln(text);
  }
  export function warn(text: string = ""): void {
    eprintln(text);
  }
  /** Writes the message to standard error when `condition` does not hold, and goes on, as Node does. */
  export function assert(condition: bool, message: string = "console.assert"): void {
    if (!condition) eprintln(`Assertion failed: ${message}`);
  }
}
