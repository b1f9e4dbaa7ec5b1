// ls: files, then the entries of directories, one a line, sorted by name.

import { CommandLine, stdout } from "../../lib/console";
import { DirectoryReader, joinPath, Stat, stat } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";
import { writeLong } from "./long";

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
  private directory(path: string): void {
    const names: string[] = [];
    const reader = new DirectoryReader(path);
    while (reader.next()) {
      if (this.cli.has("a") || !reader.name.startsWith(".")) names.push(reader.name);
    }
    reader.close();
    if (reader.error) this.cli.complain(path, reader.error);
    names.sort(compareNames);
    for (let i = 0; i < names.length; i++) this.entry(joinPath(path, names[i]), names[i]);
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
      if (operands.length > 1) stdout.text(directories[i]).text(":").newline();
      this.directory(directories[i]);
    }
  }
}

export function main(): i32 {
  const cli = new CommandLine("ls", "al", HELP, 2);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0) cli.operands.push("/");
  cli.operands.sort(compareNames);
  new Lister(cli).run(cli.operands);
  return cli.finish();
}
