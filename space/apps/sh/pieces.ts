// Where the pieces of a word end: quoted texts, ${…}, $(…). Called by expand.ts, on words whose quotes and brackets the lexer
// has seen closed.

import { nameEnd } from "./names";

const DIGITS = "0123456789";

/** Where the name, number or sign that begins at `from` ends. */
export function parameterEnd(text: string, from: i32): i32 {
  if (text.charAt(from) == "?") return from + 1;
  let at = from;
  while (at < text.length && DIGITS.includes(text.charAt(at))) at++;
  return at > from ? at : nameEnd(text, from);
}

/** Behind the quoted piece or escaped character at `at`; `at` + 1 for any other one. The lexer has seen that all have an end. */
function pieceEnd(word: string, at: i32): i32 {
  const c = word.charAt(at);
  if (c == "'") return word.indexOf("'", at + 1) + 1;
  if (c == "\\") return at + 2;
  if (c == "$" && word.charAt(at + 1) == "{") return closingBrace(word, at + 2) + 1;
  if (c == "$" && word.charAt(at + 1) == "(") return closingParenthesis(word, at + 2) + 1;
  if (c != '"') return at + 1;
  let end = at + 1;
  while (end < word.length && word.charAt(end) != '"')
    end = word.charAt(end) == "'" ? end + 1 : pieceEnd(word, end);
  return end + 1;
}

export function closingBrace(word: string, from: i32): i32 {
  let at = from;
  while (at < word.length && word.charAt(at) != "}") at = pieceEnd(word, at);
  return at;
}

export function closingParenthesis(word: string, from: i32): i32 {
  let at = from;
  for (let open = 1; at < word.length; at = pieceEnd(word, at)) {
    if (word.charAt(at) == "(") open++;
    else if (word.charAt(at) == ")" && --open == 0) break;
  }
  return at;
}
