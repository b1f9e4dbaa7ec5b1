// The tools that copy, move, compare and show files, and those that mount: each run as on the machine.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeDirectory, makeFile } from "./files.ts";
import { Machine } from "./machine.ts";

const MISSING = "No such file or directory";

function machineWith(files: Record<string, string | Uint8Array>): Machine {
  const machine = new Machine();
  for (const [name, content] of Object.entries(files)) machine.files.add(name, makeFile(content));
  return machine;
}

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

test("md5sum: any bytes, around the block size too", () => {
  const lengths = fc.oneof(
    fc.integer({ min: 0, max: 200 }),
    fc.constantFrom(55, 56, 63, 64, 65, 119, 120, 128),
  );
  fc.assert(
    fc.property(lengths, fc.nat(255), (length, first) => {
      const bytes = Buffer.from(Array.from({ length }, (_, i) => (first + i * 31) & 0xff));
      const { out, status } = machineWith({ "/tmp/a": bytes }).run(["md5sum", "/tmp/a"]);
      expect([out, status]).toEqual([`${md5(bytes)}  /tmp/a\n`, 0]);
    }),
    { numRuns: 60 },
  );
});

test("md5sum: a file of several reads, a tree in order, a directory without -r, what is missing", () => {
  const large = Buffer.alloc(200_001, "large");
  const machine = machineWith({ "/t/b/z": "z", "/t/b/a": "a", "/t/a": large });
  expect(machine.run(["md5sum", "-r", "/t"]).out).toBe(
    `${md5(large)}  /t/a\n${md5(Buffer.from("a"))}  /t/b/a\n${md5(Buffer.from("z"))}  /t/b/z\n`,
  );
  expect(machine.run(["md5sum", "/t", "/none"])).toEqual({
    status: 1,
    out: "",
    err: `md5sum: /t: Is a directory\nmd5sum: /none: ${MISSING}\n`,
  });
});

test("cp: to a name, into a directory, a tree; what cannot be copied", () => {
  const machine = machineWith({ "/tmp/a": "A", "/tmp/d/x/y": "Y" });
  expect(machine.run(["cp", "/tmp/a", "/tmp/b"])).toEqual({ status: 0, out: "", err: "" });
  expect(machine.files.text("/tmp/b")).toBe("A");
  machine.run(["cp", "/tmp/a", "/tmp/b", "/tmp/d"]);
  expect(machine.files.text("/tmp/d/b")).toBe("A");
  expect(machine.run(["cp", "-r", "/tmp/d", "/tmp/e"]).status).toBe(0);
  expect(machine.files.text("/tmp/e/x/y")).toBe("Y");
  machine.run(["cp", "-r", "/tmp/d", "/tmp/e"]);
  expect(machine.files.text("/tmp/e/d/x/y")).toBe("Y");
  expect(machine.run(["cp", "/tmp/d", "/tmp/f"]).err).toBe("cp: /tmp/d: Is a directory\n");
  expect(machine.run(["cp", "-r", "/tmp/d", "/tmp/d/in"]).err).toBe("cp: /tmp/d/in: Invalid argument\n");
  expect(machine.run(["cp", "/tmp/a", "/tmp/b", "/tmp/none"]).err).toBe("cp: /tmp/none: Not a directory\n");
  expect(machine.run(["cp", "/none", "/tmp/f"]).err).toBe(`cp: /none: ${MISSING}\n`);
});

test("mv: a new name, into a directory, and to another file system by a copy", () => {
  const machine = machineWith({ "/tmp/a": "A", "/tmp/b": "B" });
  machine.files.add("/tmp/d", makeDirectory());
  machine.files.add("/disk", { ...makeDirectory(), otherDisk: true });
  machine.run(["mv", "/tmp/a", "/tmp/c"]);
  machine.run(["mv", "/tmp/c", "/tmp/d"]);
  expect(machine.files.text("/tmp/d/c")).toBe("A");
  expect(machine.run(["mv", "/tmp/b", "/disk"]).status).toBe(0);
  expect(machine.files.text("/disk/b")).toBe("B");
  expect(machine.run(["cat", "/tmp/b"]).err).toBe(`cat: /tmp/b: ${MISSING}\n`);
  expect(machine.run(["mv", "/tmp/d", "/disk"]).err).toBe("mv: /tmp/d: Invalid cross-device link\n");
});

