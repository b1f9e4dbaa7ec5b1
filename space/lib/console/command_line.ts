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

  /**
   * name: of the program, for messages; letters: the options it knows; help: the text of --help;
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
      } else if (!this.takeOptions(word)) {
        return false;
      }
    }
    return true;
  }

  /** Whether option `letter` was given. */
  has(letter: string): bool {
    return this.given.includes(letter);
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

  private takeOptions(word: string): bool {
    if (word.startsWith("--")) return this.refuse(`unknown option ${word}`);
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i);
      if (!this.letters.includes(letter)) return this.refuse(`unknown option -${letter}`);
      this.given += letter;
    }
    return true;
  }
}
