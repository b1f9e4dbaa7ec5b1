// The boot archive in the tree: good archives, every kind of bad one, and thousands of random mutations.

import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { EEXIST, EISDIR, ENOENT, ENOMEM, ENOTEMPTY, EROFS } from "../../../abi/errno.ts";
import { O_APPEND, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } from "../../../abi/file.ts";
import { type ArchiveEntry, makeArchive } from "../harness/cpio.ts";
import { checkArena } from "./arena_check.ts";
import { VfsClient } from "./client.ts";

const DIRECTORY_MODE = 0o040755;
const MUTATED_ARCHIVES = 1000;

const GOOD: ArchiveEntry[] = [
  { name: "etc", mode: DIRECTORY_MODE },
  { name: "etc/motd", data: "welcome\n" },
  { name: "bin", mode: 0o040711 },
  { name: "bin/tool", mode: 0o100755, data: Buffer.alloc(10_000, 0x7f), padding: 3000 },
  { name: "empty", data: "" },
  { name: "deep/er/est/file", data: "down here" },
];

let current: VfsClient | undefined;

function start(initrd: Uint8Array): VfsClient {
  current = new VfsClient({ initrd });
  expect(current.startStatus).toBe(0);
  return current;
}

const startWith = (...entries: ArchiveEntry[]): VfsClient => start(makeArchive(entries));

/** The archive is mapped read-only: the machine would kill a service that writes there. */
function expectArchiveUntouched(vfs: VfsClient): void {
  const { mapping, initrd } = vfs.kernel;
  if (!mapping || !initrd) return;
  const now = Buffer.from(vfs.service.memory.buffer, mapping.address, mapping.bytes);
  expect(now.equals(initrd)).toBe(true);
}

afterEach(() => {
  if (!current) return;
  checkArena(current.service.memory);
  expectArchiveUntouched(current);
  current = undefined;
});

describe("a good archive", () => {
  test("files, directories, modes, data", () => {
    const vfs = start(makeArchive(GOOD));
    expect(vfs.kernel.log).toEqual([]);
    expect(vfs.list("/")).toEqual(["bin", "deep", "dev", "empty", "etc", "mnt", "proc", "tmp"]);
    expect(vfs.get("/etc/motd")).toEqual(Buffer.from("welcome\n"));
    expect(vfs.get("/bin/tool")).toEqual(Buffer.alloc(10_000, 0x7f));
    expect(vfs.get("/empty")).toEqual(Buffer.alloc(0));
    expect(vfs.get("/deep/er/est/file")).toEqual(Buffer.from("down here"));
    expect(vfs.stat("/bin/tool")).toMatchObject({ mode: 0o100755, size: 10_000n, links: 1, mtime_ns: 0n });
    expect(vfs.stat("/bin")).toMatchObject({ mode: 0o040711 });
  });

  test("files are read-only", () => {
    const vfs = start(makeArchive(GOOD));
    for (const flags of [O_WRONLY, O_RDWR, O_WRONLY | O_TRUNC, O_WRONLY | O_APPEND, O_CREAT | O_RDWR]) {
      expect(vfs.open("/etc/motd", flags)).toBe(-EROFS);
    }
    expect(vfs.create("/etc/motd")).toBe(-EROFS);
    expect(vfs.unlink("/etc/motd")).toBe(-EROFS);
    expect(vfs.rmdir("/etc")).toBe(-ENOTEMPTY);
    expect(vfs.mkdir("/etc/motd")).toBe(-EEXIST);
    const handle = vfs.open("/etc/motd", O_CREAT);
    expect(handle).toBeGreaterThan(0);
    expect(vfs.write(handle, "x")).toBeLessThan(0);
    expect(vfs.read(handle, 100, 3n)).toEqual(Buffer.from("come\n"));
  });

  test("directories are ordinary: files come and go in them", () => {
    const vfs = start(makeArchive(GOOD));
    expect(vfs.put("/etc/mine", "new")).toBe(0);
    expect(vfs.list("/etc")).toEqual(["mine", "motd"]);
    expect(vfs.unlink("/etc/mine")).toBe(0);
    expect(vfs.mkdir("/deep/er/est/more")).toBe(0);
    expect(vfs.rmdir("/deep/er/est/more")).toBe(0);
    expect(vfs.create("/etc")).toBe(-EISDIR);
  });

  test("odd but right spellings of names", () => {
    const vfs = startWith(
      { name: ".", mode: 0o040700 },
      { name: "./a/./b//c", data: "1" },
      { name: "/d/e", data: "2" },
      { name: "f/", mode: DIRECTORY_MODE },
      { name: "tmp", mode: 0o040777 },
    );
    expect(vfs.kernel.log).toEqual([]);
    expect(vfs.get("/a/b/c")).toEqual(Buffer.from("1"));
    expect(vfs.get("/d/e")).toEqual(Buffer.from("2"));
    expect(vfs.stat("/f")).toMatchObject({ mode: DIRECTORY_MODE });
    expect(vfs.stat("/")).toMatchObject({ mode: 0o040700 });
    expect(vfs.stat("/tmp")).toMatchObject({ mode: 0o040777 });
  });

  test("no archive, an empty one, and one that cannot be mapped", () => {
    const none = new VfsClient();
    expect(none.list("/")).toEqual(["dev", "mnt", "proc", "tmp"]);
    expect(none.kernel.log).toEqual([]);
    expect(startWith().list("/")).toEqual(["dev", "mnt", "proc", "tmp"]);
    const configure = (kernel: { mapError: number }): number => (kernel.mapError = -ENOMEM);
    const vfs = new VfsClient({ initrd: makeArchive(GOOD), configure });
    expect(vfs.startStatus).toBe(0);
    expect(vfs.kernel.log).toEqual(["boot archive: error 12"]);
    expect(vfs.list("/")).toEqual(["dev", "mnt", "proc", "tmp"]);
    checkArena(vfs.service.memory);
  });
});

