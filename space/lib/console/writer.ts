// Buffered text to a descriptor. Nothing is written before flush() or until the buffer is full; programs that end without
// flush() lose what is in it, so println() and main()'s last step do it.

import { STDERR, STDOUT, writeAll } from "../fs/file";
import { encodeUtf8, MAX_BYTES_PER_UNIT } from "../process/utf8";

const BUFFER_SIZE: u32 = 4096; // bytes
const SLICE_UNITS: i32 = 1024; // UTF-16 units encoded at once: at most 3 KiB, which an empty buffer always takes
const MAX_DIGITS: u32 = 64; // of a u64 in base 2
const DIGITS = "0123456789abcdef";

export class Writer {
  /** 0, or the -errno of the first write that failed since the last flush(). What was to follow it is dropped. */
  error: i32 = 0;
  private buffer: usize = 0;
  private used: u32 = 0;

  constructor(private fd: i32) {}

  /** Appends `text`. */
  text(text: string): Writer {
    for (let from = 0; from < text.length;) {
      const to = sliceEnd(text, from);
      const at = this.room(<u32>(to - from) * MAX_BYTES_PER_UNIT);
      this.used += encodeUtf8(text, from, to, at);
      from = to;
    }
    return this;
  }

  /** Appends `value` in `base` (2–16), with zeros or spaces on the left up to `width` characters (at most MAX_DIGITS). */
  number(value: u64, base: u32 = 10, width: u32 = 0, zeros: bool = false): Writer {
    const end = this.room(MAX_DIGITS) + MAX_DIGITS;
    let first = end;
    do {
      store<u8>(--first, <u8>DIGITS.charCodeAt(<i32>(value % base)));
      value /= base;
    } while (value);
    const least = end - min(width, MAX_DIGITS);
    while (first > least) store<u8>(--first, zeros ? 0x30 : 0x20);
    memory.copy(this.buffer + this.used, first, end - first);
    this.used += <u32>(end - first);
    return this;
  }

  /** Appends a newline. */
  newline(): Writer {
    store<u8>(this.room(1), 0x0a);
    this.used++;
    return this;
  }

  /** Writes what is in the buffer. → 0, or the -errno of the first write that failed since the last flush() */
  flush(): i32 {
    this.empty();
    const error = this.error;
    this.error = 0;
    return error;
  }

  private empty(): void {
    if (this.used && !this.error) this.error = writeAll(this.fd, this.buffer, this.used);
    this.used = 0;
  }

  /** Where `size` more bytes (at most BUFFER_SIZE) fit. */
  private room(size: u32): usize {
    if (!this.buffer) this.buffer = heap.alloc(BUFFER_SIZE);
    if (this.used + size > BUFFER_SIZE) this.empty();
    return this.buffer + this.used;
  }
}

/** Where the slice that begins at `from` ends: not between the two units of one character. */
function sliceEnd(text: string, from: i32): i32 {
  const to = from + SLICE_UNITS;
  if (to >= text.length) return text.length;
  return (text.charCodeAt(to - 1) & 0xfc00) == 0xd800 ? to - 1 : to;
}

export const stdout: Writer = new Writer(STDOUT);
export const stderr: Writer = new Writer(STDERR);
