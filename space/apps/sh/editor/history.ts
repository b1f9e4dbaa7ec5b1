// The lines that were entered, oldest first, as many as MAX_LINES; and where in them the one who looks for one is.

const MAX_LINES: i32 = 256;

export class History {
  private lines: string[] = [];
  private at: i32 = 0; // the line shown; lines.length: the one being typed
  private typed: string = "";

  /** A line was entered. Blank ones, and the last one again, are not kept. */
  add(line: string): void {
    const last = this.lines.length - 1;
    if (line.trim().length && (last < 0 || this.lines[last] != line)) this.lines.push(line);
    if (this.lines.length > MAX_LINES) this.lines.shift();
    this.at = this.lines.length;
  }

  /** The line before the one shown, or null: there is none. current: what stands there now */
  older(current: string): string | null {
    if (this.at == 0) return null;
    if (this.at == this.lines.length) this.typed = current;
    return this.lines[--this.at];
  }

  /** The line after the one shown, at the end the one that was being typed, or null. */
  newer(): string | null {
    if (this.at == this.lines.length) return null;
    this.at++;
    return this.at == this.lines.length ? this.typed : this.lines[this.at];
  }

  /** Starts from the end again. */
  rewind(): void {
    this.at = this.lines.length;
  }
}
