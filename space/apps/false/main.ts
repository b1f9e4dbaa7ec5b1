// false: fails, as `false --help` does.

import { print } from "../../lib/console/print";
import { args } from "../../lib/process/arguments";
import { HELP } from "./help";

export function main(): i32 {
  const argv = args();
  if (argv.length == 2 && argv[1] == "--help") print(HELP);
  return 1;
}
