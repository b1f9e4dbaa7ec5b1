// The long form of a listing's line:   drwxr-xr-x   2      64 name
//                                      mode     links  bytes

import { stdout } from "../../lib/console";
import { Stat, typeLetter } from "../../lib/fs";

const LINKS_WIDTH: u32 = 4;
const SIZE_WIDTH: u32 = 9;
const PERMISSIONS = "rwxrwxrwx";
const HIGHEST_PERMISSION: u32 = 0o400;

/** Appends the line for a file with these facts to standard output. */
export function writeLong(info: Stat, name: string): void {
  let mode = typeLetter(info.mode);
  for (let i = 0; i < PERMISSIONS.length; i++) {
    mode += info.mode & (HIGHEST_PERMISSION >> i) ? PERMISSIONS.charAt(i) : "-";
  }
  stdout.text(mode).number(info.links, 10, LINKS_WIDTH);
  stdout.text(" ").number(info.size, 10, SIZE_WIDTH);
  stdout.text(" ").text(name).newline();
}
