// What a word becomes when its command runs:
//
//   a'$x'"$y"$z*    quotes removed, $… replaced; what came of an expansion outside quotes is cut at blanks; each of the
//                   resulting words that is a pattern becomes the paths that match it, or stays what it is
//
// Words are built as patterns (pattern.ts), so that a quoted `*` is known from one that is not.

import { getpid } from "../../lib/process";
import { Arithmetic } from "./arithmetic";
import { glob } from "./glob";
import { nameEnd } from "./names";
import { escapePattern, isPattern, unescapePattern } from "./pattern";
import { closingBrace, closingParenthesis, parameterEnd } from "./pieces";
import { captureOutput } from "./substitute";
import { Variables } from "./variables";

const BLANKS = " \t\n";
const KEPT_IN_DOUBLE_QUOTES = '$`"\\\n';
const DIGITS = "0123456789";

export class Expander {
  /** "" or what is wrong with an expansion. */
  error: string = "";
  private fields: string[] = [];
  private current: string = "";
  private started: bool = false; // there is a field, be it an empty one
  private split: bool = true;
  private patterns: bool = false; // `*` and the like mean something when they come from an unquoted expansion

  constructor(private variables: Variables) {}

  /** The words that `words` become. */
  expandAll(words: string[]): string[] {
    const result: string[] = [];
    for (let i = 0; i < words.length && !this.error.length; i++) {
      this.begin(true);
      this.walk(words[i]);
      this.endField();
      for (let f = 0; f < this.fields.length; f++) this.addPaths(result, this.fields[f]);
    }
    return result;
  }

  /** The one text that `word` becomes: an assignment's value, a redirection's file. Neither cut nor matched against files. */
  expandOne(word: string): string {
    this.begin(false);
    this.walk(word);
    return unescapePattern(this.current);
  }

  /** The pattern that `word` becomes: what came of an expansion outside quotes is part of it. */
  expandPattern(word: string): string {
    this.begin(false);
    this.patterns = true;
    this.walk(word);
    return this.current;
  }

  private begin(split: bool): void {
    this.fields = [];
    this.current = "";
    this.started = false;
    this.split = split;
  }

  private addPaths(result: string[], field: string): void {
    const paths: string[] = isPattern(field) ? glob(field) : [];
    if (paths.length == 0) result.push(unescapePattern(field));
    for (let i = 0; i < paths.length; i++) result.push(paths[i]);
  }

  private endField(): void {
    if (this.started) this.fields.push(this.current);
    this.current = "";
    this.started = false;
  }

  /** Appends text that stands for itself. */
  private literal(text: string): void {
    this.current += escapePattern(text);
    this.started = true;
  }

  /** Where the word goes on behind a `~` for $HOME, which stands alone or before a slash. */
  private tilde(word: string): i32 {
    const home = this.variables.get("HOME");
    if (!home.length || (word != "~" && !word.startsWith("~/"))) return 0;
    this.literal(home);
    return 1;
  }

  private walk(word: string): void {
    for (let at = this.tilde(word); at < word.length && !this.error.length;) {
      const c = word.charAt(at);
      if (c == "'") {
        const end = word.indexOf("'", at + 1);
        this.literal(word.substring(at + 1, end));
        at = end + 1;
      } else if (c == '"') {
        at = this.walkDoubleQuoted(word, at + 1);
      } else if (c == "\\") {
        if (word.charAt(at + 1) != "\n") this.literal(word.charAt(at + 1));
        at += 2;
      } else if (c == "$") {
        at = this.dollar(word, at, false);
      } else {
        this.current += c;
        this.started = true;
        at++;
      }
    }
  }

  /** → behind the closing quote */
  private walkDoubleQuoted(word: string, from: i32): i32 {
    let at = from;
    const allArguments = word.startsWith('$@"', from);
    if (!allArguments) this.started = true;
    while (at < word.length && word.charAt(at) != '"') {
      const c = word.charAt(at);
      if (c == "$") {
        at = this.dollar(word, at, true);
      } else if (c == "\\" && KEPT_IN_DOUBLE_QUOTES.includes(word.charAt(at + 1))) {
        if (word.charAt(at + 1) != "\n") this.literal(word.charAt(at + 1));
        at += 2;
      } else {
        this.literal(c);
        at++;
      }
    }
    return at + 1;
  }

