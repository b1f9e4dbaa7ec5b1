// From a text to its commands (command.ts), by recursive descent; precedence as in POSIX.
//
//   list     = { newline } { andOr ( ";" | "&" | newline ) { newline } }
//   andOr    = pipeline { ( "&&" | "||" ) { newline } pipeline }
//   pipeline = [ "!" ] command { "|" { newline } command }
//   command  = { NAME=value | redirection } { word | redirection }  |  compound { redirection }
//   compound = if list then list { elif list then list } [ else list ] fi  |  ( while | until ) list do list done
//            | for NAME [ in { word } ] ( ";" | newline ) do list done  |  "{" list "}"  |  "(" list ")"
//            | case word in { [ "(" ] word { "|" word } ")" list ";;" } esac

import { Command, Kind, Redirection } from "./command";
import { Lexer, Token } from "./lexer";
import { isAssignment, isName } from "./names";

const MAX_DEPTH: i32 = 64; // compound commands in one another; the machine stack is finite
/** Words that only mean something where a command begins, and there never begin one of their own. */
const CLOSING_WORDS: string[] = ["then", "elif", "else", "fi", "do", "done", "esac", "}"];
const UNSUPPORTED_WORDS: string[] = ["function", "select", "[["];

export class Parser {
  /** "" or what is wrong with the text. */
  error: string = "";
  /** Whether that is only that the text ends too early: more of it may make it right. */
  incomplete: bool = false;
  private lexer: Lexer;
  private token: Token = Token.END;
  private end: i32 = 0; // where the token before `token` ended
  private depth: i32 = 0;

  constructor(text: string) {
    this.lexer = new Lexer(text);
  }

  /** The whole text as a list. Only to be run when `error` is "". */
  parse(): Command {
    this.advance();
    const list = this.parseList();
    if (this.token == Token.CLOSE) this.fail("unexpected `)'");
    else if (this.token != Token.END) this.unexpected();
    return list;
  }

  private advance(): void {
    this.end = this.lexer.at;
    this.token = this.lexer.next();
    if (this.token != Token.ERROR) return;
    if (!this.error.length) this.incomplete = this.lexer.incomplete;
    this.fail(this.lexer.error.replace("syntax error: ", ""));
  }

  /** Notes the first fault and lets every loop come to its end. */
  private fail(message: string): void {
    if (!this.error.length) this.error = `syntax error: ${message}`;
    this.token = Token.END;
    this.lexer.stop();
  }

  private unexpected(): void {
    if (this.error.length) return;
    if (this.token == Token.END) {
      this.incomplete = true;
      this.fail("unexpected end");
    } else if (this.token == Token.NEWLINE) {
      this.fail("unexpected end of line");
    } else {
      const what = this.lexer.slice(this.lexer.start, this.lexer.at);
      this.fail(this.token == Token.SEMICOLON ? "no command before `;'" : `unexpected \`${what}'`);
    }
  }

  private isWord(text: string): bool {
    return this.token == Token.WORD && this.lexer.word == text;
  }

  private expect(word: string): void {
    if (this.isWord(word)) this.advance();
    else if (this.token == Token.END) this.unexpected();
    else this.fail(`\`${word}' expected`);
  }

  private skipNewlines(): void {
    while (this.token == Token.NEWLINE) this.advance();
  }

  private atListEnd(): bool {
    if (this.token == Token.END || this.token == Token.CLOSE || this.token == Token.CASE_END) return true;
    return this.token == Token.WORD && CLOSING_WORDS.includes(this.lexer.word);
  }

  private parseList(): Command {
    const list = new Command(Kind.LIST);
    this.skipNewlines();
    while (!this.atListEnd()) {
      const part = this.parseAndOr();
      list.parts.push(part);
      if (this.token == Token.BACKGROUND) part.background = true;
      else if (this.token != Token.SEMICOLON && this.token != Token.NEWLINE) break;
      this.advance();
      this.skipNewlines();
    }
    return list;
  }

  /** A list with something in it. */
  private parseBody(): Command {
    const list = this.parseList();
    if (list.parts.length == 0) this.unexpected();
    return list;
  }

  private parseAndOr(): Command {
    const from = this.lexer.start;
    let left = this.parsePipeline();
    while (this.token == Token.AND || this.token == Token.OR) {
      const both = new Command(this.token == Token.AND ? Kind.AND : Kind.OR);
      this.advance();
      this.skipNewlines();
      both.parts.push(left);
      both.parts.push(this.parsePipeline());
      both.text = this.lexer.slice(from, this.end);
      left = both;
    }
    return left;
  }

  private parsePipeline(): Command {
    const from = this.lexer.start;
    if (this.isWord("!")) {
      this.advance();
      const not = new Command(Kind.NOT);
      not.parts.push(this.parsePipeline());
      not.text = this.lexer.slice(from, this.end);
      return not;
    }
    const first = this.parseCommand();
    if (this.token != Token.PIPE) return first;
    const pipeline = new Command(Kind.PIPELINE);
    pipeline.parts.push(first);
    while (this.token == Token.PIPE) {
      this.advance();
      this.skipNewlines();
      pipeline.parts.push(this.parseCommand());
    }
    pipeline.text = this.lexer.slice(from, this.end);
    return pipeline;
  }

