// Paths that begin in a directory, and where a directory is.

import { expect, test } from "vitest";
import { EBADF, ENOENT, ENOTDIR, ERANGE } from "../../../abi/errno.ts";
import { O_CREAT, O_DIRECTORY, O_RDONLY, O_WRONLY } from "../../../abi/file.ts";
import { checkArena } from "./arena_check.ts";
import { VfsClient } from "./client.ts";

function clientIn(path: string, ...directories: string[]): VfsClient {
  const vfs = new VfsClient();
  for (const directory of directories) expect(vfs.mkdir(directory)).toBe(0);
  vfs.directory = vfs.open(path, O_RDONLY | O_DIRECTORY);
  expect(vfs.directory).toBeGreaterThan(0);
  return vfs;
}

test("names, both of them, long ones and links are found from the directory", () => {
  const vfs = clientIn("/tmp/a/b", "/tmp/a", "/tmp/a/b");
  expect(vfs.put("f", "here")).toBe(0);
  expect(vfs.get("/tmp/a/b/f")).toEqual(Buffer.from("here"));
  expect(vfs.get("./f")).toEqual(Buffer.from("here"));
  expect(vfs.get(`${"./".repeat(200)}f`)).toEqual(Buffer.from("here"));
  expect(vfs.get("../../../tmp/a/b/f")).toEqual(Buffer.from("here"));
  expect(vfs.rename("f", "../g")).toBe(0);
  expect(vfs.rename("/tmp/a/g", "f")).toBe(0);
  expect(vfs.rename(`${"./".repeat(200)}f`, `${"./".repeat(200)}g`)).toBe(0);
  expect(vfs.link("g", "f")).toBe(0);
  expect(vfs.symlink("f", "../to-f")).toBe(0);
  expect(vfs.readlink("/tmp/a/to-f")).toBe("f");
  expect(vfs.get("../to-f")).toBe(-ENOENT);
  expect(vfs.symlink("b/f", "../to-f2")).toBe(0);
  expect(vfs.get("../to-f2")).toEqual(Buffer.from("here"));
  expect(vfs.list("..")).toEqual(["b", "to-f", "to-f2"]);
  checkArena(vfs.service.memory);
});

test("the same path from two directories is two files, whatever was found before", () => {
  const vfs = clientIn("/tmp/a", "/tmp/a", "/tmp/b");
  const second = vfs.open("/tmp/b", O_DIRECTORY);
  vfs.put("/tmp/a/f", "a");
  vfs.put("/tmp/b/f", "b");
  const first = vfs.directory;
  for (const [directory, text] of [
    [first, "a"],
    [second, "b"],
    [first, "a"],
  ] as const) {
    vfs.directory = directory;
    expect(vfs.get("f")).toEqual(Buffer.from(text));
  }
});

test("where a directory is follows it, and the root and mounts are named", () => {
  const vfs = clientIn("/tmp/a/b", "/tmp/a", "/tmp/a/b");
  expect(vfs.where(vfs.directory)).toBe("/tmp/a/b");
  expect(vfs.rename("/tmp/a", "/tmp/moved")).toBe(0);
  expect(vfs.where(vfs.directory)).toBe("/tmp/moved/b");
  expect(vfs.where(vfs.open("/"))).toBe("/");
  expect(vfs.where(vfs.open("/dev"))).toBe("/dev");
  expect(vfs.where(vfs.directory, 11)).toBe(-ERANGE);
  expect(vfs.where(vfs.directory, 12)).toBe("/tmp/moved/b");
  const long = Array.from({ length: 5 }, (_, i) => String(i).repeat(200));
  let path = "/tmp";
  for (const name of long) expect(vfs.mkdir((path += `/${name}`))).toBe(0);
  expect(vfs.where(vfs.open(path))).toBe(path);
});

test("a directory that was removed: nothing is found or made there", () => {
  const vfs = clientIn("/tmp/a", "/tmp/a");
  const before = checkArena(vfs.service.memory).usedInodes;
  expect(vfs.rmdir("/tmp/a")).toBe(0);
  for (const path of ["f", ".", "..", "../x"]) {
    expect(vfs.open(path, O_CREAT | O_WRONLY)).toBe(-ENOENT);
    expect(vfs.stat(path)).toBe(-ENOENT);
  }
  expect(vfs.mkdir("d")).toBe(-ENOENT);
  expect(vfs.where(vfs.directory)).toBe(-ENOENT);
  expect(vfs.close(vfs.directory)).toBe(0);
  expect(checkArena(vfs.service.memory).usedInodes).toBe(before - 1);
});

test("what is no open directory: -ENOTDIR, -ENOENT, -EBADF", () => {
  const vfs = clientIn("/tmp");
  const directory = vfs.directory;
  vfs.directory = vfs.open("/tmp/f", O_CREAT | O_WRONLY);
  expect(vfs.stat("f")).toBe(-ENOTDIR);
  expect(vfs.where(vfs.directory)).toBe(-ENOTDIR);
  vfs.close(directory);
  vfs.directory = directory;
  expect(vfs.stat("f")).toBe(-ENOENT);
  expect(vfs.where(directory)).toBe(-EBADF);
});
