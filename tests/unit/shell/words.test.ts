// How the shell cuts a text into commands and words: seen by what it starts.

import fc from "fast-check";
import { expect, test } from "vitest";
import { Machine } from "./machine.ts";

/** The argv of every program that `text` starts. */
function commands(text: string): string[][] {
  const machine = new Machine();
  machine.shell(text);
  return machine.started;
}

/** The words after `echo` in `text`. */
function words(text: string): string[] {
  return commands(`echo ${text}`)[0]?.slice(1);
}

test.each<[string, string[]]>([
  ["a  b\tc", ["a", "b", "c"]],
  ["'a  b' c", ["a  b", "c"]],
  ["'it'\\''s'", ["it's"]],
  ['"a  b"c', ["a  bc"]],
  ['"a\\"b\\\\c\\$d\\`e\\f"', ['a"b\\c$d`e\\f']],
  ["a\\ b\\;c\\>d\\|e\\&f\\'g\\\"h\\#i", ["a b;c>d|e&f'g\"h#i"]],
  ["''", [""]],
  ['a"" ""', ["a", ""]],
  ["a#b #c d", ["a#b"]],
  ["'#' \"#\"", ["#", "#"]],
  ["a\\\nb \\\n c", ["ab", "c"]],
  ['"a\\\nb"', ["ab"]],
  ["'a\\\nb'", ["a\\\nb"]],
  ["'|&()`$x' \"|&()\"", ["|&()`$x", "|&()"]],
  ["$ 5$ $. '$'x", ["$", "5$", "$.", "$x"]],
  ["é ☃ 😀", ["é", "☃", "😀"]],
  ["a=b *x ? [x] ~ {a,b} !", ["a=b", "*x", "?", "[x]", "~", "{a,b}", "!"]],
])("echo %j", (text, expected) => {
  expect(words(text)).toEqual(expected);
});

test("any words come through single quotes unchanged", () => {
  const word = fc.string({ unit: "grapheme", maxLength: 20 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (list) => {
      const quoted = list.map((text) => `'${text.replaceAll("'", "'\\''")}'`).join(" ");
      expect(words(quoted)).toEqual(list);
    }),
    { numRuns: 200 },
  );
});

test("commands are separated by semicolons and newlines", () => {
  expect(commands("echo a;echo b ; echo c\n\n\necho d;\necho e;")).toEqual([
    ["echo", "a"],
    ["echo", "b"],
    ["echo", "c"],
    ["echo", "d"],
    ["echo", "e"],
  ]);
  expect(commands(" \n\t # nothing\n")).toEqual([]);
});

test("$? is the status of the command before", () => {
  expect(words("$?")).toEqual(["0"]);
  expect(
    commands("false; echo $? \"<$?>\" '$?'; crash exit 42; echo $?;echo $?").filter(
      ([name]) => name === "echo",
    ),
  ).toEqual([
    ["echo", "1", "<1>", "$?"],
    ["echo", "42"],
    ["echo", "0"],
  ]);
});

test.each([
  ["echo 'a", "unterminated quote '"],
  ['echo "a', 'unterminated quote "'],
  ['echo "a\\"', 'unterminated quote "'],
  ["echo a\\", "backslash at the end"],
  ["echo a)", "unexpected `)'"],
  ["(echo a", "unexpected end"],
  ["()", "unexpected `)'"],
  ["echo (a)", "unexpected `('"],
  ["echo a |", "unexpected end"],
  ["echo a && ", "unexpected end"],
  ["| cat", "unexpected `|'"],
  ["echo a & & echo b", "unexpected `&'"],
  ["echo a &&& echo b", "unexpected `&'"],
  ["then", "unexpected `then'"],
  ["if true; then fi", "unexpected `fi'"],
  ["if true; fi", "`then' expected"],
  ["while true; do echo a", "unexpected end"],
  ["for 1 in a; do echo a; done", "`1' is no name"],
  ["for x in a do echo b; done", "`do' expected"],
  ["f() { echo a; }", "unexpected `('"],
  ["echo `a`", "``' is not supported"],
  ['echo "`a`"', "``' is not supported"],
  ["echo $(a", "unterminated $("],
  ["echo ${a", "unterminated ${"],
  ["cat << x", "`<<' is not supported"],
  ["cat <> b", "`<>' is not supported"],
  ["echo a >| b", "`>|' is not supported"],
  ["echo a >", "no file name after a redirection"],
  ["echo a > ; echo b", "no file name after a redirection"],
  ["echo a > > b", "no file name after a redirection"],
  ["cat <", "no file name after a redirection"],
  ["echo a > 'b", "unterminated quote '"],
  ["; echo a", "no command before `;'"],
  ["echo a;; echo b", "unexpected `;;'"],
])("%j is a syntax error, and nothing is run", (text, message) => {
  for (const whole of [text, `echo before; ${text}`]) {
    if (/^echo before; [;|)]/.test(whole)) continue;
    const machine = new Machine();
    const result = machine.shell(whole);
    expect(result).toEqual({ status: 2, out: "", err: `sh: syntax error: ${message}\n` });
    expect(machine.started).toEqual([]);
  }
});

test("no text makes the shell trap", () => {
  const piece = fc.constantFrom(
    "echo",
    "a",
    " ",
    ";",
    "'",
    '"',
    "\\",
    "$",
    "?",
    ">",
    ">>",
    "<",
    "2",
    "#",
    "\n",
    "|",
    "&",
    "(",
    ")",
    "$(",
    "${",
    "}",
    "*",
    "[",
    "if ",
    "then ",
    "fi",
    "x=",
    "\0",
    "/tmp/f",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const { status } = new Machine().shell(pieces.join(""));
      expect([0, 1, 2, 126, 127]).toContain(status);
    }),
    { numRuns: 500 },
  );
});
