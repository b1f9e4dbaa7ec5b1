// Line editing: what keys make of a line, seen by what the shell then runs; and what the terminal is shown.

import fc from "fast-check";
import { expect, test } from "vitest";
import { makeFile } from "./files.ts";
import { Machine } from "./machine.ts";

const UP = "\x1b[A";
const DOWN = "\x1b[B";
const RIGHT = "\x1b[C";
const LEFT = "\x1b[D";

function terminal(): Machine {
  const machine = new Machine();
  machine.terminal = true;
  return machine;
}

/** The arguments of every echo that the typed lines start. */
function echoed(keys: string, machine = terminal()): string[][] {
  machine.run(["sh"], keys);
  return machine.started.map((argv) => argv.slice(1));
}

/** The terminal's rows after these bytes, as one that is `columns` wide shows them. Only what screen.ts uses. */
function shownBy(bytes: string, columns: number): string[] {
  const rows: string[][] = [[]];
  let column = 0;
  for (const [piece] of bytes.matchAll(/\x1b(?:\[[0-9;]*[A-Za-z]|[78])|[^\x1b]/gu)) {
    const row = rows[rows.length - 1];
    if (piece === "\n") rows.push([]);
    else if (piece === "\r") column = 0;
    else if (piece === "\x1b[K") row.length = Math.min(row.length, column);
    else if (/^\x1b\[\d+C$/.test(piece)) column = Math.min(columns - 1, column + Number(piece.slice(2, -1)));
    else if (!piece.startsWith("\x1b") && piece !== "\x07") {
      if (column >= columns) throw new Error(`column ${column} of ${columns}`);
      row[column++] = piece;
    }
    if (piece === "\n") column = 0;
  }
  return rows.map((row) => Array.from(row, (c) => c ?? " ").join(""));
}

test.each<[string, string, string[]]>([
  ["a line", "echo a b\r", ["a", "b"]],
  ["a newline ends it too", "echo a\n", ["a"]],
  ["backspace, both kinds", "echo abx\x7fy\b\r", ["ab"]],
  ["cursor left and insert", `echo ac${LEFT}b\r`, ["abc"]],
  ["right, beyond the end too", `echo ac${LEFT}${RIGHT}${RIGHT}${RIGHT}b\r`, ["acb"]],
  ["home and end", "cho a\x01e\x05b\r", ["ab"]],
  ["Home, End, Delete", "xecho a\x1b[H\x1b[3~\x1b[Fb\r", ["ab"]],
  ["Home and End of other terminals", "xecho a\x1b[1~\x1b[3~\x1b[4~b\x1bOHx\b\x1bOFc\r", ["abc"]],
  ["^B ^F ^D", "echo abc\x02\x02\x04d\x06\x02\r", ["adc"]],
  ["^K and ^Y", `echo abc${LEFT}${LEFT}\x0b\x19\x19\r`, ["abcbc"]],
  ["^U", "nonsense\x15echo a\r", ["a"]],
  ["^W", "echo a bcd  \x17e\r", ["a", "e"]],
  ["words", "echo ab cd\x1bb\x1b[1;5Dx\x1bf\x1b[1;5Cy\r", ["xab", "cdy"]],
  ["UTF-8 is erased by character", "echo h\u00e9\u00e9\x7f\u4f60\u{1f600}\x7f\r", ["h\u00e9\u4f60"]],
  ["a mark goes with its letter", `echo xe\u0301${LEFT}y\r`, ["xye\u0301"]],
  ["unknown sequences are no text", "echo a\x1b[99~\x1b[1;2Pb\x1bz\r", ["ab"]],
  ["the answer to the question for the width", "echo a\x1b[1;40Rb\r", ["ab"]],
])("%s", (_, keys, expected) => {
  expect(echoed(keys)).toEqual([expected]);
});

test("^C gives a line up, ^D on an empty one ends", () => {
  const machine = terminal();
  const { status, out } = machine.run(["sh"], "echo a\x03echo b\r\x04echo c\r");
  expect(machine.started).toEqual([["echo", "b"]]);
  expect(out).toContain("^C\n");
  expect(status).toBe(0);
});

test("commands run on a terminal that edits lines", () => {
  const machine = terminal();
  machine.run(["sh"], "exit 3\r");
  expect(machine.raw).toBe(false);
});

test("history goes up and down, and keeps what is being typed", () => {
  expect(echoed(`echo a\recho b\r${UP}${UP}\r`)).toEqual([["a"], ["b"], ["a"]]);
  expect(echoed(`echo a\recho b\r${UP}${UP}${DOWN}x\r`)).toEqual([["a"], ["b"], ["bx"]]);
  expect(echoed(`echo a\recho typ${UP}${DOWN}ed\r`)).toEqual([["a"], ["typed"]]);
  expect(echoed(`echo a\r\x10\x10\x10\r\x0e\x0e\x0eecho c\r`)).toEqual([["a"], ["a"], ["c"]]);
});

test("history is bounded, and has no line twice in a row", () => {
  const keys = Array.from({ length: 300 }, (_, i) => `x${i}\r`).join("") + UP.repeat(400);
  const machine = terminal();
  const { err } = machine.run(["sh"], `${keys}\r`);
  expect([...err.matchAll(/sh: (\w+): command not found/g)].at(-1)?.[1]).toBe("x44");
  expect(echoed(`echo a\recho a\recho b\r${UP}${UP}${UP}\r`).at(-1)).toEqual(["a"]);
});

test("a line that is full refuses more", () => {
  expect(echoed(`echo ${"a".repeat(6000)}\r`)[0][0]).toHaveLength(4091);
});

function withFiles(): Machine {
  const machine = terminal();
  for (const name of ["alpha", "alpine", "beta file", ".hidden", "d'q"])
    machine.files.add(`/w/${name}`, makeFile());
  machine.files.add("/w/directory/inner", makeFile());
  return machine;
}

test.each<[string, string, string[]]>([
  ["a path", "echo /w/be\t\r", ["/w/beta file"]],
  ["what several have in common", "echo /w/a\tx\r", ["/w/alpx"]],
  ["a directory gets a slash", "echo /w/dir\tin\t\r", ["/w/directory/inner"]],
  ["hidden files only for a dot", "echo /w/.\t\r", ["/w/.hidden"]],
  ["in quotes", "echo '/w/be\t\r", ["/w/beta file"]],
  ["in double quotes", 'echo "/w/be\t\r', ["/w/beta file"]],
  ["special characters are escaped", "echo /w/d\\'\t\r", ["/w/d'q"]],
  ["a command", "ech\ta\r", ["a"]],
  ["a command behind a separator", "true; ech\ta\r", ["a"]],
  ["a variable", "longname=v; echo $lo\t\r\x15longname=v\recho $long\t\r", ["v"]],
  ["in the middle of a line", `echo  b${LEFT}${LEFT}/w/be\t\r`, ["/w/beta file", "b"]],
  ["nothing to find", "echo /nope/a\tb\r", ["/nope/ab"]],
])("Tab completes %s", (_, keys, expected) => {
  expect(
    echoed(keys, withFiles())
      .filter((argv) => argv.length)
      .at(-1),
  ).toEqual(expected);
});

test("Tab shows what there is when nothing can be added", () => {
  const { out } = withFiles().run(["sh"], "echo /w/alp\t\x15");
  expect(out).toContain("\nalpha  alpine\n");
});

test.each([20, 40, 200])("a long line is shown in part, never wrapped, on %i columns", (columns) => {
  const text = `echo ${Array.from({ length: 30 }, (_, i) => `word${i}`).join(" ")}`;
  const { out } = terminal().run(["sh"], `\x1b[1;${columns}R${text}\x01\x05${LEFT.repeat(50)}`);
  const rows = shownBy(out, columns);
  expect(rows[0]).toContain("hnx$ ");
  expect(rows[0].length).toBeLessThanOrEqual(columns);
});

test("a short line is shown as it is", () => {
  const { out } = terminal().run(["sh"], `echo abc${LEFT}${LEFT}X\x01`);
  expect(shownBy(out, 80)[0]).toBe("hnx$ echo aXbc");
});

test("no keys make the editor trap", () => {
  const pieces = [
    "a",
    "\u00e9",
    "\u{1f600}",
    "\u0301",
    " ",
    "/w/",
    "'",
    '"',
    "\\",
    "$",
    "\t",
    UP,
    DOWN,
    LEFT,
    RIGHT,
    "\x1b",
    "[",
    ";",
    "5",
    "R",
  ];
  const controls = "\x01\x02\x05\x06\x08\x0b\x0c\x0e\x10\x15\x17\x19\x7f".split("");
  const key = fc.constantFrom(...pieces, ...controls);
  fc.assert(
    fc.property(fc.array(key, { maxLength: 60 }), fc.integer({ min: 1, max: 60 }), (keys, columns) => {
      const { status } = withFiles().run(["sh"], `\x1b[1;${columns}R${keys.join("")}\x03\x03\x03exit 7\r`);
      expect(status).toBe(7);
    }),
    { numRuns: 200 },
  );
});
