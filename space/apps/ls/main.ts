// ls: files, then the entries of directories, one a line, sorted by name.

import { CommandLine, stdout } from "../../lib/console";
import { DirectoryReader, joinPath, lstat, Stat, stat } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";
import { writeLong } from "./long";

const MAX_DEPTH: i32 = 64; // directories in one another that -R goes down; the machine stack is finite

function compareNames(a: string, b: string): i32 {
  return a < b ? -1 : i32(a > b);
}

class Lister {
  private info: Stat = new Stat();

  constructor(private cli: CommandLine) {}

  /** One line for `name`, which is found at `path`. */
  private entry(path: string, name: string): void {
    if (!this.cli.has("l")) {
      stdout.text(name).newline();
      return;
    }
    const error = stat(path, this.info);
    if (error) this.cli.complain(path, error);
    else writeLong(this.info, name);
  }

  /** Lists what is in the directory at `path`. */
  private directory(path: string, depth: i32): void {
    const names: string[] = [];
    const reader = new DirectoryReader(path);
    while (reader.next()) {
      if (this.cli.has("a") || !reader.name.startsWith(".")) names.push(reader.name);
    }
    reader.close();
    if (reader.error) this.cli.complain(path, reader.error);
    names.sort(compareNames);
    for (let i = 0; i < names.length; i++) this.entry(joinPath(path, names[i]), names[i]);
    if (this.cli.has("R")) this.below(path, names, depth);
  }

  /** Lists the directories among `names`, which are in `path`. */
  private below(path: string, names: string[], depth: i32): void {
    const info = new Stat();
    for (let i = 0; i < names.length; i++) {
      const inner = joinPath(path, names[i]);
      if (names[i] == "." || names[i] == ".." || lstat(inner, info) || !info.isDirectory) continue;
      if (depth == MAX_DEPTH) {
        this.cli.complainText(inner, "too many directories in one another");
        continue;
      }
      stdout.newline().text(inner).text(":").newline();
      this.directory(inner, depth + 1);
    }
  }

  /** Lists the operands: files first, then directories, under their names if there is more than one operand. */
  run(operands: string[]): void {
    const directories: string[] = [];
    let filesListed = false;
    for (let i = 0; i < operands.length; i++) {
      const error = stat(operands[i], this.info);
      if (error) this.cli.complain(operands[i], error);
      else if (this.info.isDirectory) directories.push(operands[i]);
      else {
        this.entry(operands[i], operands[i]);
        filesListed = true;
      }
    }
    for (let i = 0; i < directories.length; i++) {
      if (i > 0 || filesListed) stdout.newline();
      if (operands.length > 1 || this.cli.has("R")) stdout.text(directories[i]).text(":").newline();
      this.directory(directories[i], 0);
    }
  }
}

export function main(): i32 {
  const cli = new CommandLine("ls", "al1R", HELP, 2);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0) cli.operands.push(".");
  cli.operands.sort(compareNames);
  new Lister(cli).run(cli.operands);
  return cli.finish();
}
