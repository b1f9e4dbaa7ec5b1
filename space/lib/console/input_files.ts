// The files that a tool's operands name, one after the other, line by line:
//
//   const input = new InputFiles(cli);                     none, and "-": standard input
//   while (input.nextFile()) while (input.nextLine()) … input.name, input.line …
//
// A file that cannot be opened or read is complained of, and the next one is taken.

import { EIO } from "../../../abi/errno";
import { close, open, read, STDIN } from "../fs/file";
import { decodeUtf8 } from "../process/utf8";
import { CommandLine } from "./command_line";

const CHUNK: u32 = 16384; // bytes read at once
/** Bytes of one line; the file with a longer one ends there, with a complaint. */
const MAX_LINE: u32 = 1 << 22;
const NEWLINE: u8 = 0x0a;

export class InputFiles {
  /** The operand, "-" for standard input. */
  name: string = "";
  line: string = "";
  /** Bytes of the line, its newline included. */
  lineBytes: u32 = 0;
  /** Only a file's last line may lack it. */
  hasNewline: bool = false;
  private isEnded: bool = false;
  private operands: string[];
  private index: i32 = 0;
  private fd: i32 = -1;
  private capacity: u32 = CHUNK;
  private buffer: usize = heap.alloc(CHUNK);
  private from: u32 = 0; // bytes of the buffer that are taken …
  private to: u32 = 0; // … and that are there

  /** first: the operand to begin with. */
  constructor(
    private cli: CommandLine,
    first: i32 = 0,
  ) {
    this.operands = cli.operands.slice(first);
    if (this.operands.length == 0) this.operands.push("-");
  }

  /** How many there are. */
  get count(): i32 {
    return this.operands.length;
  }

  /** Goes to the next file that can be opened. → false: there is none */
  nextFile(): bool {
    this.closeFile();
    while (this.index < this.operands.length) {
      this.name = this.operands[this.index++];
      this.fd = this.name == "-" ? STDIN : open(this.name);
      this.from = this.to = 0;
      this.isEnded = false;
      if (this.fd >= 0) return true;
      this.cli.complain(this.name, this.fd);
    }
    return false;
  }

  /** Goes to the next line of the file. → false: there is none */
  nextLine(): bool {
    let looked = this.from;
    while (true) {
      for (; looked < this.to; looked++) {
        if (load<u8>(this.buffer + looked) != NEWLINE) continue;
        this.takeLine(looked, looked + 1);
        return true;
      }
      looked -= this.from;
      if (this.fill()) {
        looked += this.from;
        continue;
      }
      if (this.from == this.to) return false;
      this.takeLine(this.to, this.to);
      return true;
    }
  }

  private takeLine(end: u32, next: u32): void {
    this.line = decodeUtf8(this.buffer + this.from, end - this.from);
    this.lineBytes = next - this.from;
    this.hasNewline = next > end;
    this.from = next;
  }

  /** Reads more behind what is there. → whether there was any */
  private fill(): bool {
    if (this.isEnded || this.fd < 0) return false;
    memory.copy(this.buffer, this.buffer + this.from, this.to - this.from);
    this.to -= this.from;
    this.from = 0;
    if (this.to + CHUNK > this.capacity) {
      this.capacity <<= 1;
      this.buffer = heap.realloc(this.buffer, this.capacity);
    }
    const count = this.to > MAX_LINE ? -EIO : read(this.fd, this.buffer + this.to, CHUNK);
    if (count < 0) this.cli.complain(this.name, count);
    if (count <= 0) this.isEnded = true;
    else this.to += count;
    return count > 0;
  }

  private closeFile(): void {
    if (this.fd > STDIN) close(this.fd);
    this.fd = -1;
  }
}
