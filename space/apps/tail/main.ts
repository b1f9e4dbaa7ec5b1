// tail: the last lines of files, kept in a ring while the file is read; or all from a line on.

import { CommandLine, InputFiles, stdout, withCount } from "../../lib/console";
import { args } from "../../lib/process";
import { HELP } from "./help";

const DEFAULT_COUNT: i32 = 10;
const MAX_KEPT: i32 = 1 << 20; // lines

function printLast(input: InputFiles, count: i32): void {
  const kept: string[] = [];
  let next = 0; // where in the ring the next line goes
  while (input.nextLine()) {
    if (kept.length < count) kept.push(input.line);
    else if (count > 0) kept[next] = input.line;
    next = next + 1 < count ? next + 1 : 0;
  }
  const first = kept.length == count ? next : 0;
  for (let i = 0; i < kept.length; i++) stdout.text(kept[(first + i) % kept.length]).newline();
}

function printFrom(input: InputFiles, first: i32): void {
  for (let number = 1; input.nextLine() && !stdout.error; number++)
    if (number >= first) stdout.text(input.line).newline();
}

export function main(): i32 {
  const cli = new CommandLine("tail", "n:", HELP, 1);
  const argv = withCount(args());
  let fromStart = false;
  for (let i = 1; i < argv.length; i++) {
    if (argv[i - 1] != "-n" || !argv[i].startsWith("+")) continue;
    argv[i] = argv[i].substring(1);
    fromStart = true;
  }
  if (!cli.parse(argv)) return cli.status;
  const count = cli.numberOf("n", DEFAULT_COUNT);
  if (count < 0) return cli.status;
  const input = new InputFiles(cli);
  for (let first = true; input.nextFile(); first = false) {
    if (input.count > 1)
      stdout
        .text(first ? "" : "\n")
        .text(`==> ${input.name} <==`)
        .newline();
    if (fromStart) printFrom(input, count);
    else printLast(input, min(count, MAX_KEPT));
  }
  return cli.finish();
}
