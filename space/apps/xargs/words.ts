// The words of standard input: separated by blanks and newlines, kept together by quotes, a backslash before one character.

import { read, STDIN } from "../../lib/fs";
import { decodeUtf8 } from "../../lib/process";

const CHUNK: u32 = 4096; // bytes read at once
const MAX_WORD: u32 = 4096; // bytes; a longer one is an error

export class WordReader {
  word: string = "";
  /** "" or what ended the words. */
  error: string = "";
  private chunk: usize = heap.alloc(CHUNK);
  private from: i32 = 0;
  private to: i32 = 0;
  private bytes: usize = heap.alloc(MAX_WORD);
  private size: u32 = 0;

  /** Goes to the next word. → false at the end, and when `error` is set */
  next(): bool {
    let quote: i32 = 0;
    let started = false;
    this.size = 0;
    while (!this.error.length) {
      const c = this.readByte();
      if (c < 0) {
        if (quote) this.error = "unterminated quote";
        break;
      }
      if (quote) {
        if (c == quote) quote = 0;
        else this.put(c);
      } else if (c == 0x20 || c == 0x09 || c == 0x0a) {
        if (started) break;
      } else {
        started = true;
        if (c == 0x27 || c == 0x22) quote = c;
        else this.put(c == 0x5c ? max(this.readByte(), 0) : c);
      }
    }
    this.word = decodeUtf8(this.bytes, this.size);
    return started && !this.error.length;
  }

  private put(c: i32): void {
    if (this.size == MAX_WORD) this.error = "word too long";
    else store<u8>(this.bytes + this.size++, <u8>c);
  }

  /** → -1 at the end */
  private readByte(): i32 {
    if (this.from == this.to) {
      this.from = 0;
      this.to = read(STDIN, this.chunk, CHUNK);
      if (this.to <= 0) {
        this.to = 0;
        return -1;
      }
    }
    return load<u8>(this.chunk + this.from++);
  }
}
