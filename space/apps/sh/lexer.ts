// Cuts a command text into tokens. Called by parser.ts, one token at a time.
//
//   echo 'a b'"c"\ d > /tmp/f ; …        WORD "echo"  WORD "a bc d"  REDIRECT ">"  WORD "/tmp/f"  SEPARATOR  …
//
// Quoting: '…' keeps everything; "…" keeps all but $ ` " \ ; a backslash keeps the next character, and with a newline
// vanishes. $? becomes the last status. What a POSIX shell has and this one has not (| & ( ) ` $name <<) is an error when it
// is not quoted, and never part of a word: a text that means something else must not run.

import { REDIRECT_APPEND, REDIRECT_INPUT, REDIRECT_OUTPUT } from "./command";

export enum Token {
  WORD,
  REDIRECT,
  SEMICOLON,
  NEWLINE,
  END,
  ERROR,
}

const NUL = "\0";
const UNSUPPORTED = "|&()`";
const WORD_END = " \t\n;<>|&()";
const KEPT_IN_DOUBLE_QUOTES = '$`"\\';
/** What makes of a dollar sign an expansion. Before anything else it stands for itself. */
const EXPANSIONS = "({_@*#!-$0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS = "0123456789";

export class Lexer {
  /** The word, when next() gave WORD. */
  word: string = "";
  /** REDIRECT_… and the descriptor it is for, when next() gave REDIRECT. */
  redirect: i32 = 0;
  descriptor: i32 = 0;
  /** What is wrong, when next() gave ERROR. */
  error: string = "";
  private at: i32 = 0;
  private status: string = "0";

  constructor(private text: string) {}

  /** Sets what $? stands for from now on. */
  setStatus(status: i32): void {
    this.status = status.toString();
  }

  /** The next token; END again and again after the last. */
  next(): Token {
    this.skipBlanks();
    const c = this.peek();
    if (this.at >= this.text.length) return Token.END;
    if (c == ";" || c == "\n") {
      this.at++;
      return c == ";" ? Token.SEMICOLON : Token.NEWLINE;
    }
    if (c == "<" || c == ">") return this.readRedirect(c == "<" ? 0 : 1);
    if (DIGITS.includes(c) && (this.peek(1) == ">" || this.peek(1) == "<")) {
      this.at++;
      return this.readRedirect(DIGITS.indexOf(c));
    }
    if (UNSUPPORTED.includes(c)) return this.unsupported(c);
    return this.readWord();
  }

  /** The character `ahead` of the current one, or NUL. A NUL in the text reads as a character of a word. */
  private peek(ahead: i32 = 0): string {
    return this.at + ahead < this.text.length ? this.text.charAt(this.at + ahead) : NUL;
  }

  private fail(message: string): Token {
    this.error = message;
    return Token.ERROR;
  }

  private unsupported(what: string): Token {
    return this.fail(`syntax error: \`${what}' is not supported`);
  }

  /** Skips spaces, tabs, continued lines, and a comment with all up to the line's end. */
  private skipBlanks(): void {
    while (true) {
      const c = this.peek();
      if (c == " " || c == "\t") this.at++;
      else if (c == "\\" && this.peek(1) == "\n") this.at += 2;
      else break;
    }
    if (this.peek() != "#") return;
    while (this.at < this.text.length && this.peek() != "\n") this.at++;
  }

  private readRedirect(descriptor: i32): Token {
    const c = this.peek();
    const doubled = this.peek(1) == c;
    const following = this.peek(doubled ? 2 : 1);
    if (c == "<" && doubled) return this.unsupported("<<");
    if (following == "&" || following == "|") return this.unsupported(c + following);
    if (c == "<" && following == ">") return this.unsupported("<>");
    this.at += doubled ? 2 : 1;
    this.descriptor = descriptor;
    this.redirect = c == "<" ? REDIRECT_INPUT : doubled ? REDIRECT_APPEND : REDIRECT_OUTPUT;
    return Token.REDIRECT;
  }

  private readWord(): Token {
    this.word = "";
    while (this.at < this.text.length && !WORD_END.includes(this.peek())) {
      const c = this.peek();
      let ok = true;
      if (c == "'") ok = this.readSingleQuoted();
      else if (c == '"') ok = this.readDoubleQuoted();
      else if (c == "\\") ok = this.readEscaped();
      else if (c == "$" || c == "`") ok = this.readExpansion();
      else this.take(1);
      if (!ok) return Token.ERROR;
    }
    return Token.WORD;
  }

  /** Appends `count` characters of the text to the word. */
  private take(count: i32): void {
    this.word += this.text.substring(this.at, this.at + count);
    this.at += count;
  }

  private readSingleQuoted(): bool {
    const end = this.text.indexOf("'", this.at + 1);
    if (end < 0) {
      this.fail("syntax error: unterminated quote '");
      return false;
    }
    this.at++;
    this.take(end - this.at);
    this.at++;
    return true;
  }

  private readDoubleQuoted(): bool {
    this.at++;
    while (this.at < this.text.length) {
      const c = this.peek();
      if (c == '"') {
        this.at++;
        return true;
      }
      if (c == "\\" && this.peek(1) == "\n") {
        this.at += 2;
      } else if (
        c == "\\" &&
        this.at + 1 < this.text.length &&
        KEPT_IN_DOUBLE_QUOTES.includes(this.peek(1))
      ) {
        this.at++;
        this.take(1);
      } else if (c == "$" || c == "`") {
        if (!this.readExpansion()) return false;
      } else {
        this.take(1);
      }
    }
    this.fail('syntax error: unterminated quote "');
    return false;
  }

  private readEscaped(): bool {
    if (this.at + 1 >= this.text.length) {
      this.fail("syntax error: backslash at the end");
      return false;
    }
    this.at++;
    if (this.peek() == "\n") this.at++;
    else this.take(1);
    return true;
  }

  /** A dollar sign or a backquote outside single quotes. */
  private readExpansion(): bool {
    const following = this.peek(1);
    if (this.peek() == "`") {
      this.unsupported("`");
      return false;
    }
    if (following == "?") {
      this.word += this.status;
      this.at += 2;
    } else if (this.at + 1 < this.text.length && EXPANSIONS.includes(following)) {
      this.unsupported("$" + following);
      return false;
    } else {
      this.take(1);
    }
    return true;
  }
}
