// What open, creat, mkdir, rmdir, unlink and stat do to names: the successes, and each errno of POSIX's.

import { describe, expect, test } from "vitest";
import { EBUSY, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, EROFS } from "../../../abi/errno.ts";
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from "../../../abi/file.ts";
import { FLAG_OTHER_ENDPOINT } from "../harness/message.ts";
import { checkArena } from "./arena_check.ts";
import { type Stat, VfsClient } from "./client.ts";

const DIRECTORY = 0x4000;
const REGULAR = 0x8000;
const CHARACTER = 0x2000;

describe("open", () => {
  test("nothing there", () => {
    const vfs = new VfsClient();
    expect(vfs.open("/tmp/nope")).toBe(-ENOENT);
    expect(vfs.open("/tmp/nope", O_RDWR | O_TRUNC)).toBe(-ENOENT);
    expect(vfs.open("/tmp/nope/", O_CREAT | O_WRONLY)).toBe(-EISDIR);
    expect(vfs.list("/tmp")).toEqual([]);
  });

  test("directories", () => {
    const vfs = new VfsClient();
    expect(vfs.open("/tmp", O_WRONLY)).toBe(-EISDIR);
    expect(vfs.open("/tmp", O_RDWR)).toBe(-EISDIR);
    expect(vfs.open("/tmp", O_CREAT)).toBe(-EISDIR);
    expect(vfs.open("/tmp", O_CREAT | O_EXCL)).toBe(-EEXIST);
    expect(vfs.open("/..", O_CREAT)).toBe(-EISDIR);
    expect(vfs.open("/tmp/", O_DIRECTORY)).toBeGreaterThan(0);
    const handle = vfs.open("/tmp");
    expect(vfs.read(handle, 10)).toBe(-EISDIR);
    expect(vfs.fstat(handle)).toMatchObject({ mode: DIRECTORY | 0o1777 });
  });

  test("O_DIRECTORY, O_EXCL, O_TRUNC, O_APPEND", () => {
    const vfs = new VfsClient();
    vfs.put("/tmp/f", "hello");
    expect(vfs.open("/tmp/f", O_DIRECTORY)).toBe(-ENOTDIR);
    expect(vfs.open("/tmp/f", O_CREAT | O_EXCL)).toBe(-EEXIST);
    const appender = vfs.open("/tmp/f", O_WRONLY | O_APPEND);
    expect(vfs.write(appender, " you")).toBe(4);
    expect(vfs.write(appender, "J", 0n)).toBe(1);
    expect(vfs.write(appender, "!")).toBe(1);
    expect(vfs.get("/tmp/f")).toEqual(Buffer.from("Jello you!"));
    expect(vfs.open("/tmp/f", O_WRONLY | O_TRUNC)).toBeGreaterThan(0);
    expect(vfs.stat("/tmp/f")).toMatchObject({ size: 0n });
    expect(vfs.write(appender, "new")).toBe(3);
    expect(vfs.get("/tmp/f")).toEqual(Buffer.from("new"));
  });

  test("modes: permission bits are kept, others dropped", () => {
    const vfs = new VfsClient();
    vfs.open("/tmp/f", O_CREAT, 0xffffffff);
    expect(vfs.stat("/tmp/f")).toMatchObject({ mode: REGULAR | 0o7777, links: 1, device: 0x10000 });
    expect(vfs.mkdir("/tmp/d", 0o40750)).toBe(0);
    expect(vfs.stat("/tmp/d")).toMatchObject({ mode: DIRECTORY | 0o750, links: 2 });
  });

  test("creat truncates, and its access mode is write-only whatever the flags say", () => {
    const vfs = new VfsClient();
    vfs.put("/tmp/f", "old");
    const handle = vfs.create("/tmp/f", 0o600, O_RDWR);
    expect(handle).toBeGreaterThan(0);
    expect(vfs.read(handle, 1)).toBeLessThan(0);
    expect(vfs.stat("/tmp/f")).toMatchObject({ size: 0n, mode: REGULAR | 0o644 });
    expect(vfs.create("/tmp/f", 0o644, O_EXCL)).toBe(-EEXIST);
  });
});

