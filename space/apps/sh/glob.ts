// Patterns that name files:  /tmp/*.ts  →  every path that matches, sorted. A name that begins with a dot is only matched
// by a pattern that begins with one, "." and ".." by none; `/` is matched by itself only.

import { DirectoryReader, lstat, Stat } from "../../lib/fs";
import { isPattern, matchPattern, unescapePattern } from "./pattern";

/** Paths that one pattern gives at most; more are as none, and the word stays as it is. */
const MAX_MATCHES: i32 = 4096;

function compareNames(a: string, b: string): i32 {
  return a < b ? -1 : i32(a > b);
}

/** The paths that match `pattern`, sorted; none: []. */
export function glob(pattern: string): string[] {
  const parts = pattern.split("/");
  let paths: string[] = [""];
  for (let i = 0; i < parts.length; i++) {
    const last = i == parts.length - 1;
    paths = step(paths, parts[i], i == 0, last);
    if (paths.length == 0 || paths.length > MAX_MATCHES) return [];
  }
  const info = new Stat();
  const found: string[] = [];
  for (let i = 0; i < paths.length; i++) if (!lstat(paths[i], info)) found.push(paths[i]);
  found.sort(compareNames);
  return found;
}

/** Extends every path by what `part` of the pattern matches in it, and by a slash before what follows. */
function step(paths: string[], part: string, first: bool, last: bool): string[] {
  const extended: string[] = [];
  const slash = last ? "" : "/";
  for (let i = 0; i < paths.length && extended.length <= MAX_MATCHES; i++) {
    if (isPattern(part)) addMatches(extended, paths[i], part, slash);
    else extended.push(paths[i] + unescapePattern(part) + slash);
  }
  return extended;
}

function addMatches(extended: string[], directory: string, part: string, slash: string): void {
  const reader = new DirectoryReader(directory.length ? directory : ".");
  const showDots = part.startsWith(".");
  while (reader.next()) {
    if (reader.isDot || (reader.name.startsWith(".") && !showDots)) continue;
    if (matchPattern(part, reader.name)) extended.push(directory + reader.name + slash);
  }
  reader.close();
}
