// sort: the lines of all files in order. All are kept in memory.

import { CommandLine, InputFiles, stdout } from "../../lib/console";
import { args } from "../../lib/process";
import { HELP } from "./help";

/** The whole number that `text` begins with, blanks before it skipped; 0 if there is none. */
function numberIn(text: string): i64 {
  let at = 0;
  while (at < text.length && (text.charAt(at) == " " || text.charAt(at) == "\t")) at++;
  const negative = text.charAt(at) == "-";
  if (negative) at++;
  let value: i64 = 0;
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9 || value > i64.MAX_VALUE / 10 - 1) break;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

function byText(a: string, b: string): i32 {
  return a < b ? -1 : i32(a > b);
}

function byNumber(a: string, b: string): i32 {
  const first = numberIn(a);
  const second = numberIn(b);
  return first == second ? byText(a, b) : first < second ? -1 : 1;
}

export function main(): i32 {
  const cli = new CommandLine("sort", "nru", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  const input = new InputFiles(cli);
  const lines: string[] = [];
  while (input.nextFile()) while (input.nextLine()) lines.push(input.line);
  if (cli.has("n")) lines.sort(byNumber);
  else lines.sort(byText);
  if (cli.has("r")) lines.reverse();
  for (let i = 0; i < lines.length && !stdout.error; i++) {
    if (!cli.has("u") || i == 0 || lines[i] != lines[i - 1]) stdout.text(lines[i]).newline();
  }
  return cli.finish();
}
