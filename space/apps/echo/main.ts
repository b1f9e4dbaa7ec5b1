// echo: its words, with a space between two and a newline after the last. Only a first word -n is an option, and --help
// only when it stands alone: everything else is text.

import { CommandLine, stdout } from "../../lib/console";
import { args } from "../../lib/process";
import { HELP } from "./help";

export function main(): i32 {
  const words = args();
  const cli = new CommandLine("echo", "", HELP, 1);
  if (words.length == 2 && words[1] == "--help") {
    cli.parse(words);
    return cli.status;
  }
  const noNewline = words.length > 1 && words[1] == "-n";
  const first = noNewline ? 2 : 1;
  for (let i = first; i < words.length; i++) {
    if (i > first) stdout.text(" ");
    stdout.text(words[i]);
  }
  if (!noNewline) stdout.newline();
  return cli.finish();
}
