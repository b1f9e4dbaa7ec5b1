// Lines of standard input, as bytes until the newline. One byte a read: what follows the line belongs to the command
// that the line starts.

import { E2BIG } from "../../../abi/errno";
import { read, STDIN } from "../../lib/fs";
import { decodeUtf8 } from "../../lib/process";

const MAX_LINE: u32 = 65536; // bytes
const NEWLINE: u8 = 0x0a;

export class LineReader {
  /** The line without its newline, after next() gave true. */
  line: string = "";
  /** 0, or the -errno that ended the input (-E2BIG: a line longer than MAX_LINE). */
  error: i32 = 0;
  private buffer: usize = heap.alloc(MAX_LINE);

  /** Reads the next line; the last one may lack its newline. → false at the end of the input */
  next(): bool {
    let size: u32 = 0;
    while (size < MAX_LINE) {
      const count = read(STDIN, this.buffer + size, 1);
      if (count < 0) this.error = count;
      if (count < 0 || (count == 0 && size == 0)) return false;
      if (count == 0 || load<u8>(this.buffer + size) == NEWLINE) {
        this.line = decodeUtf8(this.buffer, size);
        return true;
      }
      size++;
    }
    this.error = -E2BIG;
    return false;
  }
}
