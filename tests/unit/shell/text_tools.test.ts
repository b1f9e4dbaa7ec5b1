// The tools that read lines, and those that start others: head tail wc grep sort uniq find xargs env tee seq basename dirname.

import fc from "fast-check";
import { expect, test } from "vitest";
import { makeFile } from "./files.ts";
import { Machine } from "./machine.ts";

function machineWith(files: Record<string, string>): Machine {
  const machine = new Machine();
  for (const [path, content] of Object.entries(files)) machine.files.add(path, makeFile(content));
  return machine;
}

const NUMBERS = Array.from({ length: 15 }, (_, i) => `${i + 1}\n`).join("");

function shell(text: string, files: Record<string, string> = {}): string {
  const { out, err } = machineWith({
    "/tmp/n": NUMBERS,
    "/tmp/a": "b\na\nb\n",
    "/tmp/open": "x\nlast",
    ...files,
  }).shell(text);
  return out + err;
}

test.each([
  ["head /tmp/n", NUMBERS.slice(0, 21)],
  ["head -n 2 /tmp/n", "1\n2\n"],
  ["head -2 /tmp/n", "1\n2\n"],
  ["head -n2 < /tmp/n", "1\n2\n"],
  ["head -n 0 /tmp/n", ""],
  ["head -n 1 /tmp/n /tmp/a", "==> /tmp/n <==\n1\n\n==> /tmp/a <==\nb\n"],
  ["head -n x /tmp/n", "head: -n: x is not a number\ntry 'head --help'\n"],
  ["head -n", "head: option -n needs a value\ntry 'head --help'\n"],
  ["tail -n 2 /tmp/n", "14\n15\n"],
  ["tail -3 /tmp/n", "13\n14\n15\n"],
  ["tail /tmp/a", "b\na\nb\n"],
  ["tail -n +14 /tmp/n", "14\n15\n"],
  ["tail -n 0 /tmp/n", ""],
  ["tail -n 1 /tmp/open", "last\n"],
  ["wc -l < /tmp/n", "15\n"],
  ["wc /tmp/open", "       1        2        6 /tmp/open\n"],
  ["wc -w /tmp/n /tmp/a", "      15 /tmp/n\n       3 /tmp/a\n      18 total\n"],
  ["echo -n h\u00e9 | wc -c", "3\n"],
  ["wc /nope", "wc: /nope: No such file or directory\n"],
  ["sort /tmp/a", "a\nb\nb\n"],
  ["sort -r /tmp/a", "b\nb\na\n"],
  ["sort -u /tmp/a /tmp/a", "a\nb\n"],
  ["sort -n /tmp/n | tail -n 1", "15\n"],
  ["sort /tmp/n | tail -n 1", "9\n"],
  ["seq 3 -1 -2 | sort -n | head -n 1", "-2\n"],
  ["uniq /tmp/a", "b\na\nb\n"],
  ["sort /tmp/a | uniq -c", "      1 a\n      2 b\n"],
  ["sort /tmp/a | uniq -d", "b\n"],
  ["sort /tmp/a | uniq -u", "a\n"],
  ["seq 3", "1\n2\n3\n"],
  ["seq 2 3", "2\n3\n"],
  ["seq 5 -2 1", "5\n3\n1\n"],
  ["seq 3 1", ""],
  ["seq 1 0 2", "seq: the step is 0\ntry 'seq --help'\n"],
  ["seq a", "seq: a: not a number\ntry 'seq --help'\n"],
  ["basename /a/b.c .c; basename /; basename c c", "b\n/\nc\n"],
  ["dirname /a/b/c /a c a/b/ / //a", "/a/b\n/\n.\na\n/\n/\n"],
  ["echo x | tee /tmp/t | cat; cat /tmp/t", "x\nx\n"],
  ["echo x | tee -a /tmp/a > /tmp/q; cat /tmp/a", "b\na\nb\nx\n"],
  ["echo x | tee /nope/t", "x\ntee: /nope/t: No such file or directory\n"],
])("%s", (text, expected) => {
  expect(shell(text)).toBe(expected);
});

const POEM = "Roses are red\nviolets are blue\n\n[x] a.b\n";

