// Cuts a command text into tokens. Called by parser.ts, one token at a time.
//
//   echo 'a b'"$c"\ d 2>> /tmp/f && …     WORD `echo`  WORD `'a b'"$c"\ d`  REDIRECT 2>>  WORD `/tmp/f`  AND  …
//
// Words keep their quotes and expansions; expand.ts removes them. Here they only say where the word ends. What a POSIX shell
// has and this one has not (` << functions) is an error when it is not quoted: a text that means something else must
// not run.

import { REDIRECT_APPEND, REDIRECT_COPY, REDIRECT_INPUT, REDIRECT_OUTPUT } from "./command";

export enum Token {
  WORD,
  REDIRECT,
  SEMICOLON,
  CASE_END, // ;;
  NEWLINE,
  BACKGROUND,
  AND,
  OR,
  PIPE,
  OPEN,
  CLOSE,
  END,
  ERROR,
}

const NUL = "\0";
const WORD_END = " \t\n;<>|&()";
const DIGITS = "0123456789";
/** Nested $( and ${ in one word; the machine stack is finite. */
const MAX_NESTING: i32 = 32;

export class Lexer {
  /** The word, when next() gave WORD. */
  word: string = "";
  /** REDIRECT_… and the descriptor it is for, when next() gave REDIRECT. */
  redirect: i32 = 0;
  descriptor: i32 = 0;
  /** What is wrong, when next() gave ERROR. */
  error: string = "";
  /** Whether that is only that the text ends too early. */
  incomplete: bool = false;
  /** Where the last token began, and where the next one is looked for. */
  start: i32 = 0;
  at: i32 = 0;
  private nesting: i32 = 0;

  constructor(private text: string) {}

  /** The next token; END again and again after the last. */
  next(): Token {
    this.skipBlanks();
    this.start = this.at;
    const c = this.peek();
    if (this.at >= this.text.length) return Token.END;
    if (c == "\n") return this.operator(1, Token.NEWLINE);
    if (c == ";")
      return this.peek(1) == ";" ? this.operator(2, Token.CASE_END) : this.operator(1, Token.SEMICOLON);
    if (c == "&")
      return this.peek(1) == "&" ? this.operator(2, Token.AND) : this.operator(1, Token.BACKGROUND);
    if (c == "|") return this.peek(1) == "|" ? this.operator(2, Token.OR) : this.operator(1, Token.PIPE);
    if (c == "(") return this.operator(1, Token.OPEN);
    if (c == ")") return this.operator(1, Token.CLOSE);
    if (c == "<" || c == ">") return this.readRedirect(c == "<" ? 0 : 1);
    if (DIGITS.includes(c) && (this.peek(1) == ">" || this.peek(1) == "<")) {
      this.at++;
      return this.readRedirect(DIGITS.indexOf(c));
    }
    return this.readWord();
  }

  /** From now on there is nothing but the end. */
  stop(): void {
    this.at = this.text.length;
  }

  /** The text between two positions. */
  slice(from: i32, to: i32): string {
    return this.text.substring(from, to);
  }

  /** The character `ahead` of the current one, or NUL. A NUL in the text reads as a character of a word. */
  private peek(ahead: i32 = 0): string {
    return this.at + ahead < this.text.length ? this.text.charAt(this.at + ahead) : NUL;
  }

  private operator(length: i32, token: Token): Token {
    this.at += length;
    return token;
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
    const second = this.peek(1);
    this.descriptor = descriptor;
    if (second == "&") {
      this.redirect = REDIRECT_COPY;
      return this.operator(2, Token.REDIRECT);
    }
    const isDouble = second == c;
    if (c == "<" && isDouble) return this.unsupported("<<");
    if (c == "<" && second == ">") return this.unsupported("<>");
    if (this.peek(isDouble ? 2 : 1) == "|") return this.unsupported(c + "|");
    this.redirect = c == "<" ? REDIRECT_INPUT : isDouble ? REDIRECT_APPEND : REDIRECT_OUTPUT;
    return this.operator(isDouble ? 2 : 1, Token.REDIRECT);
  }

  private readWord(): Token {
    while (this.at < this.text.length && !WORD_END.includes(this.peek())) {
      if (!this.skipPiece()) return Token.ERROR;
    }
    this.word = this.text.substring(this.start, this.at);
    return Token.WORD;
  }

  /** Goes over a character, or a quoted or expanded piece, outside double quotes. → false: it has no end */
  private skipPiece(): bool {
    const c = this.peek();
    if (c == "'") return this.skipSingleQuoted();
    if (c == '"') return this.skipDoubleQuoted();
    if (c == "$" || c == "`") return this.skipExpansion();
    if (c == "\\" && this.at + 1 >= this.text.length) return this.unfinished("backslash at the end");
    this.at += c == "\\" ? 2 : 1;
    return true;
  }

  private unfinished(message: string): bool {
    this.fail(`syntax error: ${message}`);
    this.incomplete = true;
    return false;
  }

  private skipSingleQuoted(): bool {
    const end = this.text.indexOf("'", this.at + 1);
    if (end < 0) return this.unfinished("unterminated quote '");
    this.at = end + 1;
    return true;
  }

  private skipDoubleQuoted(): bool {
    this.at++;
    while (this.at < this.text.length) {
      const c = this.peek();
      if (c == '"') {
        this.at++;
        return true;
      }
      if (c == "$" || c == "`") {
        if (!this.skipExpansion()) return false;
      } else {
        this.at += c == "\\" ? 2 : 1;
      }
    }
    return this.unfinished('unterminated quote "');
  }

  /** A dollar sign or a backquote outside single quotes. */
  private skipExpansion(): bool {
    if (this.peek() == "`") {
      this.unsupported("`");
      return false;
    }
    const opening = this.peek(1);
    if (opening != "(" && opening != "{") {
      this.at++;
      return true;
    }
    if (++this.nesting > MAX_NESTING) {
      this.fail("syntax error: too many nested expansions");
      return false;
    }
    this.at += 2;
    const closed = opening == "{" ? this.skipTo("}") : this.skipParentheses();
    this.nesting--;
    return closed ? true : this.error.length ? false : this.unfinished(`unterminated $${opening}`);
  }

  /** Goes behind the closing character; quotes and expansions on the way are skipped as wholes. */
  private skipTo(closing: string): bool {
    while (this.at < this.text.length) {
      if (this.peek() == closing) {
        this.at++;
        return true;
      }
      if (!this.skipPiece()) return false;
    }
    return false;
  }

  private skipParentheses(): bool {
    for (let open = 1; this.at < this.text.length;) {
      const c = this.peek();
      if (c == "(" || c == ")") {
        open += c == "(" ? 1 : -1;
        this.at++;
        if (open == 0) return true;
      } else if (!this.skipPiece()) {
        return false;
      }
    }
    return false;
  }
}
