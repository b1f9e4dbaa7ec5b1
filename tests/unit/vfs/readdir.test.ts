// Reading directories: packing, small and bad buffers, and what happens when names come and go in between.

import { describe, expect, test } from "vitest";
import { EBADF, EFAULT, EINVAL, ENOTDIR } from "../../../abi/errno.ts";
import { O_WRONLY, SEEK_CUR, SEEK_END, SEEK_SET } from "../../../abi/file.ts";
import { checkArena } from "./arena_check.ts";
import { type Dirent, VfsClient } from "./client.ts";

function names(entries: number | Dirent[]): string[] {
  if (typeof entries === "number") throw new Error(`readdir: ${entries}`);
  return entries.map(({ name }) => name);
}

/** Reads on until the end, `length` bytes at a time. */
function rest(vfs: VfsClient, handle: number, length: number): string[] {
  const all: string[] = [];
  for (;;) {
    const part = names(vfs.readdir(handle, length));
    if (part.length === 0) return all;
    all.push(...part);
  }
}

describe("refusals", () => {
  test("files, devices, write-only handles", () => {
    const vfs = new VfsClient();
    vfs.put("/tmp/f", "x");
    expect(vfs.readdir(vfs.open("/tmp/f"))).toBe(-ENOTDIR);
    expect(vfs.readdir(vfs.open("/dev/null"))).toBe(-ENOTDIR);
    expect(vfs.readdir(vfs.open("/tmp/f", O_WRONLY))).toBe(-EBADF);
  });

  test("a buffer too small for the next entry", () => {
    const vfs = new VfsClient();
    const handle = vfs.open("/");
    for (let length = 0; length < 12; length++) expect(vfs.readdir(handle, length)).toBe(-EINVAL);
    expect(names(vfs.readdir(handle, 12))).toEqual(["."]);
    expect(names(vfs.readdir(handle, 12))).toEqual([".."]);
    expect(rest(vfs, handle, 12).sort()).toEqual(["dev", "mnt", "proc", "tmp"]);
  });

  test("a bad buffer moves the position by nothing", () => {
    const vfs = new VfsClient();
    for (let i = 0; i < 50; i++) vfs.put(`/tmp/name-${i}`, "");
    const handle = vfs.open("/tmp");
    for (const goodBytes of [0, 100]) {
      expect(vfs.readdir(handle, 4096, { bytes: Buffer.alloc(4096), goodBytes })).toBe(-EFAULT);
    }
    expect(rest(vfs, handle, 4096)).toHaveLength(52);
  });

  test("seeking: back to the start, to where it was, and nowhere else by the end", () => {
    const vfs = new VfsClient();
    for (let i = 0; i < 30; i++) vfs.put(`/tmp/name-${i}`, "");
    const handle = vfs.open("/tmp");
    vfs.readdir(handle, 100);
    const position = vfs.seek(handle, 0n, SEEK_CUR);
    const tail = rest(vfs, handle, 100);
    expect(vfs.seek(handle, 0n, SEEK_END)).toBe(BigInt(-EINVAL));
    expect(vfs.seek(handle, position, SEEK_SET)).toBe(position);
    expect(rest(vfs, handle, 256)).toEqual(tail);
    for (const wild of [63n, 64n, 1n << 32n, 1n << 40n, (1n << 63n) - 1n]) {
      expect(vfs.seek(handle, wild, SEEK_SET)).toBe(wild);
      expect(vfs.readdir(handle)).toBeInstanceOf(Array);
    }
    vfs.seek(handle, 0n, SEEK_SET);
    expect(rest(vfs, handle, 4096)).toHaveLength(32);
  });
});

describe("contents", () => {
  test("types, inodes, and both dots", () => {
    const vfs = new VfsClient();
    vfs.mkdir("/tmp/d");
    vfs.put("/tmp/f", "x");
    const entries = vfs.readdir(vfs.open("/tmp")) as Dirent[];
    const inode = (path: string): number => (vfs.stat(path) as { inode: number }).inode;
    expect(entries).toEqual([
      { name: ".", inode: inode("/tmp"), type: 4 },
      { name: "..", inode: 1, type: 4 },
      { name: "d", inode: inode("/tmp/d"), type: 4 },
      { name: "f", inode: inode("/tmp/f"), type: 8 },
    ]);
    const devices = vfs.readdir(vfs.open("/dev")) as Dirent[];
    expect(devices.slice(2).map(({ type }) => type)).toEqual([2, 2, 2]);
    expect((vfs.readdir(vfs.open("/")) as Dirent[]).slice(0, 2).map((entry) => entry.inode)).toEqual([1, 1]);
  });

  test("thousands of names, with buffers of every kind", () => {
    const vfs = new VfsClient();
    const made = Array.from({ length: 3000 }, (_, i) => `${i}-${"n".repeat(i % 200)}`).sort();
    for (const name of made) expect(vfs.put(`/tmp/${name}`, "")).toBe(0);
    for (const length of [264, 300, 1000, 4096, 65_536]) {
      const all = rest(vfs, vfs.open("/tmp"), length);
      expect(all.slice(0, 2)).toEqual([".", ".."]);
      expect(all.slice(2).sort()).toEqual(made);
    }
    checkArena(vfs.service.memory);
  });
});

describe("changes in between", () => {
  test("names that stay come exactly once, whatever is made and removed", () => {
    const vfs = new VfsClient();
    const stay = Array.from({ length: 300 }, (_, i) => `stay-${i}-${"s".repeat((i * 7) % 90)}`);
    const go = Array.from({ length: 300 }, (_, i) => `go-${i}-${"g".repeat((i * 13) % 120)}`);
    stay.forEach((name, i) => [name, go[i]].forEach((each) => vfs.put(`/tmp/${each}`, "")));
    const handle = vfs.open("/tmp");
    const seen: string[] = [];
    for (let round = 0; ; round++) {
      const part = names(vfs.readdir(handle, 400));
      if (part.length === 0) break;
      seen.push(...part);
      for (const name of go.splice(0, 7)) expect(vfs.unlink(`/tmp/${name}`)).toBe(0);
      if (round < 60) vfs.put(`/tmp/new-${round}-${"n".repeat(round)}`, "");
    }
    const count = new Map<string, number>();
    for (const name of seen) count.set(name, (count.get(name) ?? 0) + 1);
    for (const name of stay) expect([name, count.get(name)]).toEqual([name, 1]);
    expect([...count.values()].every((times) => times === 1)).toBe(true);
    checkArena(vfs.service.memory);
  });

  test("removing everything that was read, part by part, empties the directory", () => {
    const vfs = new VfsClient();
    for (let i = 0; i < 500; i++) vfs.put(`/tmp/file-${i}`, "x");
    const handle = vfs.open("/tmp");
    for (;;) {
      const part = names(vfs.readdir(handle, 512));
      if (part.length === 0) break;
      for (const name of part.filter((each) => !each.startsWith(".")))
        expect(vfs.unlink(`/tmp/${name}`)).toBe(0);
    }
    expect(vfs.list("/tmp")).toEqual([]);
    checkArena(vfs.service.memory);
  });
});
