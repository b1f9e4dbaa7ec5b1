// What a variable's name is: letters, digits and underscores, no digit first.

function isNameStart(c: i32): bool {
  return <u32>((c | 0x20) - 0x61) < 26 || c == 0x5f;
}

function isNameUnit(c: i32): bool {
  return isNameStart(c) || <u32>(c - 0x30) < 10;
}

/** Where the name that begins at `from` ends; `from` when none does. */
export function nameEnd(text: string, from: i32): i32 {
  if (from >= text.length || !isNameStart(text.charCodeAt(from))) return from;
  let at = from + 1;
  while (at < text.length && isNameUnit(text.charCodeAt(at))) at++;
  return at;
}

export function isName(text: string): bool {
  return text.length > 0 && nameEnd(text, 0) == text.length;
}

/** NAME=… */
export function isAssignment(word: string): bool {
  const end = nameEnd(word, 0);
  return end > 0 && end < word.length && word.charAt(end) == "=";
}
