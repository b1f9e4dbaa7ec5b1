// Where commands come from when they are not an argument: a file or pipe, line by line, or a person. A command that its line
// does not finish (an open quote, `do` without `done`) goes on with the next one.

import { SIGINT } from "../../../abi/wait";
import { eprint, eprintln, setRawMode, takeInterrupts } from "../../lib/console";
import { stat, Stat } from "../../lib/fs";
import { catchSignals, strerror, takeSignals } from "../../lib/process";
import { Editor } from "./editor/editor";
import { LineReader } from "./line_reader";
import { Parser } from "./parser";
import { Shell, STATUS_SYNTAX } from "./run";
import { readScript } from "./script";
import { Variables } from "./variables";

const PROMPT = "hnx$ ";
const PROMPT_MORE = "> ";
/** Commands that a conversation begins with, where the file is there. */
const STARTUP_FILE = "/etc/rc";

/** Whether more lines could make `text` a command. */
function isIncomplete(text: string): bool {
  const parser = new Parser(text);
  parser.parse();
  return parser.incomplete;
}

/** Runs standard input line by line until it ends, or a wrong line does. → status */
export function runLines(shell: Shell): i32 {
  const reader = new LineReader();
  let text = "";
  while (!shell.exited && reader.next()) {
    text += reader.line;
    if (isIncomplete(text)) {
      text += "\n";
      continue;
    }
    if (!shell.run(text)) return shell.status;
    text = "";
  }
  if (text.length && !shell.exited && !reader.error) shell.run(text);
  return reader.error ? complainOfInput(reader.error) : shell.status;
}

function complainOfInput(error: i32): i32 {
  eprintln(`sh: standard input: ${strerror(error)}`);
  return STATUS_SYNTAX;
}

function runStartupFile(shell: Shell): void {
  if (stat(STARTUP_FILE, new Stat())) return;
  const script = readScript(STARTUP_FILE);
  if (script.error) eprintln(`sh: ${STARTUP_FILE}: ${strerror(script.error)}`);
  else shell.run(script.text);
}

/** Where a person's lines come from: an editor on a terminal, else as they are. */
class Source {
  error: i32 = 0;
  interrupted: bool = false;
  private editor: Editor | null = null;
  private reader: LineReader = new LineReader();

  constructor(variables: Variables) {
    if (setRawMode(true) == 0) {
      catchSignals(1 << SIGINT);
      this.editor = new Editor(variables);
    }
  }

  /** The next line, or null at the end. While commands run the terminal is one that edits lines, and ^C is for them. */
  next(prompt: string): string | null {
    const editor = this.editor;
    if (editor === null) {
      eprint(prompt);
      const found = this.reader.next();
      this.error = this.reader.error;
      return found ? this.reader.line : null;
    }
    // Each time: a console service that was started anew, or a program that changed it, knows nothing of it.
    setRawMode(true);
    takeInterrupts();
    takeSignals();
    const line = editor.readLine(prompt);
    setRawMode(false);
    this.error = editor.error;
    this.interrupted = editor.interrupted;
    return line;
  }
}

/** Runs what a person types. A wrong line is said to be so, and that is all. → status */
export function runConversation(shell: Shell): i32 {
  const source = new Source(shell.variables);
  runStartupFile(shell);
  let text = "";
  while (!shell.exited) {
    shell.jobs.poll();
    const line = source.next(text.length ? PROMPT_MORE : PROMPT);
    if (line === null) break;
    text = source.interrupted ? "" : text + line;
    if (isIncomplete(text)) {
      text += "\n";
      continue;
    }
    if (!source.interrupted) shell.run(text);
    text = "";
  }
  if (!shell.exited) eprint("\n");
  if (text.length && !shell.exited) shell.run(text);
  return source.error ? complainOfInput(source.error) : shell.status;
}
