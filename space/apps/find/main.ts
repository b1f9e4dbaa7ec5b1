// find: walks directories and prints the paths that fit.

import { CommandLine, stdout } from "../../lib/console";
import { baseName, DirectoryReader, joinPath, lstat, Stat, typeLetter } from "../../lib/fs";
import { args } from "../../lib/process";
import { matchPattern } from "../sh/pattern";
import { HELP } from "./help";

const MAX_DEPTH: i32 = 64; // directories in one another; the machine stack is finite

class Finder {
  name: string | null = null;
  type: string = "";
  depth: i32 = MAX_DEPTH;

  constructor(private cli: CommandLine) {}

  /** Prints `path` if it fits, and what is below it. */
  walk(path: string, level: i32): void {
    const info = new Stat();
    const error = lstat(path, info);
    if (error) {
      this.cli.complain(path, error);
      return;
    }
    if (this.fits(path, info)) stdout.text(path).newline();
    if (info.isDirectory && level < this.depth && !stdout.error) this.walkDirectory(path, level + 1);
  }

  private walkDirectory(path: string, level: i32): void {
    const names: string[] = [];
    const reader = new DirectoryReader(path);
    while (reader.next()) if (!reader.isDot) names.push(reader.name);
    reader.close();
    if (reader.error) this.cli.complain(path, reader.error);
    if (level > MAX_DEPTH) this.cli.complainText(path, "too many directories in one another");
    else for (let i = 0; i < names.length; i++) this.walk(joinPath(path, names[i]), level);
  }

  private fits(path: string, info: Stat): bool {
    const name = this.name;
    if (name !== null && !matchPattern(name, baseName(path))) return false;
    if (!this.type.length) return true;
    const letter = typeLetter(info.mode);
    return letter == this.type || (this.type == "f" && letter == "-");
  }
}

/** Reads the conditions from word `first` on. → whether they are right */
function readConditions(cli: CommandLine, finder: Finder, words: string[], first: i32): bool {
  for (let i = first; i < words.length; i += 2) {
    const option = words[i];
    const known = option == "-name" || option == "-type" || option == "-maxdepth";
    if (!known) return cli.refuse(`unknown option ${option}`);
    if (i + 1 == words.length) return cli.refuse(`option ${option} needs a value`);
    const value = words[i + 1];
    if (option == "-name") {
      finder.name = value;
    } else if (option == "-type") {
      if (value.length != 1 || !"fdlc".includes(value)) return cli.refuse(`-type: unknown type ${value}`);
      finder.type = value;
    } else {
      const depth = parseDepth(value);
      if (depth < 0) return cli.refuse(`-maxdepth: ${value} is not a number`);
      finder.depth = depth;
    }
  }
  return true;
}

function parseDepth(text: string): i32 {
  let value = text.length ? 0 : -1;
  for (let i = 0; i < text.length && value >= 0; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    value = digit < 0 || digit > 9 ? -1 : min(value * 10 + digit, MAX_DEPTH);
  }
  return value;
}

export function main(): i32 {
  const words = args();
  const cli = new CommandLine("find", "", HELP, 1);
  if (words.length == 2 && words[1] == "--help") {
    cli.parse(words);
    return cli.status;
  }
  let first = 1;
  while (first < words.length && !words[first].startsWith("-")) first++;
  const finder = new Finder(cli);
  if (!readConditions(cli, finder, words, first)) return cli.status;
  if (first == 1) finder.walk(".", 0);
  for (let i = 1; i < first; i++) finder.walk(words[i], 0);
  return cli.finish();
}