test.each([
  ["red", "Roses are red\n"],
  ["^v", "violets are blue\n"],
  ["e$", "violets are blue\n"],
  ["^$", "\n"],
  ["r.s", "Roses are red\n".replace("Roses are red\n", "")],
  ["o[rs]es", "Roses are red\n"],
  ["'[^a-z ]'", "Roses are red\n[x] a.b\n"],
  ["e.*e", "Roses are red\nviolets are blue\n"],
  ["a\\.b", "[x] a.b\n"],
  ["-F [x]", "[x] a.b\n"],
  ["-i ROSES", "Roses are red\n"],
  ["-v are", "\n[x] a.b\n"],
  ["-c are", "2\n"],
  ["-n blue", "2:violets are blue\n"],
  ["-l are", "/tmp/p\n"],
  ["'*'", ""],
  ["[x", "grep: [x: unterminated [\n"],
])("grep %s", (options, expected) => {
  expect(shell(`grep ${options} /tmp/p`, { "/tmp/p": POEM })).toBe(expected);
});

test("grep's status, several files, standard input", () => {
  const machine = machineWith({ "/tmp/p": POEM, "/tmp/q": "are\n" });
  expect(machine.shell("grep -q are /tmp/p").status).toBe(0);
  expect(machine.shell("grep nope /tmp/p").status).toBe(1);
  expect(machine.shell("grep are /nope").status).toBe(2);
  expect(machine.shell("grep -c are /tmp/p /tmp/q").out).toBe("/tmp/p:2\n/tmp/q:1\n");
  expect(machine.shell("cat /tmp/p | grep red").out).toBe("Roses are red\n");
});

test("grep finds what JavaScript finds", () => {
  const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "a*", "b*", ".*", "[ab]*");
  const pattern = fc.tuple(fc.boolean(), fc.array(atom, { maxLength: 5 }), fc.boolean());
  const line = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, fc.array(line, { maxLength: 5 }), ([start, atoms, end], lines) => {
      const source = `${start ? "^" : ""}${atoms.join("")}${end ? "$" : ""}`;
      const machine = machineWith({ "/tmp/p": lines.map((text) => `${text}\n`).join("") });
      const expected = lines.filter((text) => new RegExp(source).test(text)).map((text) => `${text}\n`);
      expect(machine.run(["grep", source, "/tmp/p"]).out).toBe(expected.join(""));
    }),
    { numRuns: 300 },
  );
});

test("grep takes no time for a pattern with many stars", () => {
  const started = Date.now();
  expect(shell(`grep ${"a*".repeat(20)}b /tmp/p`, { "/tmp/p": `${"a".repeat(600)}\n` })).toBe("");
  expect(Date.now() - started).toBeLessThan(3000);
});

test("long lines and files without end", () => {
  const long = "x".repeat(100_000);
  expect(shell("wc -c /tmp/l; tail -n 1 /tmp/l | wc -c", { "/tmp/l": `a\n${long}` })).toBe(
    "100002 /tmp/l\n100001\n",
  );
});

test("find", () => {
  const files = { "/d/a.ts": "", "/d/e/b.ts": "", "/d/e/f/c.js": "" };
  expect(shell("find /d", files)).toBe("/d\n/d/a.ts\n/d/e\n/d/e/b.ts\n/d/e/f\n/d/e/f/c.js\n");
  expect(shell("find /d -name '*.ts' -type f", files)).toBe("/d/a.ts\n/d/e/b.ts\n");
  expect(shell("find /d -type d -maxdepth 1", files)).toBe("/d\n/d/e\n");
  expect(shell("find /nope", files)).toBe("find: /nope: No such file or directory\n");
  expect(shell("find /d -size 3", files)).toBe("find: unknown option -size\ntry 'find --help'\n");
});

test("xargs", () => {
  expect(shell("echo 'a b\n c' | xargs echo x")).toBe("x a b c\n");
  expect(shell("echo 1 2 3 | xargs -n 2")).toBe("1 2\n3\n");
  expect(shell("echo \"'a b' c\\ d\" | xargs -n 1")).toBe("a b\nc d\n");
  expect(shell("echo -n | xargs echo none")).toBe("none\n");
  expect(shell('echo "\'a" | xargs; echo $?')).toContain("unterminated quote\n");
  expect(new Machine().shell("echo /nope | xargs cat").status).toBe(123);
  expect(new Machine().shell("echo a | xargs nosuch").status).toBe(127);
  expect(shell("seq 5000 | xargs | wc -w")).toBe("5000\n");
});

test("env", () => {
  expect(new Machine().run(["env"], "", ["A=1", "B=2"]).out).toBe("A=1\nB=2\n");
  expect(new Machine().run(["env", "B=3", "C=4", "sh", "-c", "echo $A $B $C"], "", ["A=1", "B=2"]).out).toBe(
    "1 3 4\n",
  );
  expect(new Machine().run(["env", "-i", "C=4"], "", ["A=1"]).out).toBe("C=4\n");
  expect(new Machine().run(["env", "nosuch"]).status).toBe(127);
});