  private parseCommand(): Command {
    const from = this.lexer.start;
    if (++this.depth > MAX_DEPTH) this.fail("too many commands in one another");
    const command = this.parseCompound();
    this.depth--;
    if (!command) return this.parseSimple();
    command.text = this.lexer.slice(from, this.end);
    while (this.token == Token.REDIRECT) this.parseRedirection(command);
    return command;
  }

  /** The compound command that begins here, or null. */
  private parseCompound(): Command | null {
    if (this.token == Token.OPEN) return this.parseSubshell();
    if (this.token != Token.WORD) return null;
    const word = this.lexer.word;
    if (word == "if") return this.parseIf();
    if (word == "while") return this.parseLoop(Kind.WHILE);
    if (word == "until") return this.parseLoop(Kind.UNTIL);
    if (word == "for") return this.parseFor();
    if (word == "case") return this.parseCase();
    if (word == "{") {
      this.advance();
      const list = this.parseBody();
      this.expect("}");
      return list;
    }
    if (CLOSING_WORDS.includes(word)) this.unexpected();
    if (UNSUPPORTED_WORDS.includes(word)) this.fail(`\`${word}' is not supported`);
    return null;
  }

  private parseSubshell(): Command {
    const subshell = new Command(Kind.SUBSHELL);
    const from = this.lexer.at;
    this.advance();
    const body = this.parseBody();
    body.text = this.lexer.slice(from, this.lexer.start);
    subshell.parts.push(body);
    if (this.token == Token.CLOSE) this.advance();
    else this.unexpected();
    return subshell;
  }

  private parseIf(): Command {
    const command = new Command(Kind.IF);
    do {
      this.advance();
      command.parts.push(this.parseBody());
      this.expect("then");
      command.parts.push(this.parseBody());
    } while (this.isWord("elif"));
    if (this.isWord("else")) {
      this.advance();
      command.parts.push(this.parseBody());
    }
    this.expect("fi");
    return command;
  }

  private parseLoop(kind: Kind): Command {
    const command = new Command(kind);
    this.advance();
    command.parts.push(this.parseBody());
    this.parseDo(command);
    return command;
  }

  private parseDo(command: Command): void {
    this.expect("do");
    command.parts.push(this.parseBody());
    this.expect("done");
  }

  private parseFor(): Command {
    const command = new Command(Kind.FOR);
    this.advance();
    if (this.token != Token.WORD) this.unexpected();
    else if (!isName(this.lexer.word)) this.fail(`\`${this.lexer.word}' is no name`);
    command.name = this.lexer.word;
    this.advance();
    this.skipNewlines();
    command.overArguments = !this.isWord("in");
    if (!command.overArguments) {
      for (this.advance(); this.token == Token.WORD; this.advance()) command.words.push(this.lexer.word);
      if (this.token != Token.SEMICOLON && this.token != Token.NEWLINE) this.unexpected();
    }
    if (this.token == Token.SEMICOLON) this.advance();
    this.skipNewlines();
    this.parseDo(command);
    return command;
  }

  private parseCase(): Command {
    const command = new Command(Kind.CASE);
    this.advance();
    if (this.token != Token.WORD) this.unexpected();
    command.words.push(this.lexer.word);
    this.advance();
    this.skipNewlines();
    this.expect("in");
    this.skipNewlines();
    while (!this.error.length && !this.isWord("esac")) {
      command.patterns.push(this.parsePatterns());
      command.parts.push(this.parseList());
      if (this.token != Token.CASE_END) break;
      this.advance();
      this.skipNewlines();
    }
    this.expect("esac");
    return command;
  }

  /** [ "(" ] word { "|" word } ")" */
  private parsePatterns(): string[] {
    const patterns: string[] = [];
    if (this.token == Token.OPEN) this.advance();
    while (this.token == Token.WORD) {
      patterns.push(this.lexer.word);
      this.advance();
      if (this.token == Token.CLOSE) {
        this.advance();
        return patterns;
      }
      if (this.token != Token.PIPE) break;
      this.advance();
    }
    this.unexpected();
    return patterns;
  }

  private parseSimple(): Command {
    const from = this.lexer.start;
    const command = new Command(Kind.SIMPLE);
    while (this.token == Token.WORD || this.token == Token.REDIRECT) {
      if (this.token == Token.REDIRECT) {
        this.parseRedirection(command);
        continue;
      }
      const word = this.lexer.word;
      if (command.words.length == 0 && isAssignment(word)) command.assignments.push(word);
      else command.words.push(word);
      this.advance();
    }
    if (this.token == Token.OPEN) this.unexpected();
    if (command.words.length + command.assignments.length + command.redirections.length == 0)
      this.unexpected();
    command.text = this.lexer.slice(from, this.end);
    return command;
  }

  private parseRedirection(command: Command): void {
    const kind = this.lexer.redirect;
    const descriptor = this.lexer.descriptor;
    this.advance();
    if (this.token == Token.WORD)
      command.redirections.push(new Redirection(kind, descriptor, this.lexer.word));
    else this.fail("no file name after a redirection");
    this.advance();
  }
}
