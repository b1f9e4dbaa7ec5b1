// What comes out of the UART, on its way to readers.
//
//   head      committed      tail           a ring of RING_SIZE entries: a byte, or END_OF_FILE
//   | readable |  being edited |            terminal mode: a line becomes readable at its end; plain mode: every byte at once
//
// Terminal mode is the canonical mode of a POSIX terminal: echo, backspace and DEL erase a character, ^W a word, ^U the
// line, CR counts as NL, ^D ends the line without a newline, which on an empty line reads as end of file.
// Raw mode, which a terminal can be put into, hands on bytes as they come and echoes nothing: a line editor's (the shell's).
// Plain mode hands bytes on unchanged. Only ^D is taken out: it ends the input for good, as the host sends it where its
// own input ends (a UART has no other sign for it).

import { Output } from "./output";

const RING_SIZE: u32 = 4096; // a power of two
const END_OF_FILE: u32 = 0x100;
const LINE_END_ROOM: u32 = 1; // entries kept for the end of a line that fills the ring

const BELL: u32 = 0x07;
const BACKSPACE: u32 = 0x08;
const TAB: u32 = 0x09;
const NEWLINE: u32 = 0x0a;
const RETURN: u32 = 0x0d;
const SPACE: u32 = 0x20;
const DELETE: u32 = 0x7f;
const CARET: u32 = 0x5e;
const CONTROL_BIT: u32 = 0x40; // ^A is shown as "^" and 1 + 0x40
const CONTROL_D: u32 = 0x04;
const CONTROL_U: u32 = 0x15;
const CONTROL_W: u32 = 0x17;

export class Input {
  private ring: StaticArray<u16> = new StaticArray<u16>(<i32>RING_SIZE);
  // Positions count up for ever; the ring index is their remainder.
  private head: u32 = 0;
  private committed: u32 = 0;
  private tail: u32 = 0;
  private ended: bool = false; // plain mode: ^D has come
  private raw: bool = false; // terminal: raw mode

  constructor(
    private output: Output,
    private terminal: bool,
  ) {}

  /** Whether a read would get something, be it end of file. */
  get isReadable(): bool {
    return this.committed != this.head || this.ended;
  }

  /** Whether the next byte will be kept. In plain mode the caller leaves bytes in the FIFO until it is so. */
  get hasRoom(): bool {
    return this.tail - this.head < RING_SIZE;
  }

  /** Whether it is a terminal whose lines are edited here. */
  get editsLines(): bool {
    return this.terminal && !this.raw;
  }

  /** Raw mode or back. What was typed so far stays: of a line that is not ended, for the one who reads raw. */
  setRaw(raw: bool): void {
    if (raw) this.committed = this.tail;
    // A line that was typed ahead ended with CR; whoever reads lines looks for NL.
    for (let at = this.head; at != this.tail && !raw; at++)
      if (this.entryAt(at) == RETURN) unchecked((this.ring[at & (RING_SIZE - 1)] = <u16>NEWLINE));
    this.raw = raw;
  }

  /** Forgets everything that was typed and not read. */
  discard(): void {
    this.head = this.committed = this.tail;
  }

  /** Takes a byte from the UART. */
  accept(byte: u32): void {
    if (this.editsLines) this.edit(byte);
    else if (this.raw) this.acceptRaw(byte);
    else if (!this.ended) this.acceptPlain(byte);
  }

  /** Copies what one read of at most `size` bytes gets to `target`: not beyond the end of a line. → bytes; 0 at end of file */
  peek(target: usize, size: u32): u32 {
    let count: u32 = 0;
    for (let at = this.head; at != this.committed && count < size; at++) {
      const entry = this.entryAt(at);
      if (entry == END_OF_FILE) break;
      store<u8>(target + count++, <u8>entry);
      if (entry == NEWLINE && this.editsLines) break;
    }
    return count;
  }

  /** Forgets the `count` bytes that the last peek gave, and an end of file that stands right after them. */
  consume(count: u32): void {
    this.head += count;
    const lineEnded = count > 0 && this.entryAt(this.head - 1) == NEWLINE;
    if (!lineEnded && this.head != this.committed && this.entryAt(this.head) == END_OF_FILE) this.head++;
  }

  private entryAt(position: u32): u32 {
    return unchecked(this.ring[position & (RING_SIZE - 1)]);
  }

  /** Puts an entry at the tail. Only when there is room. */
  private put(entry: u32): void {
    unchecked((this.ring[this.tail & (RING_SIZE - 1)] = <u16>entry));
    this.tail++;
  }

  private acceptPlain(byte: u32): void {
    if (byte == CONTROL_D) {
      this.ended = true;
    } else if (this.hasRoom) {
      this.put(byte);
      this.committed = this.tail;
    }
  }

  /** What does not fit is lost, as the device itself loses what nobody fetches. */
  private acceptRaw(byte: u32): void {
    if (!this.hasRoom) return;
    this.put(byte);
    this.committed = this.tail;
  }

  private edit(byte: u32): void {
    if (byte == BACKSPACE || byte == DELETE) this.eraseCharacter();
    else if (byte == CONTROL_W) this.eraseWord();
    else if (byte == CONTROL_U) while (this.tail != this.committed) this.eraseCharacter();
    else if (byte == RETURN || byte == NEWLINE) this.endLine(NEWLINE);
    else if (byte == CONTROL_D) this.endLine(END_OF_FILE);
    else if (this.tail - this.head + LINE_END_ROOM >= RING_SIZE) this.output.echo(BELL);
    else {
      this.put(byte);
      this.show(byte);
    }
  }

  private endLine(entry: u32): void {
    if (!this.hasRoom) {
      this.output.echo(BELL);
      return;
    }
    this.put(entry);
    this.committed = this.tail;
    if (entry == NEWLINE) this.output.echo(NEWLINE);
  }

  /** Whether `byte` is shown as "^X": a control character other than a tab. */
  private isCaretShown(byte: u32): bool {
    return (byte < SPACE && byte != TAB) || byte == DELETE;
  }

  private show(byte: u32): void {
    if (this.isCaretShown(byte)) {
      this.output.echo(CARET);
      this.output.echo(byte ^ CONTROL_BIT);
    } else {
      // A tab is shown as one space, so that erasing it needs no knowledge of the cursor's column.
      this.output.echo(byte == TAB ? SPACE : byte);
    }
  }

  /** Erases the last character of the line being edited: all bytes of its UTF-8 form. */
  private eraseCharacter(): void {
    if (this.tail == this.committed) return;
    let byte = this.entryAt(--this.tail);
    while ((byte & 0xc0) == 0x80 && this.tail != this.committed) byte = this.entryAt(--this.tail);
    for (let columns = this.isCaretShown(byte) ? 2 : 1; columns > 0; columns--) {
      this.output.echo(BACKSPACE);
      this.output.echo(SPACE);
      this.output.echo(BACKSPACE);
    }
  }

  private isBlankBeforeTail(): bool {
    const byte = this.entryAt(this.tail - 1);
    return byte == SPACE || byte == TAB;
  }

  /** Erases the blanks before the cursor and the word before them. */
  private eraseWord(): void {
    while (this.tail != this.committed && this.isBlankBeforeTail()) this.eraseCharacter();
    while (this.tail != this.committed && !this.isBlankBeforeTail()) this.eraseCharacter();
  }
}
