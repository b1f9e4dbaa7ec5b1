// date: the time.

import { SYS_WALL_CLOCK } from "../../../abi/syscall";
import { CommandLine, stdout } from "../../lib/console";
import { args } from "../../lib/process";
import { syscall } from "../../lib/sys";
import { CalendarTime } from "./calendar";
import { HELP } from "./help";

const NS_PER_SECOND: i64 = 1_000_000_000;
const WEEKDAYS: string[] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: string[] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function two(value: i32): string {
  return value.toString().padStart(2, "0");
}

export function main(): i32 {
  const cli = new CommandLine("date", "sui", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length) {
    cli.refuse(`unexpected operand ${cli.operands[0]}`);
    return cli.status;
  }
  const now_ns = syscall(SYS_WALL_CLOCK, 0, 0, 0, 0, 0, 0);
  if (now_ns < 0) {
    cli.complain("real-time clock", <i32>now_ns);
    return cli.status;
  }
  const seconds = now_ns / NS_PER_SECOND;
  const t = new CalendarTime(seconds);
  const clock = `${two(t.hour)}:${two(t.minute)}:${two(t.second)}`;
  if (cli.has("s")) stdout.text(seconds.toString());
  else if (cli.has("i")) stdout.text(`${t.year}-${two(t.month)}-${two(t.day)}T${clock}Z`);
  else
    stdout.text(
      `${WEEKDAYS[t.weekday]} ${MONTHS[t.month - 1]} ${t.day.toString().padStart(2)} ${clock} UTC ${t.year}`,
    );
  stdout.newline();
  return cli.finish();
}
