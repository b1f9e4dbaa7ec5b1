// Removing a directory with all that is in it. Without recursion: a tree may be 2,000 levels deep (MAX_PATH), the machine
// stack has 64 KiB.

import { ENOENT } from "../../../abi/errno";
import { CommandLine } from "../../lib/console";
import { DirectoryReader, joinPath, rmdir, unlink } from "../../lib/fs";

/** Complains, unless -f was given and somebody else removed it first. */
function report(cli: CommandLine, path: string, error: i32): void {
  if (error && !(error == -ENOENT && cli.has("f"))) cli.complain(path, error);
}

/** Removes the files in `directory` and appends its directories to `found`. */
function clearDirectory(cli: CommandLine, directory: string, found: string[]): void {
  // The names first: the list stays whole while nothing is removed.
  const files: string[] = [];
  const reader = new DirectoryReader(directory);
  while (reader.next()) {
    if (reader.isDot) continue;
    const path = joinPath(directory, reader.name);
    if (reader.isDirectory) found.push(path);
    else files.push(path);
  }
  reader.close();
  report(cli, directory, reader.error);
  for (let i = 0; i < files.length; i++) report(cli, files[i], unlink(files[i]));
}

/** Removes the directory `root`: the files on the way down, then the directories, the deepest first. */
export function removeTree(cli: CommandLine, root: string): void {
  const directories = [root];
  for (let i = 0; i < directories.length; i++) clearDirectory(cli, directories[i], directories);
  for (let i = directories.length - 1; i >= 0; i--) report(cli, directories[i], rmdir(directories[i]));
}
