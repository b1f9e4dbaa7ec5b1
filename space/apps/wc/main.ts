// wc: newlines, words and bytes.

import { CommandLine, InputFiles, stdout } from "../../lib/console";
import { args } from "../../lib/process";
import { HELP } from "./help";

const WIDTH: u32 = 8;

class Counts {
  lines: u64 = 0;
  words: u64 = 0;
  bytes: u64 = 0;

  add(other: Counts): void {
    this.lines += other.lines;
    this.words += other.words;
    this.bytes += other.bytes;
  }
}

function isBlank(c: i32): bool {
  return c == 0x20 || (c >= 9 && c <= 13);
}

function wordsIn(text: string): u32 {
  let words: u32 = 0;
  for (let i = 0; i < text.length; i++) {
    if (!isBlank(text.charCodeAt(i)) && (i == 0 || isBlank(text.charCodeAt(i - 1)))) words++;
  }
  return words;
}

function countFile(input: InputFiles): Counts {
  const counts = new Counts();
  while (input.nextLine()) {
    if (input.hasNewline) counts.lines++;
    counts.words += wordsIn(input.line);
    counts.bytes += input.lineBytes;
  }
  return counts;
}

class Printer {
  private all: bool;

  constructor(
    private cli: CommandLine,
    private width: u32,
  ) {
    this.all = !cli.has("l") && !cli.has("w") && !cli.has("c");
  }

  print(counts: Counts, name: string): void {
    let first = true;
    if (this.all || this.cli.has("l")) first = this.column(counts.lines, first);
    if (this.all || this.cli.has("w")) first = this.column(counts.words, first);
    if (this.all || this.cli.has("c")) this.column(counts.bytes, first);
    if (name != "-") stdout.text(" ").text(name);
    stdout.newline();
  }

  private column(value: u64, first: bool): bool {
    if (!first) stdout.text(" ");
    stdout.number(value, 10, this.width);
    return false;
  }
}

export function main(): i32 {
  const cli = new CommandLine("wc", "lwc", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  const input = new InputFiles(cli);
  const single = i32(cli.has("l")) + i32(cli.has("w")) + i32(cli.has("c")) == 1 && input.count == 1;
  const printer = new Printer(cli, single ? 0 : WIDTH);
  const total = new Counts();
  while (input.nextFile()) {
    const counts = countFile(input);
    total.add(counts);
    printer.print(counts, input.name);
  }
  if (input.count > 1) printer.print(total, "total");
  return cli.finish();
}
