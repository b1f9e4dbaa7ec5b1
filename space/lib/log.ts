// Lines for the kernel's log. The kernel puts "[INFO] <process name>: " before each and shows it on the console.
//
//   logWarn("no boot archive");
//   logLine.text("vfs").text(": error ").number(5).write(LOG_ERROR);      nothing is allocated
//
// A line holds LINE_SIZE bytes; what does not fit is cut off and "..." says so. Control characters become "?", so that
// a name from outside cannot begin a line of its own.

import { SYS_LOG_WRITE } from "../../abi/syscall";
import { syscall } from "./sys";

export const LOG_INFO: u32 = 0;
export const LOG_WARN: u32 = 1;
export const LOG_ERROR: u32 = 2;

const LINE_SIZE: u32 = 240; // bytes
const COUNTER_SIZE: u32 = 4; // of `used`, which stands before them
const CUT_MARK: u32 = 0x2e2e2e; // "..."
const CUT_MARK_SIZE: u32 = 3;
const FIRST_PRINTABLE: u32 = 0x20;
const DELETE: u32 = 0x7f;
const QUESTION_MARK: u32 = 0x3f;
const DIGIT_ZERO: u32 = 0x30;

/** The line that is being put together. There is one, logLine. */
@unmanaged
export class LogLine {
  used: u32;

  /** Appends the text of a literal or string. */
  text(text: string): LogLine {
    for (let i = 0; i < text.length;) {
      const codePoint = <u32>text.codePointAt(i);
      i += codePoint > 0xffff ? 2 : 1;
      this.codePoint(codePoint);
    }
    return this;
  }

  /** Appends `size` bytes of UTF-8. */
  bytes(address: usize, size: u32): LogLine {
    for (let i: u32 = 0; i < size; i++) this.byte(load<u8>(address + i));
    return this;
  }

  /** Appends a decimal number. */
  number(value: i64): LogLine {
    let rest = <u64>value;
    if (value < 0) {
      this.byte(0x2d);
      rest = 0 - rest;
    }
    let unit: u64 = 1;
    while (rest / unit >= 10) unit *= 10;
    for (; unit; unit /= 10) this.byte(DIGIT_ZERO + <u32>((rest / unit) % 10));
    return this;
  }

  /** Writes the line at `level` (LOG_…) and begins an empty one. → bytes written, or -errno of the kernel. */
  write(level: u32): i32 {
    if (this.used > LINE_SIZE) {
      this.used = LINE_SIZE;
      const mark = this.start + LINE_SIZE - CUT_MARK_SIZE;
      store<u16>(mark, <u16>CUT_MARK);
      store<u8>(mark, <u8>(CUT_MARK >> 16), 2);
    }
    const result = <i32>syscall(SYS_LOG_WRITE, level, this.start, this.used, 0, 0, 0);
    this.used = 0;
    return result;
  }

  @inline private get start(): usize {
    return changetype<usize>(this) + COUNTER_SIZE;
  }

  private byte(byte: u32): void {
    if (this.used < LINE_SIZE) {
      const isControl = byte < FIRST_PRINTABLE || byte == DELETE;
      store<u8>(this.start + this.used, <u8>(isControl ? QUESTION_MARK : byte));
    }
    if (this.used <= LINE_SIZE) this.used += 1;
  }

  private codePoint(c: u32): void {
    if (c < 0x80) return this.byte(c);
    if (c < 0x800) {
      this.byte(0xc0 | (c >> 6));
    } else {
      if (c < 0x10000) {
        this.byte(0xe0 | (c >> 12));
      } else {
        this.byte(0xf0 | (c >> 18));
        this.byte(0x80 | ((c >> 12) & 0x3f));
      }
      this.byte(0x80 | ((c >> 6) & 0x3f));
    }
    this.byte(0x80 | (c & 0x3f));
  }
}

export const logLine: LogLine = changetype<LogLine>(memory.data(COUNTER_SIZE + LINE_SIZE, 8));

/** Logs `text` for whoever wonders what the machine does. */
export function logInfo(text: string): void {
  logLine.text(text).write(LOG_INFO);
}

/** Logs `text`: something is not as it should be, and work goes on. */
export function logWarn(text: string): void {
  logLine.text(text).write(LOG_WARN);
}

/** Logs `text`: something failed. */
export function logError(text: string): void {
  logLine.text(text).write(LOG_ERROR);
}
