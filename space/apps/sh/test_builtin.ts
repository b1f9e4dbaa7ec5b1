// test, alias [: a condition as a status. 0 it holds, 1 it does not, 2 it is none.

import { eprintln } from "../../lib/console";
import { lstat, Stat, stat } from "../../lib/fs";

const HOLDS: i32 = 0;
const FAILS: i32 = 1;
const WRONG: i32 = 2;
const MAX_DIGITS: i32 = 18; // all that an i64 surely holds
const COMPARISONS: string[] = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge"];
const EXECUTE_BITS: u32 = 0o111;

let notNumber: string = "";

function wrong(text: string): i32 {
  eprintln(`sh: test: ${text}`);
  return WRONG;
}

export function runTest(words: string[]): i32 {
  const closed = words[0] == "[";
  if (closed && words[words.length - 1] != "]") return wrong("missing `]'");
  return evaluate(words.slice(1, closed ? words.length - 1 : words.length));
}

function evaluate(words: string[]): i32 {
  if (words.length == 0) return FAILS;
  if (words.length == 1) return words[0].length ? HOLDS : FAILS;
  if (words[0] == "!" && !(words.length == 3 && isBinary(words[1]))) {
    const status = evaluate(words.slice(1));
    return status == WRONG ? WRONG : 1 - status;
  }
  if (words.length == 2) return unary(words[0], words[1]);
  if (words.length == 3) return binary(words[0], words[1], words[2]);
  return wrong("too many arguments");
}

function status(holds: bool): i32 {
  return holds ? HOLDS : FAILS;
}

function isBinary(operator: string): bool {
  return operator == "=" || operator == "==" || operator == "!=" || COMPARISONS.includes(operator);
}

function unary(operator: string, word: string): i32 {
  if (operator == "-n") return status(word.length > 0);
  if (operator == "-z") return status(word.length == 0);
  const info = new Stat();
  if (operator == "-L" || operator == "-h") return status(!lstat(word, info) && info.isLink);
  if (operator.length != 2 || !"efdsx".includes(operator.charAt(1)) || operator.charAt(0) != "-")
    return wrong(`${operator}: unknown condition`);
  if (stat(word, info)) return FAILS;
  if (operator == "-f") return status(info.isFile);
  if (operator == "-d") return status(info.isDirectory);
  if (operator == "-s") return status(info.size > 0);
  return status(operator == "-e" || (info.mode & EXECUTE_BITS) != 0);
}

function binary(left: string, operator: string, right: string): i32 {
  if (operator == "=" || operator == "==") return status(left == right);
  if (operator == "!=") return status(left != right);
  const index = COMPARISONS.indexOf(operator);
  if (index < 0) return wrong(`${operator}: unknown condition`);
  notNumber = "";
  const a = number(left);
  const b = number(right);
  if (notNumber.length) return wrong(`${notNumber}: not a number`);
  if (index == 0) return status(a == b);
  if (index == 1) return status(a != b);
  if (index == 2) return status(a < b);
  if (index == 3) return status(a <= b);
  return status(index == 4 ? a > b : a >= b);
}

function number(text: string): i64 {
  const negative = text.startsWith("-");
  const digits = negative ? text.substring(1) : text;
  let value: i64 = 0;
  let ok = digits.length > 0 && digits.length <= MAX_DIGITS;
  for (let i = 0; i < digits.length && ok; i++) {
    const digit = digits.charCodeAt(i) - 0x30;
    ok = digit >= 0 && digit <= 9;
    value = value * 10 + digit;
  }
  if (!ok) notNumber = text.length ? text : "''";
  return negative ? -value : value;
}