test("ln, touch, truncate", () => {
  const machine = machineWith({ "/tmp/a": "A" });
  machine.run(["ln", "/tmp/a", "/tmp/b"]);
  expect(machine.files.find("/tmp/b")).toBe(machine.files.find("/tmp/a"));
  expect(machine.run(["ln", "/tmp/a", "/tmp/b"]).err).toBe("ln: /tmp/b: File exists\n");
  machine.run(["touch", "/tmp/new", "/tmp/a"]);
  expect(machine.files.text("/tmp/new") + machine.files.text("/tmp/a")).toBe("A");
  machine.run(["touch", "-c", "/tmp/never"]);
  expect(machine.files.find("/tmp/never")).toBeLessThan(0);
  machine.run(["truncate", "-s", "2K", "/tmp/a"]);
  expect(machine.files.text("/tmp/a")).toBe(`A${"\0".repeat(2047)}`);
  for (const size of ["", "x", "-1", "1T", "99999999999999999999", "9999999999999G"])
    expect(machine.run(["truncate", "-s", "--", size, "/tmp/a"]).err).toContain("is no size");
});

test("dd: blocks, what is left out, and what stays", () => {
  const machine = machineWith({ "/tmp/a": "0123456789", "/tmp/out": "abcdefghij" });
  const run = (...words: string[]): string => machine.run(["dd", "if=/tmp/a", "of=/tmp/out", ...words]).err;
  expect(run("bs=2", "skip=1", "count=2", "seek=1", "conv=notrunc")).toBe("4 bytes copied\n");
  expect(machine.files.text("/tmp/out")).toBe("ab2345ghij");
  expect(run()).toBe("10 bytes copied\n");
  expect(machine.files.text("/tmp/out")).toBe("0123456789");
  for (const word of ["bs=0", "bs=1G", "count=x", "what=1", "conv=other", "if", "skip=999999999999999999"])
    expect(run(word)).toBe(`dd: ${word} is not understood\ntry 'dd --help'\n`);
});

test("cmp: equal, different, shorter, missing", () => {
  const machine = machineWith({ "/tmp/a": "one\ntwo\n", "/tmp/b": "one\ntwx\n", "/tmp/c": "one\n" });
  expect(machine.run(["cmp", "/tmp/a", "/tmp/a"])).toEqual({ status: 0, out: "", err: "" });
  expect(machine.run(["cmp", "/tmp/a", "/tmp/b"])).toEqual({
    status: 1,
    out: "/tmp/a /tmp/b differ: byte 7, line 2\n",
    err: "",
  });
  expect(machine.run(["cmp", "/tmp/a", "/tmp/c"]).out).toBe("/tmp/c ends after byte 4\n");
  expect(machine.run(["cmp", "/tmp/a", "/none"]).status).toBe(2);
});

test("hexdump: lines of 16 bytes", () => {
  const machine = machineWith({ "/tmp/a": "Hello, HNX\0\x7fabcdE" });
  expect(machine.run(["hexdump", "/tmp/a"]).out).toBe(
    "00000000  48 65 6c 6c 6f 2c 20 48  4e 58 00 7f 61 62 63 64  |Hello, HNX..abcd|\n" +
      `00000010  45${" ".repeat(48)}|E|\n00000011\n`,
  );
});

test("mount, umount, df, sync", () => {
  const machine = machineWith({});
  machine.files.add("/mnt", makeDirectory());
  expect(machine.run(["mount", "-r", "/dev/vda", "/mnt"]).status).toBe(0);
  expect(machine.mounts.get("/mnt")).toBe("/dev/vda  1");
  expect(machine.run(["mount", "/dev/vda", "/mnt", "ext4"]).err).toBe(
    "mount: /dev/vda: Device or resource busy\n",
  );
  expect(machine.run(["umount", "/mnt"]).status).toBe(0);
  expect(machine.run(["umount", "/mnt"]).err).toBe("umount: /mnt: Invalid argument\n");
  const [, line] = machine.run(["df", "/tmp"]).out.split("\n");
  expect(line.trim().split(/\s+/)).toEqual(["4000", "3000", "1000", "50", "/tmp"]);
  expect(machine.run(["sync"])).toEqual({ status: 0, out: "", err: "" });
});
