// crash: fails in the way that its operand names. For tests of the kernel's reports, and for the curious.

import { CommandLine } from "../../lib/console";
import { args } from "../../lib/process";
import { crashDivide, crashFloat, crashUnreachable, crashWildSyscall } from "./execution";
import { HELP } from "./help";
import {
  crashExecData,
  crashFar,
  crashKernelWrite,
  crashNull,
  crashOob,
  crashStack,
  crashWrap,
} from "./memory";
import { crashSpin, spinKill } from "./spin";

/** A way to fail. Reached only through this table, so that every one stays a function of its own in crash reports. */
class Kind {
  constructor(
    public name: string,
    public run: () => i32,
  ) {}
}

const KINDS: Kind[] = [
  new Kind("null", crashNull),
  new Kind("oob", crashOob),
  new Kind("far", crashFar),
  new Kind("wrap", crashWrap),
  new Kind("kernel-write", crashKernelWrite),
  new Kind("exec-data", crashExecData),
  new Kind("stack", crashStack),
  new Kind("wild-syscall", crashWildSyscall),
  new Kind("float", crashFloat),
  new Kind("divide", crashDivide),
  new Kind("unreachable", crashUnreachable),
  new Kind("spin", crashSpin),
  new Kind("spin-kill", spinKill),
];

const EXIT_KIND = "exit";
const MAX_STATUS: i32 = 255;

/** The number that `text` writes in decimal, up to MAX_STATUS; otherwise -1. */
function parseStatus(text: string): i32 {
  let value = text.length ? 0 : -1;
  for (let i = 0; i < text.length && value >= 0; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    value = digit >= 0 && digit <= 9 && value <= MAX_STATUS ? value * 10 + digit : -1;
  }
  return value <= MAX_STATUS ? value : -1;
}

function refuse(cli: CommandLine, message: string): i32 {
  cli.refuse(message);
  return cli.status;
}

export function main(): i32 {
  const cli = new CommandLine("crash", "", HELP, 2);
  if (!cli.parse(args())) return cli.status;
  const operands = cli.operands;
  if (operands.length == 0) return refuse(cli, "missing operand");
  const isExit = operands[0] == EXIT_KIND;
  const expected = isExit ? 2 : 1;
  if (operands.length < expected) return refuse(cli, "exit: missing status");
  if (operands.length > expected) return refuse(cli, `unexpected operand ${operands[expected]}`);
  if (isExit) {
    const status = parseStatus(operands[1]);
    return status >= 0 ? status : refuse(cli, `exit: ${operands[1]}: not a number from 0 to 255`);
  }
  for (let i = 0; i < KINDS.length; i++) {
    if (KINDS[i].name == operands[0]) return KINDS[i].run();
  }
  return refuse(cli, `unknown kind ${operands[0]}`);
}
