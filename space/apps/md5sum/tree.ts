// All files below a directory, in the order of their paths. Without recursion: a tree may be 2,000 levels deep.

import { CommandLine } from "../../lib/console";
import { DirectoryReader, Stat, joinPath, stat } from "../../lib/fs";
import { S_IFLNK } from "../../../abi/file";

function comparePaths(a: string, b: string): i32 {
  return a < b ? -1 : i32(a > b);
}

/** Appends what is in `directory` to the two lists. */
function readDirectory(cli: CommandLine, directory: string, files: string[], directories: string[]): void {
  const info = new Stat();
  const reader = new DirectoryReader(directory);
  while (reader.next()) {
    if (reader.isDot) continue;
    const path = joinPath(directory, reader.name);
    if (reader.isDirectory) directories.push(path);
    else if (reader.type != S_IFLNK || stat(path, info) || !info.isDirectory) files.push(path);
  }
  reader.close();
  if (reader.error) cli.complain(directory, reader.error);
}

/** The paths of all that is no directory below `root`. */
export function listTree(cli: CommandLine, root: string): string[] {
  const files: string[] = [];
  const directories = [root];
  for (let i = 0; i < directories.length; i++) readDirectory(cli, directories[i], files, directories);
  files.sort(comparePaths);
  return files;
}
