// The line being edited: a text and a cursor between its characters. A character is a code point with the marks that join it.

import { columnsOf } from "../../../lib/console";

/** UTF-16 units of one line; what would go beyond is refused. */
const MAX_LINE: i32 = 4096;
const BLANKS = " \t";

export class Line {
  text: string = "";
  /** Units of the text before it. */
  cursor: i32 = 0;
  private killed: string = "";

  /** Replaces everything; the cursor is at its end. */
  set(text: string): void {
    this.text = text.substring(0, MAX_LINE);
    this.cursor = this.text.length;
  }

  /** → false: the line is full */
  insert(text: string): bool {
    if (this.text.length + text.length > MAX_LINE) return false;
    this.text = this.text.substring(0, this.cursor) + text + this.text.substring(this.cursor);
    this.cursor += text.length;
    return true;
  }

  left(): void {
    this.cursor = this.before(this.cursor);
  }
  right(): void {
    this.cursor = this.after(this.cursor);
  }
  home(): void {
    this.cursor = 0;
  }
  end(): void {
    this.cursor = this.text.length;
  }
  wordLeft(): void {
    this.cursor = this.wordStart();
  }
  wordRight(): void {
    let at = this.cursor;
    while (at < this.text.length && this.isBlank(at)) at++;
    while (at < this.text.length && !this.isBlank(at)) at++;
    this.cursor = at;
  }

  eraseLeft(): void {
    this.cut(this.before(this.cursor), this.cursor);
  }
  eraseRight(): void {
    this.cut(this.cursor, this.after(this.cursor));
  }
  killToEnd(): void {
    this.kill(this.cursor, this.text.length);
  }
  killToStart(): void {
    this.kill(0, this.cursor);
  }
  killWord(): void {
    this.kill(this.wordStart(), this.cursor);
  }
  /** Inserts what was killed last. → false: the line is full */
  yank(): bool {
    return this.insert(this.killed);
  }

  private isBlank(at: i32): bool {
    return BLANKS.includes(this.text.charAt(at));
  }

  private wordStart(): i32 {
    let at = this.cursor;
    while (at > 0 && this.isBlank(at - 1)) at--;
    while (at > 0 && !this.isBlank(at - 1)) at--;
    return at;
  }

  private kill(from: i32, to: i32): void {
    if (from < to) this.killed = this.text.substring(from, to);
    this.cut(from, to);
  }

  private cut(from: i32, to: i32): void {
    this.text = this.text.substring(0, from) + this.text.substring(to);
    this.cursor = from;
  }

  private joins(at: i32): bool {
    return at < this.text.length && columnsOf(<u32>this.text.codePointAt(at)) == 0;
  }

  private before(position: i32): i32 {
    let at = position;
    while (at > 0) {
      at--;
      if (
        at > 0 &&
        (this.text.charCodeAt(at) & 0xfc00) == 0xdc00 &&
        (this.text.charCodeAt(at - 1) & 0xfc00) == 0xd800
      )
        at--;
      if (!this.joins(at)) break;
    }
    return at;
  }

  private after(position: i32): i32 {
    let at = position;
    while (at < this.text.length) {
      at += this.text.codePointAt(at) > 0xffff ? 2 : 1;
      if (!this.joins(at)) break;
    }
    return at;
  }
}
