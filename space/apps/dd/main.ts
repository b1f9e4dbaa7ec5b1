// dd: copies parts of files, and says how much on standard error.

import { CommandLine, eprintln, parseSize } from "../../lib/console";
import {
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  SEEK_SET,
  STDIN,
  STDOUT,
  close,
  lseek,
  open,
  readAll,
  writeAll,
} from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

const DEFAULT_BLOCK_BYTES: i64 = 512;
const MAX_BLOCK_BYTES: i64 = 16 << 20;

class Copy {
  input: string = "";
  output: string = "";
  blockBytes: i64 = DEFAULT_BLOCK_BYTES;
  count: i64 = i64.MAX_VALUE;
  skip: i64 = 0;
  seek: i64 = 0;
  truncates: bool = true;

  /** Takes one operand in. false: it is none of ours */
  take(operand: string): bool {
    const at = operand.indexOf("=");
    const name = operand.substring(0, at);
    const value = operand.substring(at + 1);
    if (name == "if") this.input = value;
    else if (name == "of") this.output = value;
    else if (name == "conv") {
      this.truncates = false;
      return value == "notrunc";
    } else return this.takeNumber(name, parseSize(value));
    return value.length > 0;
  }

  private takeNumber(name: string, value: i64): bool {
    if (value < 0) return false;
    if (name == "bs") {
      this.blockBytes = value;
      return value > 0 && value <= MAX_BLOCK_BYTES;
    }
    if (name == "count") this.count = value;
    else if (name == "skip") this.skip = value;
    else if (name == "seek") this.seek = value;
    else return false;
    return value <= i64.MAX_VALUE / MAX_BLOCK_BYTES;
  }

  /** Copies. → what failed, or "" */
  private copy(cli: CommandLine, source: i32, target: i32): void {
    const size = <u32>this.blockBytes;
    const buffer = heap.alloc(size);
    let total: u64 = 0;
    let error: i64 = this.skip ? min<i64>(lseek(source, this.skip * this.blockBytes, SEEK_SET), 0) : 0;
    if (error) return cli.complain(this.input, <i32>error);
    if (this.seek) error = min<i64>(lseek(target, this.seek * this.blockBytes, SEEK_SET), 0);
    if (error) return cli.complain(this.output, <i32>error);
    for (let i: i64 = 0; i < this.count; i++) {
      const count = readAll(source, buffer, size);
      if (count < 0) cli.complain(this.input, count);
      if (count <= 0) break;
      const failure = writeAll(target, buffer, count);
      if (failure) {
        cli.complain(this.output, failure);
        break;
      }
      total += count;
      if (<u32>count < size) break;
    }
    eprintln(`${total} bytes copied`);
  }

  /** Opens, copies, closes. */
  run(cli: CommandLine): void {
    const source = this.input.length ? open(this.input) : STDIN;
    if (source < 0) return cli.complain(this.input, source);
    const flags = O_WRONLY | O_CREAT | (this.truncates && !this.seek ? O_TRUNC : 0);
    const target = this.output.length ? open(this.output, flags) : STDOUT;
    if (target < 0) cli.complain(this.output, target);
    else this.copy(cli, source, target);
    if (target > STDOUT) close(target);
    if (source != STDIN) close(source);
  }
}

export function main(): i32 {
  const cli = new CommandLine("dd", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  const copy = new Copy();
  for (let i = 0; i < cli.operands.length; i++) {
    if (copy.take(cli.operands[i])) continue;
    cli.refuse(`${cli.operands[i]} is not understood`);
    return cli.status;
  }
  copy.run(cli);
  return cli.finish();
}
