// The command lines of the simple commands: `--help`, or plain arguments without options.

import { Failure } from "../common/failure.ts";
import { EXIT_USAGE } from "../common/options.ts";

/**
 * Prints `help` and returns true when it is asked for. Throws a Failure for an option, and for arguments where the
 * command takes none.
 */
export function handledByHelp(args: readonly string[], help: string, takesArguments = false): boolean {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(help);
    return true;
  }
  const wrong = args.find((arg) => arg.startsWith("-") || !takesArguments);
  if (wrong !== undefined) throw new Failure(`unexpected argument "${wrong}"\n${help}`, EXIT_USAGE);
  return false;
}