describe("entries that are skipped, and logged once", () => {
  const skips: [string, ArchiveEntry[], string][] = [
    [
      "a second file of the same name",
      [
        { name: "a", data: "1" },
        { name: "a", data: "2" },
      ],
      "1, the first with error 17",
    ],
    [
      "a directory over a file",
      [
        { name: "a", data: "1" },
        { name: "a", mode: DIRECTORY_MODE },
      ],
      "1, the first with error 20",
    ],
    ["a file over a directory", [{ name: "d/x" }, { name: "d", data: "2" }], "1, the first with error 17"],
    [
      "a file under a file",
      [
        { name: "a", data: "1" },
        { name: "a/b", data: "2" },
      ],
      "1, the first with error 20",
    ],
    ["a device over ours", [{ name: "dev/null", data: "2" }], "1, the first with error 17"],
    [
      "names that go up",
      [{ name: "../a" }, { name: "x/../../a" }, { name: "b/.." }],
      "3, the first with error 22",
    ],
    ["a name of 256 bytes", [{ name: "n".repeat(256) }], "1, the first with error 36"],
    ["33 directories deep", [{ name: "d/".repeat(33) + "f" }], "1, the first with error 36"],
    [
      "links, fifos, devices, no type",
      [0o120777, 0o010644, 0o020644, 0o060644, 0].map((mode, i) => ({ name: `n${i}`, mode })),
      "5, the first with error 22",
    ],
    ["a file with a slash", [{ name: "f/", data: "1" }], "1, the first with error 22"],
  ];
  for (const [what, entries, reason] of skips) {
    test(what, () => {
      const vfs = startWith(...entries, { name: "after", data: "all" });
      expect(vfs.kernel.log).toEqual([`boot archive: entries skipped: ${reason}`]);
      expect(vfs.get("/after")).toEqual(Buffer.from("all"));
      expect(vfs.stat("/dev/null")).toMatchObject({ mode: 0o020666 });
    });
  }

  test("more files than inodes", () => {
    const vfs = startWith(...Array.from({ length: 16_400 }, (_, i) => ({ name: `d/${i}`, data: "x" })));
    expect(vfs.kernel.log).toEqual(["boot archive: entries skipped: 23, the first with error 28"]);
    expect(vfs.get("/d/16376")).toEqual(Buffer.from("x"));
    expect(vfs.stat("/d/16377")).toBe(-ENOENT);
  });
});

