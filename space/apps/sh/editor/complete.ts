// What Tab makes of the word before the cursor:  a command where one begins, a variable behind `$`, a path everywhere else.

import { DirectoryReader, stat, Stat } from "../../../lib/fs";
import { builtinNames } from "../builtin_help";
import { Variables } from "../variables";

const DEFAULT_PATH = "/bin:/sbin";
const WORD_END = " \t\n;<>|&()";
const COMMAND_BEFORE = ";|&(\n";
const COMMAND_WORDS: string[] = ["then", "do", "else", "elif", "if", "while", "until", "!", "{"];
const NEEDS_ESCAPE = " \t\n'\"\\$`*?[];&|<>()#~{}!";
/** Names that are looked at; what a directory has beyond is not offered. */
const MAX_CANDIDATES: i32 = 4096;

export class Completion {
  /** What can follow, sorted: whole last parts of a path, with a slash behind directories. */
  candidates: string[] = [];
  /** What to insert at the cursor. */
  insertion: string = "";
}

/** The word before the cursor. */
class Word {
  text: string = ""; // without quotes
  quote: string = ""; // of the one that is open
  isCommand: bool = true;
}

function wordAt(text: string): Word {
  let word = new Word();
  let isCommand = true;
  let started = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (word.quote.length) {
      if (c == word.quote) word.quote = "";
      else if (c == "\\" && word.quote == '"' && i + 1 < text.length) word.text += text.charAt(++i);
      else word.text += c;
    } else if (WORD_END.includes(c)) {
      if (COMMAND_BEFORE.includes(c)) isCommand = true;
      else if (started) isCommand = isCommand && COMMAND_WORDS.includes(word.text);
      if (c == "<" || c == ">") isCommand = false;
      word = new Word();
      started = false;
    } else {
      started = true;
      if (c == "'" || c == '"') word.quote = c;
      else if (c == "\\" && i + 1 < text.length) word.text += text.charAt(++i);
      else word.text += c;
    }
  }
  word.isCommand = isCommand;
  return word;
}

/** Completes the word that ends at the end of `text`. */
export function complete(text: string, variables: Variables): Completion {
  const word = wordAt(text);
  const completion = new Completion();
  const slash = word.text.lastIndexOf("/");
  let prefix = word.text;
  if (word.text.startsWith("$") && slash < 0 && word.quote != "'") {
    prefix = word.text.substring(1);
    addVariables(completion, prefix, variables);
  } else if (word.isCommand && slash < 0) {
    addCommands(completion, prefix, variables);
  } else {
    prefix = word.text.substring(slash + 1);
    addPaths(completion, word.text.substring(0, slash + 1), prefix);
  }
  completion.candidates.sort();
  finish(completion, prefix, word.quote);
  return completion;
}

function addCommands(completion: Completion, prefix: string, variables: Variables): void {
  const names = new Set<string>();
  const builtins = builtinNames();
  for (let i = 0; i < builtins.length; i++) if (builtins[i].startsWith(prefix)) names.add(builtins[i]);
  const places = (variables.has("PATH") ? variables.get("PATH") : DEFAULT_PATH).split(":");
  for (let i = 0; i < places.length; i++) {
    const reader = new DirectoryReader(places[i].length ? places[i] : ".");
    while (reader.next() && names.size < MAX_CANDIDATES) {
      if (!reader.isDot && reader.name.startsWith(prefix)) names.add(reader.name);
    }
    reader.close();
  }
  completion.candidates = names.values();
}

function addVariables(completion: Completion, prefix: string, variables: Variables): void {
  const all = variables.list(false);
  for (let i = 0; i < all.length; i++) {
    const name = all[i].substring(0, all[i].indexOf("="));
    if (name.startsWith(prefix)) completion.candidates.push(name);
  }
}

function addPaths(completion: Completion, directory: string, prefix: string): void {
  const reader = new DirectoryReader(directory.length ? directory : ".");
  const info = new Stat();
  while (reader.next() && completion.candidates.length < MAX_CANDIDATES) {
    const name = reader.name;
    if (reader.isDot || !name.startsWith(prefix)) continue;
    if (name.startsWith(".") && !prefix.startsWith(".")) continue;
    const isDirectory = reader.isDirectory || (!stat(directory + name, info) && info.isDirectory);
    completion.candidates.push(isDirectory ? name + "/" : name);
  }
  reader.close();
}

/** Works out what all candidates have in common beyond the prefix; a single one is ended with a blank. */
function finish(completion: Completion, prefix: string, quote: string): void {
  const candidates = completion.candidates;
  if (candidates.length == 0) return;
  let common = candidates[0];
  for (let i = 1; i < candidates.length; i++) {
    let same = 0;
    while (same < common.length && common.charAt(same) == candidates[i].charAt(same)) same++;
    common = common.substring(0, same);
  }
  // Not between the two units of one character.
  if (common.length && (common.charCodeAt(common.length - 1) & 0xfc00) == 0xd800)
    common = common.substring(0, common.length - 1);
  completion.insertion = escape(common.substring(prefix.length), quote);
  if (candidates.length == 1 && !common.endsWith("/")) completion.insertion += quote + " ";
}

function escape(text: string, quote: string): string {
  if (quote == "'") return text;
  let escaped = "";
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    const special = quote.length ? '$`"\\'.includes(c) : NEEDS_ESCAPE.includes(c);
    escaped += special ? "\\" + c : c;
  }
  return escaped;
}
