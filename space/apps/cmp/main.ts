// cmp: where two files first differ, bytes and lines counted from 1.

import { CommandLine, println } from "../../lib/console";
import { READ_SIZE, close, open, readAll } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

const OPERANDS: i32 = 2;
const FAILED: i32 = 2;
const NEWLINE: u8 = 0x0a;

const first: usize = heap.alloc(READ_SIZE);
const second: usize = heap.alloc(READ_SIZE);

/** Compares two open files. → status */
function compare(cli: CommandLine, a: i32, b: i32): i32 {
  let byte: u64 = 1;
  let line: u64 = 1;
  while (true) {
    const sizeA = readAll(a, first, READ_SIZE);
    const sizeB = readAll(b, second, READ_SIZE);
    if (sizeA < 0 || sizeB < 0) {
      cli.complain(cli.operands[sizeA < 0 ? 0 : 1], min(sizeA, sizeB));
      return FAILED;
    }
    const common = min(sizeA, sizeB);
    for (let i = 0; i < common; i++, byte++) {
      if (load<u8>(first + i) != load<u8>(second + i)) {
        println(`${cli.operands[0]} ${cli.operands[1]} differ: byte ${byte}, line ${line}`);
        return 1;
      }
      if (load<u8>(first + i) == NEWLINE) line++;
    }
    if (sizeA != sizeB) {
      println(`${cli.operands[sizeA < sizeB ? 0 : 1]} ends after byte ${byte - 1}`);
      return 1;
    }
    if (common == 0) return 0;
  }
}

export function main(): i32 {
  const cli = new CommandLine("cmp", "", HELP, FAILED);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length != OPERANDS) {
    cli.refuse(cli.operands.length > OPERANDS ? "too many operands" : "missing operand");
    return cli.status;
  }
  const a = open(cli.operands[0]);
  const b = open(cli.operands[1]);
  if (a < 0) cli.complain(cli.operands[0], a);
  if (b < 0) cli.complain(cli.operands[1], b);
  const status = a < 0 || b < 0 ? FAILED : compare(cli, a, b);
  if (a >= 0) close(a);
  if (b >= 0) close(b);
  return status;
}
