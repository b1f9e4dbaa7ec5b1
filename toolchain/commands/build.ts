// `hnx build [module…]`: compiles what has changed.

import { build } from "../pipeline/build.ts";
import { handledByHelp } from "./usage.ts";

const HELP = `usage: hnx build [MODULE…]

Compiles what has changed: the kernel, every program and the initrds, or only the modules named.
`;

/** Builds the named modules, or everything. */
export async function buildCommand(args: string[]): Promise<number> {
  if (handledByHelp(args, HELP, true)) return 0;
  await build(args);
  return 0;
}
