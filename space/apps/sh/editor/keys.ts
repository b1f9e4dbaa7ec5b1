// From the bytes that a terminal sends to keys: characters in UTF-8, control characters, and the escape sequences of cursor
// keys as xterm, Linux's console and the VT220 send them (ECMA-48, 5.4: CSI parameters final).

import { read, STDIN } from "../../../lib/fs";
import { decodeUtf8 } from "../../../lib/process";

export enum Key {
  TEXT, // `text`
  CONTROL, // `control`: 1 for ^A … 31; 127 for DEL
  UP,
  DOWN,
  LEFT,
  RIGHT,
  WORD_LEFT,
  WORD_RIGHT,
  HOME,
  END_OF_LINE,
  DELETE,
  SIZE, // the terminal told where its last column is: `columns`
  UNKNOWN,
  CLOSED, // no more input, or `error`
}

const ESCAPE: u32 = 0x1b;
const SPACE: u32 = 0x20;
const DEL: u32 = 0x7f;
const FIRST_FINAL: u32 = 0x40; // CSI sequences end with a byte from here …
const LAST_FINAL: u32 = 0x7e; // … to here
const MAX_PARAMETER: u32 = 9999;
const MAX_UTF8: u32 = 4;

export class KeyReader {
  text: string = "";
  control: u32 = 0;
  columns: i32 = 0;
  error: i32 = 0;
  private bytes: usize = heap.alloc(MAX_UTF8);
  private first: u32 = 0; // parameters of the last sequence
  private second: u32 = 0;

  /** The next key. One byte a read: what follows the line is for whoever reads next. */
  next(): Key {
    const byte = this.readByte();
    if (byte < 0) return Key.CLOSED;
    if (<u32>byte == ESCAPE) return this.readEscape();
    if (<u32>byte < SPACE || <u32>byte == DEL) {
      this.control = <u32>byte;
      return Key.CONTROL;
    }
    return this.readText(<u32>byte);
  }

  private readByte(): i32 {
    const count = read(STDIN, this.bytes, 1);
    if (count == 1) return load<u8>(this.bytes);
    this.error = count;
    return -1;
  }

  private readText(first: u32): Key {
    const length: u32 = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : MAX_UTF8;
    let size: u32 = 1;
    while (size < length && read(STDIN, this.bytes + size, 1) == 1) size++;
    this.text = decodeUtf8(this.bytes, size);
    return Key.TEXT;
  }

  private readEscape(): Key {
    const byte = this.readByte();
    if (byte == 0x5b) return this.readSequence(); // [
    if (byte == 0x4f) return this.finalKey(this.readByte()); // O: application mode
    if (byte == 0x62) return Key.WORD_LEFT; // Alt-b
    if (byte == 0x66) return Key.WORD_RIGHT; // Alt-f
    return byte < 0 ? Key.CLOSED : Key.UNKNOWN;
  }

  private readSequence(): Key {
    this.first = 0;
    this.second = 0;
    let seconds = false;
    while (true) {
      const byte = this.readByte();
      if (byte < 0) return Key.CLOSED;
      if (<u32>byte < SPACE) return Key.UNKNOWN; // no sequence goes on so
      const digit = <u32>byte - 0x30;
      if (digit < 10) {
        if (seconds) this.second = min(this.second * 10 + digit, MAX_PARAMETER);
        else this.first = min(this.first * 10 + digit, MAX_PARAMETER);
      } else if (byte == 0x3b) {
        seconds = true;
      } else if (<u32>byte >= FIRST_FINAL && <u32>byte <= LAST_FINAL) {
        return this.finalKey(byte);
      }
    }
  }

  private finalKey(byte: i32): Key {
    const withModifier = this.second > 1;
    this.columns = <i32>this.second;
    this.second = 0;
    if (byte == 0x41) return Key.UP;
    if (byte == 0x42) return Key.DOWN;
    if (byte == 0x43) return withModifier ? Key.WORD_RIGHT : Key.RIGHT;
    if (byte == 0x44) return withModifier ? Key.WORD_LEFT : Key.LEFT;
    if (byte == 0x48) return Key.HOME;
    if (byte == 0x46) return Key.END_OF_LINE;
    if (byte == 0x52) return Key.SIZE; // R: cursor position report
    if (byte != 0x7e) return byte < 0 ? Key.CLOSED : Key.UNKNOWN; // ~
    if (this.first == 1 || this.first == 7) return Key.HOME;
    if (this.first == 4 || this.first == 8) return Key.END_OF_LINE;
    return this.first == 3 ? Key.DELETE : Key.UNKNOWN;
  }
}
