// $((…)): what the text between the parentheses is worth, once its $… are replaced. Called by expand.ts.
//
//   expression = condition [ assignment-operator expression ]          condition = binary [ "?" expression ":" expression ]
//   binary     = unary { operator binary }, by LEVELS                  unary     = { + - ! ~ } ( number | NAME | "(" expression ")" )
//
// As POSIX says: 64 bits with a sign, C's operators without ++ -- and the comma, octal with 0 and hexadecimal with 0x in
// front. A name is its variable's value, which has to be a number; unset or empty it is 0. Too large results wrap.

import { isName } from "./names";
import { Variables } from "./variables";

/** Binary operators, the ones that bind weakest first; of two that begin alike in a row, the longer one first. */
const LEVELS: string[][] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];
const OPERATORS: string[] =
  "<<= >>= << >> <= >= == != && || += -= *= /= %= &= ^= |= < > + - * / % & ^ | ! ~ ? : = ( )".split(" ");
const ASSIGNMENTS: string[] = ["=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "<<=", ">>="];
const UNARY: string[] = ["+", "-", "!", "~"];
const BLANKS = " \t\n";
const DIGITS = "0123456789abcdef";
const MAX_DEPTH: i32 = 64; // operands in one another; the machine stack is finite

export class Arithmetic {
  /** "" or what is wrong. */
  error: string = "";
  private at: i32 = 0;
  private token: string = ""; // operator, number or name; "" at the end
  private depth: i32 = 0;
  private idle: i32 = 0; // > 0: in an operand that && || ?: leave out, which assigns nothing and divides nothing

  constructor(
    private text: string,
    private variables: Variables,
  ) {}

  /** The value. Only to be used when `error` is "". */
  evaluate(): i64 {
    this.advance();
    if (!this.token.length) return 0;
    const value = this.expression();
    if (this.token.length) this.fail(`unexpected \`${this.token}'`);
    return value;
  }

  /** Notes the first fault and lets every loop come to its end. → 0 */
  private fail(message: string): i64 {
    if (!this.error.length) this.error = `$((${this.text})): ${message}`;
    this.at = this.text.length;
    this.token = "";
    return 0;
  }

  private advance(): void {
    const text = this.text;
    while (this.at < text.length && BLANKS.includes(text.charAt(this.at))) this.at++;
    const from = this.at;
    while (this.at < text.length && isName("_" + text.charAt(this.at))) this.at++;
    this.token = text.substring(from, this.at);
    if (this.token.length || this.at == text.length) return;
    for (let i = 0; i < OPERATORS.length; i++) {
      if (!text.startsWith(OPERATORS[i], from)) continue;
      this.token = OPERATORS[i];
      this.at += this.token.length;
      return;
    }
    this.fail(`unexpected \`${text.charAt(from)}'`);
  }

  private accept(token: string): bool {
    if (this.token != token) return false;
    this.advance();
    return true;
  }

  private expression(): i64 {
    if (++this.depth > MAX_DEPTH) return this.fail("too many expressions in one another");
    const name = this.token;
    const condition = this.binary(0);
    let value = condition;
    if (isName(name) && ASSIGNMENTS.includes(this.token)) value = this.assignment(name, condition);
    else if (this.accept("?")) value = this.choice(condition != 0);
    this.depth--;
    return value;
  }

  private assignment(name: string, before: i64): i64 {
    const operator = this.token;
    this.advance();
    const operand = this.expression();
    const value = operator == "=" ? operand : this.apply(operator.slice(0, -1), before, operand);
    if (!this.idle && !this.error.length) this.variables.set(name, value.toString());
    return value;
  }

  private choice(met: bool): i64 {
    this.idle += i32(!met);
    const first = this.expression();
    this.idle -= i32(!met);
    if (!this.accept(":")) return this.fail("`:' expected");
    this.idle += i32(met);
    const second = this.expression();
    this.idle -= i32(met);
    return met ? first : second;
  }

  private binary(level: i32): i64 {
    if (level == LEVELS.length) return this.unary();
    let left = this.binary(level + 1);
    while (LEVELS[level].includes(this.token)) {
      const operator = this.token;
      this.advance();
      const decided = (operator == "&&" && left == 0) || (operator == "||" && left != 0);
      this.idle += i32(decided);
      const right = this.binary(level + 1);
      this.idle -= i32(decided);
      left = this.apply(operator, left, right);
    }
    return left;
  }

  private unary(): i64 {
    const token = this.token;
    if (!UNARY.includes(token)) return this.operand();
    if (++this.depth > MAX_DEPTH) return this.fail("too many expressions in one another");
    this.advance();
    const value = this.unary();
    this.depth--;
    if (token == "-") return -value;
    if (token == "!") return i64(value == 0);
    return token == "~" ? ~value : value;
  }

  private operand(): i64 {
    const token = this.token;
    if (this.accept("(")) {
      const value = this.expression();
      return this.accept(")") ? value : this.fail("`)' expected");
    }
    if (!token.length) return this.fail("operand expected");
    this.advance();
    if (!isName(token)) return this.number(token, token);
    const value = this.variables.get(token).trim();
    return value.length ? this.number(value, `${token}=${value}`) : 0;
  }

  /** text: a number as POSIX writes it, with a sign if it comes from a variable; shown: what an error calls it */
  private number(text: string, shown: string): i64 {
    const first = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    const isHex = text.startsWith("0x", first) || text.startsWith("0X", first);
    const base = isHex ? 16 : text.charAt(first) == "0" ? 8 : 10;
    const digits = text.substring(isHex ? first + 2 : first).toLowerCase();
    let value: i64 = 0;
    for (let i = 0; i < digits.length; i++) {
      const digit = DIGITS.indexOf(digits.charAt(i));
      if (digit < 0 || digit >= base) return this.fail(`\`${shown}' is no number`);
      value = value * base + digit;
    }
    if (!digits.length) return this.fail(`\`${shown}' is no number`);
    return text.startsWith("-") ? -value : value;
  }

  private apply(operator: string, a: i64, b: i64): i64 {
    if (operator == "||") return i64(a != 0 || b != 0);
    if (operator == "&&") return i64(a != 0 && b != 0);
    if (operator == "|") return a | b;
    if (operator == "^") return a ^ b;
    if (operator == "&") return a & b;
    if (operator == "==") return i64(a == b);
    if (operator == "!=") return i64(a != b);
    if (operator == "<=") return i64(a <= b);
    if (operator == ">=") return i64(a >= b);
    if (operator == "<") return i64(a < b);
    if (operator == ">") return i64(a > b);
    if (operator == "<<") return a << b;
    if (operator == ">>") return a >> b;
    if (operator == "+") return a + b;
    if (operator == "-") return a - b;
    return operator == "*" ? a * b : this.divide(operator, a, b);
  }

  private divide(operator: string, a: i64, b: i64): i64 {
    if (this.idle) return 0;
    if (b == 0) return this.fail("division by zero");
    if (b == -1) return operator == "/" ? -a : 0; // the machine's own division traps when the result is too large
    return operator == "/" ? a / b : a % b;
  }
}