describe("paths", () => {
  test("slashes, dots, and the root above the root", () => {
    const vfs = new VfsClient();
    vfs.mkdir("/tmp/a");
    vfs.put("/tmp/a/f", "x");
    const { inode } = vfs.stat("/tmp/a/f") as Stat;
    const spellings = [
      "tmp/a/f",
      "//tmp///a//f",
      "/./tmp/./a/./f",
      "/../../tmp/a/f",
      "/tmp/a/../a/../../tmp/a/f",
    ];
    for (const path of spellings) expect(vfs.stat(path)).toMatchObject({ inode });
    for (const path of ["/", "//", ".", "..", "/..", "/./", "/tmp/..", "/tmp/../"]) {
      expect(vfs.stat(path)).toMatchObject({ inode: 1, mode: DIRECTORY | 0o755 });
    }
    expect(vfs.stat("/tmp/a/")).toMatchObject({ mode: DIRECTORY | 0o755 });
  });

  test("names that look like dots, and names of every length", () => {
    const vfs = new VfsClient();
    for (const name of ["...", ".a", "..a", "a.", ".hidden"]) {
      expect(vfs.put(`/tmp/${name}`, name)).toBe(0);
      expect(vfs.get(`/tmp/${name}`)).toEqual(Buffer.from(name));
      expect(vfs.unlink(`/tmp/${name}`)).toBe(0);
    }
    const names: string[] = [];
    for (let length = 1; length <= 255; length++) {
      names.push("x".repeat(length - 1) + "y");
      expect(vfs.put(`/tmp/${names.at(-1)}`, String(length))).toBe(0);
      expect(vfs.stat(`/tmp/${"x".repeat(length)}`)).toBe(-ENOENT);
    }
    checkArena(vfs.service.memory);
    for (const [i, name] of names.entries())
      expect(vfs.get(`/tmp/${name}`)).toEqual(Buffer.from(String(i + 1)));
    expect(vfs.list("/tmp")).toEqual([...names].sort());
  });

  test("a path of 4,095 bytes through directories of long names", () => {
    const vfs = new VfsClient();
    let path = "/tmp";
    while (path.length + 256 <= 4095) {
      path += "/" + "d".repeat(255);
      expect(vfs.mkdir(path)).toBe(0);
    }
    const file = path + "/" + "f".repeat(4095 - path.length - 1);
    expect(vfs.put(file, "deep")).toBe(0);
    expect(vfs.get(file)).toEqual(Buffer.from("deep"));
    checkArena(vfs.service.memory);
  });

  test("paths around the limit of inline ones mean the same", () => {
    const vfs = new VfsClient();
    vfs.put("/tmp/f", "x");
    for (let length = 236; length <= 246; length++) {
      expect(vfs.stat("/".repeat(length - 5) + "tmp/f")).toMatchObject({ size: 1n });
    }
  });
});

describe("mkdir and rmdir", () => {
  test("refusals", () => {
    const vfs = new VfsClient();
    vfs.mkdir("/tmp/d");
    vfs.put("/tmp/d/f", "x");
    for (const path of ["/", "/tmp", "/tmp/d", "/tmp/d/f", "/tmp/d/.", "/tmp/d/.."]) {
      expect([path, vfs.mkdir(path)]).toEqual([path, -EEXIST]);
    }
    expect(vfs.rmdir("/tmp/d")).toBe(-ENOTEMPTY);
    expect(vfs.rmdir("/tmp/d/f")).toBe(-ENOTDIR);
    expect(vfs.rmdir("/tmp/d/nope")).toBe(-ENOENT);
    expect(vfs.rmdir("/tmp/d/.")).toBe(-EINVAL);
    expect(vfs.rmdir("/tmp/d/..")).toBe(-ENOTEMPTY);
    expect(vfs.rmdir("/")).toBe(-EBUSY);
    expect(vfs.rmdir("/tmp")).toBe(-ENOTEMPTY);
  });

  test("/tmp and /dev stay", () => {
    const vfs = new VfsClient();
    expect(vfs.rmdir("/tmp")).toBe(-EBUSY);
    expect(vfs.rmdir("/dev")).toBe(-EBUSY);
    expect(vfs.list("/")).toEqual(["dev", "mnt", "proc", "tmp"]);
  });

  test("links count the subdirectories", () => {
    const vfs = new VfsClient();
    expect(vfs.mkdir("/tmp/d/")).toBe(0);
    for (let i = 0; i < 5; i++) vfs.mkdir(`/tmp/d/${i}`);
    vfs.put("/tmp/d/file", "");
    expect(vfs.stat("/tmp/d")).toMatchObject({ links: 7 });
    expect(vfs.rmdir("/tmp/d/3/")).toBe(0);
    expect(vfs.stat("/tmp/d")).toMatchObject({ links: 6 });
    checkArena(vfs.service.memory);
  });

  test("a removed directory that is open is empty and goes with its close", () => {
    const vfs = new VfsClient();
    vfs.mkdir("/tmp/d");
    const before = checkArena(vfs.service.memory);
    const handle = vfs.open("/tmp/d");
    expect(vfs.rmdir("/tmp/d")).toBe(0);
    expect(vfs.stat("/tmp/d")).toBe(-ENOENT);
    expect(vfs.fstat(handle)).toMatchObject({ links: 0 });
    expect((vfs.readdir(handle) as { name: string }[]).map(({ name }) => name)).toEqual([".", ".."]);
    checkArena(vfs.service.memory);
    vfs.close(handle);
    expect(checkArena(vfs.service.memory).usedInodes).toBe(before.usedInodes - 1);
  });
});