describe("broken archives end where they break", () => {
  const whole = makeArchive([
    { name: "first", data: "1" },
    { name: "second", data: "2" },
  ]);
  const second = whole.indexOf("070701", 10);
  const broken = (at: number, text: string): Buffer => {
    const copy = Buffer.from(whole);
    copy.write(text, second + at, "latin1");
    return copy;
  };
  const expectFirstOnly = (archive: Buffer, reason: string, at = second): void => {
    const vfs = start(archive);
    expect(vfs.kernel.log).toEqual([`boot archive: ${reason} at byte ${at}`]);
    expect(vfs.list("/")).toEqual(["dev", "first", "mnt", "proc", "tmp"]);
  };

  test("magic", () => {
    for (const magic of ["070702", "070707", "\0\0\0\0\0\0", "170701"]) {
      expectFirstOnly(broken(0, magic), "no cpio newc header");
    }
  });

  test("digits", () => {
    for (const at of [14, 54, 94]) {
      for (const digits of [
        "0000000g",
        "-0000001",
        "0x000001",
        "       1",
        "\xff0000000",
        "/0000000",
        ":0000000",
      ]) {
        expectFirstOnly(broken(at, digits), "a field is not hexadecimal");
      }
    }
  });

  test("sizes that reach past the end or wrap", () => {
    for (const at of [54, 94]) {
      for (const digits of ["ffffffff", "fffffff0", "80000000", "00010000"]) {
        expectFirstOnly(broken(at, digits), "the archive is cut off");
      }
    }
  });

  test("names without an end, or empty", () => {
    expectFirstOnly(broken(94, "00000000"), "a bad name");
    expectFirstOnly(broken(94, "00000006"), "a bad name");
    expectFirstOnly(broken(110, "\0"), "a bad name");
    const long = start(makeArchive([{ name: "x".repeat(4096), data: "1" }]));
    expect(long.kernel.log).toEqual(["boot archive: a bad name at byte 0"]);
  });

  test("a last name that ends where the memory of the archive ends", () => {
    const last = makeArchive([{ name: "last", data: "" }]).subarray(0, 110 + 5 + 1);
    const fill = makeArchive([{ name: "fill", data: Buffer.alloc(6 * 4096 - last.length - 116) }]);
    const archive = Buffer.concat([fill.subarray(0, 6 * 4096 - last.length), last]);
    expect(archive.length % 4096).toBe(0);
    const vfs = start(archive);
    expect(vfs.list("/")).toEqual(["dev", "fill", "last", "mnt", "proc", "tmp"]);
    expect(vfs.kernel.log).toEqual([`boot archive: the archive is cut off at byte ${archive.length}`]);
  });

  test("cut at every byte", () => {
    for (let length = 1; length < whole.length; length++) {
      const vfs = start(whole.subarray(0, length));
      const trailerAt = whole.indexOf("070701", second + 6);
      const isComplete = length >= trailerAt + 110 + 11;
      expect([length, vfs.kernel.log.length]).toEqual([length, isComplete ? 0 : 1]);
      checkStillWorks(vfs);
    }
  });
});

/** Uses the tree as a program would, with whatever the archive left in it. */
function checkStillWorks(vfs: VfsClient): void {
  expect(vfs.put("/tmp/works", "yes")).toBe(0);
  expect(vfs.get("/tmp/works")).toEqual(Buffer.from("yes"));
}

/** Reads everything below a directory. */
function readTree(vfs: VfsClient, path: string): void {
  if (path === "/proc") return; // another service's
  const names = vfs.list(path);
  if (typeof names === "number") throw new Error(`${path}: ${names}`);
  for (const name of names.filter((each) => !/[\ufffd]/.test(each))) {
    const child = `${path === "/" ? "" : path}/${name}`;
    const stat = vfs.stat(child);
    if (typeof stat === "number") throw new Error(`${child}: ${stat}`);
    if ((stat.mode & 0xf000) === 0x4000) readTree(vfs, child);
    if ((stat.mode & 0xf000) === 0x8000) expect(BigInt((vfs.get(child) as Buffer).length)).toBe(stat.size);
  }
}

describe("mutations", () => {
  const hex = fc.constantFrom(..."0123456789abcdefABCDEFg \0".split("")).map((c) => c.charCodeAt(0));
  const mutation = fc.record({
    at: fc.nat(1_000_000),
    bytes: fc.array(fc.oneof(hex, fc.nat(255), fc.constantFrom(0x2f, 0x2e, 0)), {
      minLength: 1,
      maxLength: 9,
    }),
  });
  const field = fc.record({
    entry: fc.nat(GOOD.length),
    field: fc.nat(12),
    value: fc.oneof(fc.nat(300), fc.nat(0xffff), fc.integer({ min: 0x7ffffff0, max: 0xffffffff })),
  });

  test(`${MUTATED_ARCHIVES} archives: no trap, nothing outside, a sound tree`, () => {
    const small = GOOD.map((entry) =>
      entry.name === "bin/tool" ? { ...entry, data: "tool", padding: 9 } : entry,
    );
    const good = makeArchive(small);
    const headers = [...good.toString("latin1").matchAll(/070701/g)].map(({ index }) => index);
    const property = fc.property(
      fc.array(mutation, { maxLength: 4 }),
      fc.array(field, { maxLength: 3 }),
      fc.option(fc.nat(good.length)),
      (mutations, fields, cut) => {
        const archive = Buffer.from(good);
        for (const { entry, field: index, value } of fields) {
          archive.write(value.toString(16).padStart(8, "0"), headers[entry] + 6 + index * 8, "latin1");
        }
        for (const { at, bytes } of mutations) Buffer.from(bytes).copy(archive, at % archive.length);
        const vfs = start(cut === null ? archive : archive.subarray(0, Math.max(1, cut)));
        checkArena(vfs.service.memory);
        expectArchiveUntouched(vfs);
        readTree(vfs, "/");
        checkStillWorks(vfs);
        expect(vfs.kernel.log.length).toBeLessThanOrEqual(2);
      },
    );
    fc.assert(property, { numRuns: MUTATED_ARCHIVES });
  });
});
