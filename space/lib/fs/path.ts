// Paths as text.

/** `name` inside `directory`, with one slash between. */
export function joinPath(directory: string, name: string): string {
  return directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}

/** Index after the last character that is no slash: what is left of a path without trailing slashes. */
function trimmedEnd(path: string): i32 {
  let end = path.length;
  while (end > 0 && path.charAt(end - 1) == "/") end--;
  return end;
}

/** The last component: "c" of "/a/b/c" and of "/a/b/c/"; "/" for slashes only. */
export function baseName(path: string): string {
  const end = trimmedEnd(path);
  if (end == 0) return path.length ? "/" : "";
  const trimmed = path.substring(0, end);
  return trimmed.substring(trimmed.lastIndexOf("/") + 1);
}
