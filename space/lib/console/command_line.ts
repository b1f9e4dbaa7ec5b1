// A program's command line: single-letter options before and between the operands, `--`, `--help`; and the messages that
// every tool prints in the same form: "name: operand: reason" on standard error.
//
//   const cli = new CommandLine("ls", "al", HELP, 2);
//   if (!cli.parse(args())) return cli.status;
//   if (cli.has("l")) …   for … cli.operands …   cli.complain(path, error);
//   return cli.finish();

import { strerror } from "../process/errors";
import { eprintln, print } from "./print";
import { stdout } from "./writer";

export class CommandLine {
  operands: string[] = [];
  /** The exit status so far: 0, or that of the worst complaint. */
  status: i32 = 0;
  private given: string = "";
  private values: Map<string, string> = new Map();

  /**
   * name: of the program, for messages; letters: the options it knows, a colon behind those with a value; help: the text of --help;
   * usageStatus: exit status after a wrong command line.
   */
  constructor(
    private name: string,
    private letters: string,
    private help: string,
    private usageStatus: i32,
  ) {}

  /** Reads argv. → whether to go on; otherwise help or a complaint was printed and `status` is what to exit with */
  parse(argv: string[]): bool {
    let optionsEnded = false;
    for (let i = 1; i < argv.length; i++) {
      const word = argv[i];
      if (optionsEnded || word.length < 2 || !word.startsWith("-")) {
        this.operands.push(word);
      } else if (word == "--") {
        optionsEnded = true;
      } else if (word == "--help") {
        this.status = print(this.help) ? 1 : 0;
        return false;
      } else {
        const taken = this.takeOptions(word, i + 1 < argv.length ? argv[i + 1] : null);
        if (taken < 0) return false;
        i += taken;
      }
    }
    return true;
  }

  /** Whether option `letter` was given. */
  has(letter: string): bool {
    return this.given.includes(letter);
  }

  /** The value that option `letter` was given with, the last one; or null. */
  valueOf(letter: string): string | null {
    return this.values.has(letter) ? this.values.get(letter) : null;
  }

  /** The number that option `letter` was given with, or `otherwise`; -1 after a refusal: it is none. */
  numberOf(letter: string, otherwise: i32): i32 {
    const text = this.valueOf(letter);
    if (text === null) return otherwise;
    let value: i64 = text.length ? 0 : -1;
    for (let i = 0; i < text.length && value >= 0; i++) {
      const digit = text.charCodeAt(i) - 0x30;
      value = digit < 0 || digit > 9 ? -1 : value * 10 + digit;
      if (value > i32.MAX_VALUE) value = -1;
    }
    if (value < 0) this.refuse(`-${letter}: ${text} is not a number`);
    return <i32>value;
  }

  /** Prints "name: message" and how to get help. → false, for parse() and for main() */
  refuse(message: string): bool {
    eprintln(`${this.name}: ${message}`);
    eprintln(`try '${this.name} --help'`);
    this.status = this.usageStatus;
    return false;
  }

  /** Prints "name: operand: text of error"; the status becomes 1. error: errno or -errno */
  complain(operand: string, error: i32): void {
    this.complainText(operand, strerror(error));
  }

  complainText(operand: string, reason: string): void {
    eprintln(`${this.name}: ${operand}: ${reason}`);
    this.status = max(this.status, 1);
  }

  /** Writes what waits for standard output. → the exit status, 1 with a complaint if the output could not be written */
  finish(): i32 {
    const error = stdout.flush();
    if (error) this.complain("write error", error);
    return this.status;
  }

  /** Takes the letters of `word`; next: the word behind it. → how many words the last one took as its value, -1 after a refusal */
  private takeOptions(word: string, next: string | null): i32 {
    if (word.startsWith("--")) return this.refuse(`unknown option ${word}`) ? 0 : -1;
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i);
      const at = letter == ":" ? -1 : this.letters.indexOf(letter);
      if (at < 0) return this.refuse(`unknown option -${letter}`) ? 0 : -1;
      this.given += letter;
      if (this.letters.charAt(at + 1) != ":") continue;
      if (i + 1 < word.length) {
        this.values.set(letter, word.substring(i + 1));
        return 0;
      }
      if (next === null) return this.refuse(`option -${letter} needs a value`) ? 0 : -1;
      this.values.set(letter, next);
      return 1;
    }
    return 0;
  }
}
