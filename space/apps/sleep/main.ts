// sleep: waits.

import { CommandLine } from "../../lib/console";
import { args, sleep_ns } from "../../lib/process";
import { HELP } from "./help";

const NS_PER_SECOND: i64 = 1_000_000_000;
const MAX_SECONDS: i64 = 1 << 32;
const FRACTION_DIGITS: i32 = 9;

/** Nanoseconds that "1.5", "2m", "1h" say, or -1. */
function durationOf(text: string): i64 {
  const unit = text.length ? text.charAt(text.length - 1) : "";
  const factor: i64 = unit == "m" ? 60 : unit == "h" ? 3600 : 1;
  const digits = unit.length && "smh".includes(unit) ? text.substring(0, text.length - 1) : text;
  const point = digits.indexOf(".");
  const whole = point < 0 ? digits : digits.substring(0, point);
  const fraction = point < 0 ? "" : digits.substring(point + 1);
  if (whole.length + fraction.length == 0 || fraction.length > FRACTION_DIGITS) return -1;
  const seconds = whole.length ? numberIn(whole) : 0;
  const nanoseconds = fraction.length ? numberIn(fraction.padEnd(FRACTION_DIGITS, "0")) : 0;
  if (seconds < 0 || nanoseconds < 0 || seconds > MAX_SECONDS / factor) return -1;
  return (seconds * NS_PER_SECOND + nanoseconds) * factor;
}

function numberIn(digits: string): i64 {
  let value: i64 = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
    if (value > MAX_SECONDS) return -1;
  }
  return value;
}

export function main(): i32 {
  const cli = new CommandLine("sleep", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0) {
    cli.refuse("missing operand");
    return cli.status;
  }
  let total_ns: i64 = 0;
  for (let i = 0; i < cli.operands.length; i++) {
    const duration_ns = durationOf(cli.operands[i]);
    if (duration_ns < 0) {
      cli.refuse(`${cli.operands[i]}: not a time`);
      return cli.status;
    }
    total_ns += duration_ns;
  }
  sleep_ns(total_ns);
  return 0;
}
