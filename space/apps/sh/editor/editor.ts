// Reads a line from a terminal and lets the person edit it: docs/SHELL.md lists the keys.

import { EINTR } from "../../../../abi/errno";
import { stdout } from "../../../lib/console";
import { Variables } from "../variables";
import { complete } from "./complete";
import { History } from "./history";
import { Key, KeyReader } from "./keys";
import { Line } from "./line";
import { Screen } from "./screen";

const CONTROL_A: u32 = 1;
const CONTROL_B: u32 = 2;
const CONTROL_C: u32 = 3;
const CONTROL_D: u32 = 4;
const CONTROL_E: u32 = 5;
const CONTROL_F: u32 = 6;
const BACKSPACE: u32 = 8;
const TAB: u32 = 9;
const NEWLINE: u32 = 10;
const CONTROL_K: u32 = 11;
const CONTROL_L: u32 = 12;
const RETURN: u32 = 13;
const CONTROL_N: u32 = 14;
const CONTROL_P: u32 = 16;
const CONTROL_U: u32 = 21;
const CONTROL_W: u32 = 23;
const CONTROL_Y: u32 = 25;
const DEL: u32 = 127;

/** More candidates than that are counted, not listed. */
const MAX_LISTED: i32 = 200;

export class Editor {
  /** ^C: the line was given up. */
  interrupted: bool = false;
  /** 0, or the -errno that ended the input. */
  error: i32 = 0;
  private keys: KeyReader = new KeyReader();
  private line: Line = new Line();
  private screen: Screen = new Screen();
  private history: History = new History();
  private prompt: string = "";
  private ended: bool = false;
  private isShown: bool = false; // the line as it is

  constructor(private variables: Variables) {
    this.screen.askColumns();
  }

  /** The line that is entered, "" for one that is given up (`interrupted`), or null at the end of the input. The terminal is raw. */
  readLine(prompt: string): string | null {
    this.prompt = prompt;
    this.line.set("");
    this.history.rewind();
    this.screen.reset();
    this.interrupted = false;
    this.ended = false;
    this.isShown = false;
    for (let entered = false; !entered && !this.ended;) {
      if (!this.isShown) this.screen.draw(prompt, this.line);
      this.isShown = false;
      entered = this.take(this.keys.next());
    }
    this.line.end();
    if (this.ended) return null;
    if (this.interrupted) this.line.set("");
    else this.history.add(this.line.text);
    return this.line.text;
  }

  /** Does what a key says. → whether the line is entered, or given up */
  private take(key: Key): bool {
    switch (key) {
      case Key.TEXT:
        if (this.line.insert(this.keys.text))
          this.isShown = this.screen.append(this.prompt, this.line, this.keys.text);
        else this.screen.ring();
        return false;
      case Key.CONTROL:
        return this.takeControl(this.keys.control);
      case Key.CLOSED:
        this.error = this.keys.error == -EINTR ? 0 : this.keys.error;
        this.ended = this.keys.error != -EINTR;
        return false;
      case Key.SIZE:
        this.screen.setColumns(this.keys.columns);
        return false;
      default:
        this.move(key);
        return false;
    }
  }

  private move(key: Key): void {
    if (key == Key.UP) this.recall(this.history.older(this.line.text));
    else if (key == Key.DOWN) this.recall(this.history.newer());
    else if (key == Key.LEFT) this.line.left();
    else if (key == Key.RIGHT) this.line.right();
    else if (key == Key.WORD_LEFT) this.line.wordLeft();
    else if (key == Key.WORD_RIGHT) this.line.wordRight();
    else if (key == Key.HOME) this.line.home();
    else if (key == Key.END_OF_LINE) this.line.end();
    else if (key == Key.DELETE) this.line.eraseRight();
    else this.screen.ring();
  }

  private takeControl(control: u32): bool {
    switch (control) {
      case RETURN:
      case NEWLINE:
        this.leaveLine("");
        return true;
      case CONTROL_C:
        this.leaveLine("^C");
        this.interrupted = true;
        return true;
      case CONTROL_D:
        if (this.line.text.length) this.line.eraseRight();
        else this.ended = true;
        return false;
      case TAB:
        this.completeWord();
        return false;
      case CONTROL_L:
        this.screen.clear();
        this.screen.askColumns();
        return false;
      case CONTROL_P:
        this.move(Key.UP);
        return false;
      case CONTROL_N:
        this.move(Key.DOWN);
        return false;
      default:
        this.editWith(control);
        return false;
    }
  }

  private editWith(control: u32): void {
    const line = this.line;
    if (control == CONTROL_A) line.home();
    else if (control == CONTROL_E) line.end();
    else if (control == CONTROL_B) line.left();
    else if (control == CONTROL_F) line.right();
    else if (control == BACKSPACE || control == DEL) line.eraseLeft();
    else if (control == CONTROL_K) line.killToEnd();
    else if (control == CONTROL_U) line.killToStart();
    else if (control == CONTROL_W) line.killWord();
    else if (control != CONTROL_Y || !line.yank()) this.screen.ring();
  }

  /** Puts the cursor below the line, whose whole text stays visible as far as it fits. */
  private leaveLine(mark: string): void {
    this.line.end();
    this.screen.draw(this.prompt, this.line);
    stdout.text(mark).newline().flush();
  }

  private recall(line: string | null): void {
    if (line === null) this.screen.ring();
    else this.line.set(line);
  }

  private completeWord(): void {
    const completion = complete(this.line.text.substring(0, this.line.cursor), this.variables);
    if (completion.insertion.length) {
      if (!this.line.insert(completion.insertion)) this.screen.ring();
    } else if (completion.candidates.length > 1) {
      this.listCandidates(completion.candidates);
    } else {
      this.screen.ring();
    }
  }

  private listCandidates(candidates: string[]): void {
    stdout.newline();
    if (candidates.length > MAX_LISTED) stdout.number(candidates.length).text(" possibilities");
    else for (let i = 0; i < candidates.length; i++) stdout.text(i ? "  " : "").text(candidates[i]);
    stdout.newline().flush();
  }
}
