// Shows a line on one row of the terminal. A line that is wider than the row is shown in part, the cursor always in it:
//
//   hnx$ <part of the line that the cursor is in>        `<` and `>`: there is more

import { columnsOf, stdout } from "../../../lib/console";
import { Line } from "./line";

const DEFAULT_COLUMNS: i32 = 80;
const LEAST_COLUMNS: i32 = 8; // for the text, however narrow the terminal says it is
const SPACE: u32 = 0x20;
const DEL: u32 = 0x7f;

/** Asks the terminal for its width: the cursor goes to the far right, tells where that is, and comes back. */
const ASK_COLUMNS = "\x1b7\x1b[999C\x1b[6n\x1b8";
const CLEAR = "\x1b[H\x1b[2J";
const BELL = "\x07";

/** What is shown for code point `c`: ^X for a control character, U+FFFD for a byte that is no character. */
function shown(c: u32): string {
  if (c < SPACE || c == DEL) return "^" + String.fromCharCode(c ^ 0x40);
  if (c >= 0xd800 && c <= 0xdfff) return "\ufffd";
  return String.fromCodePoint(c);
}

function widthOf(c: u32): i32 {
  return c < SPACE || c == DEL ? 2 : columnsOf(c);
}

/** Columns of `text` from unit `from` to unit `to`. */
function columnsBetween(text: string, from: i32, to: i32): i32 {
  let columns = 0;
  for (let at = from; at < to;) {
    const c = <u32>text.codePointAt(at);
    columns += widthOf(c);
    at += c > 0xffff ? 2 : 1;
  }
  return columns;
}

export class Screen {
  private columns: i32 = DEFAULT_COLUMNS;
  private first: i32 = 0; // unit of the line that is shown first

  /** A new line begins. */
  reset(): void {
    this.first = 0;
  }

  askColumns(): void {
    stdout.text(ASK_COLUMNS).flush();
  }

  /** The terminal's answer. */
  setColumns(columns: i32): void {
    if (columns > 1) this.columns = columns;
  }

  ring(): void {
    stdout.text(BELL).flush();
  }

  clear(): void {
    stdout.text(CLEAR).flush();
  }

  /**
   * `text` was inserted at the end of a line that is shown: writes it where the cursor stands, if nothing else changes.
   * → false: the line has to be drawn
   */
  append(prompt: string, line: Line, text: string): bool {
    const room = this.roomBehind(columnsBetween(prompt, 0, prompt.length));
    if (line.cursor != line.text.length || columnsBetween(line.text, 0, line.text.length) >= room)
      return false;
    for (let at = 0; at < text.length;) {
      const c = <u32>text.codePointAt(at);
      stdout.text(shown(c));
      at += c > 0xffff ? 2 : 1;
    }
    stdout.flush();
    return true;
  }

  private roomBehind(promptColumns: i32): i32 {
    return max(this.columns - promptColumns - 1, LEAST_COLUMNS);
  }

  /** Shows prompt and line from the beginning of the row on. */
  draw(prompt: string, line: Line): void {
    const promptColumns = columnsBetween(prompt, 0, prompt.length);
    const room = this.roomBehind(promptColumns);
    this.scroll(line, room);
    stdout.text("\r").text(prompt);
    if (this.first > 0) stdout.text("<");
    this.drawPart(line.text, this.first > 0 ? room - 1 : room);
    stdout.text("\x1b[K\r");
    const before = columnsBetween(line.text, this.first, line.cursor) + promptColumns + i32(this.first > 0);
    if (before > 0) stdout.text("\x1b[").number(before).text("C");
    stdout.flush();
  }

  /** Moves the part that is shown, half a row at a time, so that the cursor is in it. */
  private scroll(line: Line, room: i32): void {
    if (line.cursor <= this.first) this.first = this.unitsBack(line.text, line.cursor, room >> 1);
    const total = columnsBetween(line.text, 0, line.text.length);
    if (total < room) this.first = 0;
    else if (columnsBetween(line.text, this.first, line.cursor) > room - 2)
      this.first = this.unitsBack(line.text, line.cursor, room >> 1);
  }

  /** The unit that is about `columns` columns before unit `from`. */
  private unitsBack(text: string, from: i32, columns: i32): i32 {
    let at = from;
    for (let left = columns; at > 0 && left > 0;) {
      at--;
      if (at > 0 && (text.charCodeAt(at) & 0xfc00) == 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) == 0xd800)
        at--;
      left -= widthOf(<u32>text.codePointAt(at));
    }
    return at;
  }

  private drawPart(text: string, room: i32): void {
    let left = room;
    const fits = columnsBetween(text, this.first, text.length) <= room;
    if (!fits) left--;
    for (let at = this.first; at < text.length;) {
      const c = <u32>text.codePointAt(at);
      left -= widthOf(c);
      if (left < 0) break;
      stdout.text(shown(c));
      at += c > 0xffff ? 2 : 1;
    }
    if (!fits) stdout.text(">");
  }
}
