// seq: numbers.

import { CommandLine, stdout } from "../../lib/console";
import { args } from "../../lib/process";
import { HELP } from "./help";

const MAX_DIGITS: i32 = 18; // all that an i64 surely holds

let isNumber: bool = true;

function numberIn(text: string): i64 {
  const negative = text.startsWith("-");
  const digits = negative ? text.substring(1) : text;
  let value: i64 = 0;
  if (digits.length == 0 || digits.length > MAX_DIGITS) isNumber = false;
  for (let i = 0; i < digits.length && isNumber; i++) {
    const digit = digits.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) isNumber = false;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

function writeNumber(value: i64): void {
  if (value < 0) stdout.text("-").number(-value);
  else stdout.number(value);
  stdout.newline();
}

export function main(): i32 {
  const words = args();
  const cli = new CommandLine("seq", "", HELP, 1);
  // Negative numbers are no options.
  const isHelp =
    words.length > 1 &&
    words[1].startsWith("-") &&
    !(words[1].length > 1 && "0123456789".includes(words[1].charAt(1)));
  if (isHelp && !cli.parse(words)) return cli.status;
  const numbers = words.slice(1);
  if (numbers.length < 1 || numbers.length > 3) {
    cli.refuse(numbers.length ? `unexpected operand ${numbers[3]}` : "missing operand");
    return cli.status;
  }
  const values: i64[] = [];
  for (let i = 0; i < numbers.length; i++) {
    values.push(numberIn(numbers[i]));
    if (isNumber) continue;
    cli.refuse(`${numbers[i]}: not a number`);
    return cli.status;
  }
  const first = values.length > 1 ? values[0] : 1;
  const step = values.length > 2 ? values[1] : 1;
  const last = values[values.length - 1];
  if (step == 0) {
    cli.refuse("the step is 0");
    return cli.status;
  }
  for (let value = first; step > 0 ? value <= last : value >= last; value += step) {
    if (stdout.error) break;
    writeNumber(value);
  }
  return cli.finish();
}
