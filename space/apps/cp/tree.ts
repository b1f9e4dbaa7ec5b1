// Copying a directory with all that is in it. Without recursion: a tree may be 2,000 levels deep.

import { EEXIST } from "../../../abi/errno";
import { S_IFLNK } from "../../../abi/file";
import { CommandLine } from "../../lib/console";
import {
  DirectoryReader,
  copyFile,
  failedAtTarget,
  joinPath,
  mkdir,
  readlink,
  readlinkError,
  symlink,
} from "../../lib/fs";

/** Makes the symbolic link `to` like `from`. */
function copyLink(cli: CommandLine, from: string, to: string): void {
  const text = readlink(from);
  if (text === null) return cli.complain(from, readlinkError);
  const error = symlink(text, to);
  if (error) cli.complain(to, error);
}

/** Copies the tree at `source` to `target`, which may be there as a directory. */
export function copyTree(cli: CommandLine, source: string, target: string): void {
  const directories = [""];
  for (let i = 0; i < directories.length; i++) {
    const from = source + directories[i];
    const to = target + directories[i];
    const error = mkdir(to);
    if (error && error != -EEXIST) {
      cli.complain(to, error);
      continue;
    }
    const reader = new DirectoryReader(from);
    while (reader.next()) {
      if (reader.isDot) continue;
      if (reader.isDirectory) directories.push(`${directories[i]}/${reader.name}`);
      else if (reader.type == S_IFLNK) copyLink(cli, joinPath(from, reader.name), joinPath(to, reader.name));
      else {
        const failure = copyFile(joinPath(from, reader.name), joinPath(to, reader.name));
        if (failure) cli.complain(joinPath(failedAtTarget ? to : from, reader.name), failure);
      }
    }
    reader.close();
    if (reader.error) cli.complain(from, reader.error);
  }
}
