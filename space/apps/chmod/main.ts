// chmod: permissions. A mode is octal, or who (u g o a), how (+ - =) and what (r w x), several with commas.

import { CommandLine } from "../../lib/console";
import { chmod, Stat, stat } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

const MODE_MASK: u32 = 0o7777;
const WHO = "ugo";
const WHAT = "rwx";
const ALL: u32 = 0o777;
const INVALID: i32 = -1;

function octal(text: string): i32 {
  let value = text.length ? 0 : INVALID;
  for (let i = 0; i < text.length && value >= 0; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    value = digit < 0 || digit > 7 ? INVALID : value * 8 + digit;
    if (value > <i32>MODE_MASK) value = INVALID;
  }
  return value;
}

/** The mode that one clause (u+x) makes of `mode`, or INVALID. */
function applyClause(clause: string, mode: u32): i32 {
  let at = 0;
  let who: u32 = 0;
  for (; at < clause.length && (WHO + "a").includes(clause.charAt(at)); at++) {
    const index = WHO.indexOf(clause.charAt(at));
    who |= index < 0 ? ALL : 0o700 >> (<u32>index * 3);
  }
  const how = clause.charAt(at++);
  if (!who) who = ALL;
  let bits: u32 = 0;
  for (; at < clause.length; at++) {
    const index = WHAT.indexOf(clause.charAt(at));
    if (index < 0) return INVALID;
    bits |= 0o444 >> (<u32>index);
  }
  if (how == "+") return <i32>(mode | (bits & who));
  if (how == "-") return <i32>(mode & ~(bits & who));
  return how == "=" ? <i32>((mode & ~who) | (bits & who)) : INVALID;
}

/** The mode that `text` makes of `mode`, or INVALID. */
function modeOf(text: string, mode: u32): i32 {
  if (text.length && "01234567".includes(text.charAt(0))) return octal(text);
  const clauses = text.split(",");
  let result = <i32>mode;
  for (let i = 0; i < clauses.length && result >= 0; i++) result = applyClause(clauses[i], result);
  return result;
}

export function main(): i32 {
  const words = args();
  const cli = new CommandLine("chmod", "", HELP, 1);
  // "-x" is a mode.
  const isMode =
    words.length > 2 && words[1].length > 1 && words[1].charAt(0) == "-" && WHAT.includes(words[1].charAt(1));
  if (!cli.parse(isMode ? words.slice(0, 1).concat(words.slice(2)) : words)) return cli.status;
  const operands = isMode ? [words[1]].concat(cli.operands) : cli.operands;
  if (operands.length < 2) {
    cli.refuse("missing operand");
    return cli.status;
  }
  if (modeOf(operands[0], 0) < 0) {
    cli.refuse(`${operands[0]}: not a mode`);
    return cli.status;
  }
  const info = new Stat();
  for (let i = 1; i < operands.length; i++) {
    let error = stat(operands[i], info);
    if (!error) error = chmod(operands[i], modeOf(operands[0], info.mode & MODE_MASK));
    if (error) cli.complain(operands[i], error);
  }
  return cli.finish();
}
