// The library under the programs, where other programs' bytes come in: the argument block, directory records, UTF-8; and
// where long output leaves.

import fc from "fast-check";
import { expect, test } from "vitest";
import { argumentBlock } from "./arguments.ts";
import { makeDirectory, makeFile } from "./files.ts";
import { Machine } from "./machine.ts";

const BLOCK_SIZE = 0x2000;
const RUNS = 300;

/** A directory record with these header fields. */
function record(size: number, length: number, name: string, bytes = size): Buffer {
  const buffer = Buffer.alloc(Math.max(bytes, 8 + name.length));
  buffer.writeUInt16LE(size, 4);
  buffer.writeUInt8(8, 6);
  buffer.writeUInt8(length, 7);
  buffer.write(name, 8);
  return buffer.subarray(0, bytes);
}

test("no argument block makes a program trap or read beyond it", () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: BLOCK_SIZE }),
    fc.tuple(fc.nat(), fc.nat(), fc.uint8Array({ maxLength: 64 })).map(([argc, envc, rest]) => {
      const head = Buffer.alloc(8);
      head.writeUInt32LE(argc, 0);
      head.writeUInt32LE(envc, 4);
      return Buffer.concat([head, rest]);
    }),
  );
  fc.assert(
    fc.property(hostile, (bytes) => {
      const { status } = new Machine().runBlock("echo", Buffer.from(bytes));
      expect(status).toBe(0);
    }),
    { numRuns: RUNS },
  );
});

test("a string that would leave the block ends argv", () => {
  const block = Buffer.alloc(BLOCK_SIZE);
  argumentBlock(["echo", "kept", "x"]).copy(block);
  block.writeUInt32LE(0xffffffff, 0);
  block.writeUInt16LE(0xffff, 8 + 2 + 4 + 2 + 4);
  expect(new Machine().runBlock("echo", block).out).toBe("kept\n");
});

test("the last byte of the block can be a string's", () => {
  const first = argumentBlock(["echo"]).length;
  const longest = "y".repeat(BLOCK_SIZE - first - 2);
  expect(new Machine().run(["echo", longest]).out).toBe(`${longest}\n`);
});

test("the environment is handed on", () => {
  const machine = new Machine();
  const environment = ["HOME=/", "EMPTY=", "NAME=☃"];
  machine.run(["sh", "-c", "true"], "", environment);
  expect(machine.lastEnvironment).toEqual(environment);
});

test("any bytes in an argument come out again", () => {
  const noNul = fc.uint8Array({ maxLength: 60, min: 1 });
  fc.assert(
    fc.property(noNul, (bytes) => {
      const machine = new Machine();
      const file = machine.files.add("/tmp/out", makeFile());
      const quoted = Buffer.from(bytes.filter((byte) => byte !== 0x27 && byte !== 0x0a));
      const line = Buffer.concat([Buffer.from("echo -n '"), quoted, Buffer.from("' > /tmp/out\n")]);
      machine.files.add("/tmp/script", makeFile(line));
      expect(machine.shell("sh < /tmp/script").status).toBe(0);
      expect(file.bytes).toEqual(quoted);
    }),
    { numRuns: RUNS },
  );
});

test("long output is cut between characters, never inside one", () => {
  for (const shift of ["", "a", "ab", "abc"]) {
    const text = shift + "😀é☃x".repeat(700);
    expect(new Machine().run(["echo", text]).out).toBe(`${text}\n`);
  }
});

test.each<[string, Buffer[]]>([
  ["shorter than its head", [record(4, 1, "a", 4)]],
  ["smaller than its name", [record(12, 9, "abcdefghi", 20)]],
  ["longer than what was read", [record(400, 1, "a", 12)]],
  ["of size 0", [record(0, 1, "a", 12)]],
  ["without a name", [record(12, 0, "", 12)]],
])("a directory record %s ends the list with an error", (_what, records) => {
  const machine = new Machine();
  machine.files.add("/tmp/d", { ...makeDirectory(), records: [record(12, 2, "ok"), ...records] });
  expect(machine.run(["ls", "/tmp/d"])).toEqual({ status: 1, out: "ok\n", err: "ls: /tmp/d: Bad message\n" });
});

test("no directory records make a program trap", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 }), (records) => {
      const machine = new Machine();
      machine.files.add("/tmp/d", {
        ...makeDirectory(),
        records: records.map((bytes) => Buffer.from(bytes)),
      });
      expect([0, 1]).toContain(machine.run(["ls", "/tmp/d"]).status);
    }),
    { numRuns: RUNS },
  );
});