describe("unlink", () => {
  test("refusals", () => {
    const vfs = new VfsClient();
    vfs.put("/tmp/f", "x");
    expect(vfs.unlink("/tmp/nope")).toBe(-ENOENT);
    expect(vfs.unlink("/tmp/f/")).toBe(-ENOTDIR);
    for (const path of ["/tmp", "/", "/tmp/.", "/tmp/.."]) expect(vfs.unlink(path)).toBe(-EISDIR);
    expect(vfs.unlink("/dev/null")).toBe(-EROFS);
    expect(vfs.get("/tmp/f")).toEqual(Buffer.from("x"));
  });

  test("a file that is open lives until its last close", () => {
    const vfs = new VfsClient();
    vfs.put("/tmp/warm", "");
    vfs.unlink("/tmp/warm");
    const before = checkArena(vfs.service.memory);
    const handle = vfs.open("/tmp/f", O_CREAT | O_RDWR);
    const second = vfs.open("/tmp/f");
    vfs.writeAll(handle, Buffer.alloc(50_000, 3));
    expect(vfs.unlink("/tmp/f")).toBe(0);
    expect(vfs.unlink("/tmp/f")).toBe(-ENOENT);
    expect(vfs.put("/tmp/f", "another")).toBe(0);
    expect(vfs.fstat(handle)).toMatchObject({ links: 0, size: 50_000n });
    vfs.close(handle);
    expect(vfs.readAll(second)).toEqual(Buffer.alloc(50_000, 3));
    checkArena(vfs.service.memory);
    vfs.close(second);
    vfs.unlink("/tmp/f");
    const after = checkArena(vfs.service.memory);
    expect(after.endBlock - after.freeBlocks).toBe(before.endBlock - before.freeBlocks);
    expect(after).toMatchObject({ usedInodes: before.usedInodes, openHandles: 0 });
  });
});

describe("devices", () => {
  test("null and zero", () => {
    const vfs = new VfsClient();
    const nothing = vfs.open("/dev/null", O_RDWR | O_TRUNC);
    expect(vfs.read(nothing, 100)).toEqual(Buffer.alloc(0));
    expect(vfs.write(nothing, "gone")).toBe(4);
    expect(vfs.write(nothing, Buffer.alloc(100_000))).toBe(100_000);
    const zero = vfs.open("/dev/zero", O_RDWR);
    for (const length of [0, 1, 256, 257, 4096, 10_000, 65_536]) {
      expect(vfs.read(zero, length, undefined, { bytes: Buffer.alloc(length, 9) })).toEqual(
        Buffer.alloc(length),
      );
    }
    expect(vfs.read(zero, 1 << 20)).toHaveLength(65_536);
    expect(vfs.write(zero, "gone")).toBe(4);
    expect(vfs.seek(zero, 99n, 0)).toBe(0n);
    expect(vfs.stat("/dev/zero")).toMatchObject({ mode: CHARACTER | 0o666, device: 1, size: 0n });
    checkArena(vfs.service.memory);
  });

  test("console: the answer names the console's endpoint and handle", () => {
    const vfs = new VfsClient();
    const before = checkArena(vfs.service.memory);
    const { result, flags, data } = vfs.openAnswer("/dev/console", O_RDWR);
    expect({ result, flags, endpoint: data.readUInt32LE(0), length: data.length }).toEqual({
      result: 1n,
      flags: FLAG_OTHER_ENDPOINT,
      endpoint: 5,
      length: 4,
    });
    expect(vfs.stat("/dev/console")).toMatchObject({ mode: CHARACTER | 0o666, device: 5 });
    expect(vfs.open("/dev/console", O_RDONLY | O_DIRECTORY)).toBe(-ENOTDIR);
    expect(vfs.open("/dev/console", O_CREAT | O_EXCL)).toBe(-EEXIST);
    expect(checkArena(vfs.service.memory)).toEqual(before);
    expect(vfs.openAnswer("/tmp").flags).toBe(0);
  });
});

describe("time", () => {
  test("changes move a file's and a directory's time on, reads do not", () => {
    const vfs = new VfsClient();
    const timeOf = (path: string): bigint => (vfs.stat(path) as Stat).mtime_ns;
    vfs.kernel.ticks = 62_500_000n * 3n;
    const made = vfs.open("/tmp/f", O_CREAT | O_RDWR);
    const first = timeOf("/tmp/f");
    expect(first / 1_000_000_000n).toBe(3n);
    vfs.kernel.ticks += 62_500_000n;
    vfs.read(made, 10);
    expect(timeOf("/tmp/f")).toBe(first);
    vfs.write(made, "x");
    expect(timeOf("/tmp/f")).toBeGreaterThanOrEqual(first + 1_000_000_000n);
    const directory = timeOf("/tmp");
    vfs.kernel.ticks += 62_500_000n * 1000n;
    vfs.unlink("/tmp/f");
    expect(timeOf("/tmp")).toBeGreaterThanOrEqual(directory + 1000n * 1_000_000_000n);
  });
});
