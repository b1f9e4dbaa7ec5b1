// Patterns of the shell: `*` any text, `?` one character, [a-z] and [!a-z] one of a set, \x the character x. Expansion hands
// every word on in this form, quoted characters escaped, so that it is known which of them mean themselves.

const SPECIAL = "*?[]\\";

/** `text` as a pattern that matches only itself. */
export function escapePattern(text: string): string {
  let escaped = "";
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    escaped += SPECIAL.includes(c) ? "\\" + c : c;
  }
  return escaped;
}

/** The text that a pattern was made of. */
export function unescapePattern(pattern: string): string {
  if (!pattern.includes("\\")) return pattern;
  let text = "";
  for (let i = 0; i < pattern.length; i++) {
    if (pattern.charAt(i) == "\\" && i + 1 < pattern.length) i++;
    text += pattern.charAt(i);
  }
  return text;
}

/** Whether it can match anything but its own text. */
export function isPattern(pattern: string): bool {
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern.charAt(i);
    if (c == "\\") i++;
    else if (c == "*" || c == "?" || (c == "[" && setEnd(pattern, i) > 0)) return true;
  }
  return false;
}

/** Where the set that begins at `at` ends (behind its bracket), or -1: then the bracket means itself. */
function setEnd(pattern: string, at: i32): i32 {
  let i = at + 1;
  if (i < pattern.length && pattern.charAt(i) == "!") i++;
  for (let first = true; i < pattern.length; i++, first = false) {
    const c = pattern.charAt(i);
    if (c == "\\") i++;
    else if (c == "]" && !first) return i + 1;
  }
  return -1;
}

/** Whether the set at `at`, which ends at `end`, has unit `unit`. */
function setHas(pattern: string, at: i32, end: i32, unit: i32): bool {
  let i = at + 1;
  const negated = pattern.charAt(i) == "!";
  if (negated) i++;
  let has = false;
  while (i < end - 1) {
    if (pattern.charAt(i) == "\\" && i + 1 < end - 1) i++;
    const low = pattern.charCodeAt(i++);
    let high = low;
    if (i + 1 < end - 1 && pattern.charAt(i) == "-") {
      i++;
      if (pattern.charAt(i) == "\\" && i + 1 < end - 1) i++;
      high = pattern.charCodeAt(i++);
    }
    if (low <= unit && unit <= high) has = true;
  }
  return has != negated;
}

/** Units of the character at `at`: two for a surrogate pair. */
function unitsAt(text: string, at: i32): i32 {
  return (text.charCodeAt(at) & 0xfc00) == 0xd800 && at + 1 < text.length ? 2 : 1;
}

/**
 * Whether all of `text` matches. It goes back to the last `*` only, so the time is at most the product of the lengths.
 */
export function matchPattern(pattern: string, text: string): bool {
  let p = 0;
  let t = 0;
  let star = -1; // behind the last `*`
  let resume = 0; // where its text ends so far
  while (true) {
    if (p < pattern.length && pattern.charAt(p) == "*") {
      star = ++p;
      resume = t;
      continue;
    }
    if (t >= text.length) {
      return p == pattern.length;
    }
    const next = p < pattern.length ? matchOne(pattern, p, text, t) : -1;
    if (next >= 0) {
      t += pattern.charAt(p) == "?" ? unitsAt(text, t) : 1;
      p = next;
    } else if (star >= 0) {
      p = star;
      t = ++resume;
    } else {
      return false;
    }
  }
}

/** Matches the character of the pattern at `p`, which is no `*`. → where the next one begins, or -1 */
function matchOne(pattern: string, p: i32, text: string, t: i32): i32 {
  const c = pattern.charAt(p);
  const unit = text.charCodeAt(t);
  if (c == "?") return p + 1;
  if (c == "[") {
    const end = setEnd(pattern, p);
    if (end > 0) return setHas(pattern, p, end, unit) ? end : -1;
  }
  if (c == "\\" && p + 1 < pattern.length) return pattern.charCodeAt(p + 1) == unit ? p + 2 : -1;
  return pattern.charCodeAt(p) == unit ? p + 1 : -1;
}
