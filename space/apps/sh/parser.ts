// From a text to its simple commands, one after the other. Called by runner.ts.
//
//   list = { newline } [ command { ( ";" | newline ) { newline } [ command ] } ]       command = ( word | redirection ) …

import { Command, Redirection } from "./command";
import { Lexer, Token } from "./lexer";

export class Parser {
  /** "" or what is wrong with the text; it ends the commands. */
  error: string = "";
  private lexer: Lexer;

  constructor(text: string) {
    this.lexer = new Lexer(text);
  }

  /** The next command, or null at the end and when `error` is set. status: what $? stands for in it */
  next(status: i32): Command | null {
    this.lexer.setStatus(status);
    const command = new Command();
    let empty = true;
    while (!this.error) {
      const token = this.lexer.next();
      if (token == Token.WORD) command.words.push(this.lexer.word);
      else if (token == Token.REDIRECT) this.readRedirection(command);
      else if (token == Token.ERROR) this.error = this.lexer.error;
      else if (token == Token.SEMICOLON && empty) this.error = "syntax error: no command before `;'";
      else if (!empty) return command;
      else if (token == Token.END) return null;
      if (token != Token.NEWLINE) empty = false;
    }
    return null;
  }

  private readRedirection(command: Command): void {
    const kind = this.lexer.redirect;
    const descriptor = this.lexer.descriptor;
    const token = this.lexer.next();
    if (token == Token.WORD) command.redirections.push(new Redirection(kind, descriptor, this.lexer.word));
    else
      this.error = token == Token.ERROR ? this.lexer.error : "syntax error: no file name after a redirection";
  }
}

/** What is wrong with `text`, or "". */
export function checkSyntax(text: string): string {
  const parser = new Parser(text);
  while (parser.next(0)) {}
  return parser.error;
}
