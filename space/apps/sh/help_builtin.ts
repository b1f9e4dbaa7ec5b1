// The built-in `help`: the programs in /bin, each with the summary of its help text where the shell knows it, and the built-ins.

import { CommandLine, stdout } from "../../lib/console";
import { DirectoryReader } from "../../lib/fs";
import { builtinNames } from "./builtin_help";
import { HELP } from "./help";
import { summaryOf } from "./summaries";

const PROGRAMS = "/bin";
const NAME_WIDTH: i32 = 12;

/** Prints the list. → status */
export function printHelp(): i32 {
  const cli = new CommandLine("sh", "", HELP, 1);
  const names: string[] = [];
  const reader = new DirectoryReader(PROGRAMS);
  while (reader.next()) if (!reader.isDot) names.push(reader.name);
  reader.close();
  if (reader.error) cli.complain(PROGRAMS, reader.error);
  names.sort((a, b) => (a < b ? -1 : i32(a > b)));
  for (let i = 0; i < names.length; i++) {
    const summary = summaryOf(names[i]);
    stdout.text(summary.length ? names[i].padEnd(NAME_WIDTH) + summary : names[i]).newline();
  }
  stdout.text(`Built-ins: ${builtinNames().join(" ")}\n`);
  stdout.text("Each tells more with --help.\n");
  return cli.finish();
}