  /** The expansion that begins at `at`. → behind it */
  private dollar(word: string, at: i32, quoted: bool): i32 {
    const c = word.charAt(at + 1);
    if (c == "{") return this.braces(word, at + 2, quoted);
    if (c == "(") return this.parentheses(word, at + 2, quoted);
    if (c == "@" || c == "*") {
      this.allArguments(c == "@" && quoted, quoted);
      return at + 2;
    }
    if (c.length && ("?$#!" + DIGITS).includes(c)) {
      this.value(this.special(c), quoted);
      return at + 2;
    }
    const end = nameEnd(word, at + 1);
    if (end == at + 1) this.literal("$");
    else this.value(this.variables.get(word.substring(at + 1, end)), quoted);
    return end;
  }

  private special(c: string): string {
    const variables = this.variables;
    if (c == "?") return variables.status.toString();
    if (c == "$") return getpid().toString();
    if (c == "#") return (variables.positional.length - 1).toString();
    if (c == "!") return variables.lastBackground ? variables.lastBackground.toString() : "";
    return this.positional(DIGITS.indexOf(c));
  }

  private positional(index: i32): string {
    const all = this.variables.positional;
    return index >= 0 && index < all.length ? all[index] : "";
  }

  private allArguments(separate: bool, quoted: bool): void {
    const all = this.variables.positional;
    for (let i = 1; i < all.length; i++) {
      if (i > 1 && separate && this.split) this.endField();
      else if (i > 1) this.value(" ", quoted);
      this.value(all[i], quoted);
    }
  }

  /** Appends what an expansion gave. */
  private value(text: string, quoted: bool): void {
    if (quoted || (!this.split && !this.patterns)) {
      this.literal(text);
      return;
    }
    for (let i = 0; i < text.length; i++) {
      const c = text.charAt(i);
      if (this.split && BLANKS.includes(c)) {
        this.endField();
        continue;
      }
      this.current += c == "\\" ? "\\\\" : c;
      this.started = true;
    }
  }

  /** ${name} ${#name} ${name:-word} ${name:+word} ${name:=word}; without the colon only unset counts, not empty. */
  private braces(word: string, from: i32, quoted: bool): i32 {
    const end = closingBrace(word, from);
    const text = word.substring(from, end);
    const isLength = text.length > 1 && text.startsWith("#");
    const first = isLength ? 1 : 0;
    const at = parameterEnd(text, first);
    const name = text.substring(first, at);
    const colon = text.charAt(at) == ":";
    const operator = text.charAt(colon ? at + 1 : at);
    if (at == first || (at < text.length && (isLength || !operator.length || !"-+=".includes(operator)))) {
      this.error = `\${${text}}: bad substitution`;
      return end + 1;
    }
    const value = this.parameter(name);
    const present = this.isSet(name) && (!colon || value.length > 0);
    const otherwise = text.substring(colon ? at + 2 : at + 1);
    if (isLength) this.value(value.length.toString(), quoted);
    else if (at == text.length || (present && operator != "+")) this.value(value, quoted);
    else if (present == (operator == "+")) this.word(name, otherwise, operator == "=", quoted);
    return end + 1;
  }

  /** The word of a ${name:-word}; assign: it is the variable's value from now on. */
  private word(name: string, text: string, assign: bool, quoted: bool): void {
    const inner = new Expander(this.variables);
    const value = inner.expandOne(text);
    this.error = inner.error;
    if (assign) this.variables.set(name, value);
    this.value(value, quoted);
  }

  private isNumber(name: string): bool {
    return DIGITS.includes(name.charAt(0));
  }

  private parameter(name: string): string {
    if (this.isNumber(name)) return this.positional(<i32>parseInt(name, 10));
    return name == "?" ? this.special(name) : this.variables.get(name);
  }

  private isSet(name: string): bool {
    if (this.isNumber(name)) return <i32>parseInt(name, 10) < this.variables.positional.length;
    return name == "?" || this.variables.has(name);
  }

  /** $(list): what its commands print, without the newlines at the end. */
  private parentheses(word: string, from: i32, quoted: bool): i32 {
    const end = closingParenthesis(word, from);
    const text = word.substring(from, end);
    if (text.startsWith("(") && closingParenthesis(text, 1) == text.length - 1)
      this.arithmetic(text.slice(1, -1), quoted);
    else this.value(captureOutput(text, this.variables), quoted);
    return end + 1;
  }

  /** $((expression)), whose text is expanded as if it were in double quotes. */
  private arithmetic(text: string, quoted: bool): void {
    const inner = new Expander(this.variables);
    inner.begin(false);
    if (inner.walkDoubleQuoted(text, 0) <= text.length) inner.error = `$((${text})): unexpected \`"'`;
    const arithmetic = new Arithmetic(unescapePattern(inner.current), this.variables);
    const result = inner.error.length ? 0 : arithmetic.evaluate();
    this.error = inner.error.length ? inner.error : arithmetic.error;
    this.value(result.toString(), quoted);
  }
}
