// A second instance over the memory of the first: the arena is found again, or, when it is not whole, made anew.

import { describe, expect, test } from "vitest";
import { EBADF } from "../../../abi/errno.ts";
import { O_CREAT, O_RDWR } from "../../../abi/file.ts";
import { makeArchive } from "../harness/cpio.ts";
import { checkArena } from "./arena_check.ts";
import { VfsClient } from "./client.ts";

const ARENA = 0x40000;
const initrd = makeArchive([{ name: "etc/motd", data: "hello" }]);

function firstInstance(): { vfs: VfsClient; handle: number } {
  const vfs = new VfsClient({ initrd });
  vfs.put("/tmp/kept", Buffer.alloc(20_000, 5));
  const handle = vfs.open("/tmp/orphan", O_CREAT | O_RDWR);
  vfs.write(handle, "still here");
  vfs.unlink("/tmp/orphan");
  return { vfs, handle };
}

/** Starts again over the memory, after `harm` was done to it. */
function restart(vfs: VfsClient, harm: (arena: DataView) => void = () => undefined): VfsClient {
  const memoryBefore = new Uint8Array(vfs.service.memory.buffer.slice(0));
  harm(new DataView(memoryBefore.buffer, ARENA));
  return new VfsClient({ initrd, memoryBefore });
}

test("files, open handles with their positions, orphans and the archive are there again", () => {
  const { vfs, handle } = firstInstance();
  const before = checkArena(vfs.service.memory);
  const next = restart(vfs);
  expect(next.startStatus).toBe(0);
  expect(checkArena(next.service.memory)).toEqual(before);
  expect(next.get("/tmp/kept")).toEqual(Buffer.alloc(20_000, 5));
  expect(next.get("/etc/motd")).toEqual(Buffer.from("hello"));
  expect(next.write(handle, "!")).toBe(1);
  expect(next.read(handle, 100, 0n)).toEqual(Buffer.from("still here!"));
  expect(next.close(handle)).toBe(0);
  expect(next.put("/tmp/new", "x")).toBe(0);
  expect(checkArena(next.service.memory).openHandles).toBe(0);
});

describe("an arena that is not whole is made anew, all clean", () => {
  const harms: [string, (arena: DataView) => void][] = [
    ["magic", (arena) => arena.setUint32(0, 0x12345678)],
    ["version", (arena) => arena.setUint32(4, 1, true)],
    ["checksum", (arena) => arena.setUint32(8, arena.getUint32(8) ^ 1)],
    ["geometry", (arena) => arena.setUint32(24, 77, true)],
    ["hash seed", (arena) => arena.setUint8(47, arena.getUint8(47) ^ 0x80)],
    ["died while it was made", (arena) => arena.setUint32(12, 1, true)],
  ];
  for (const [what, harm] of harms) {
    test(what, () => {
      const { vfs, handle } = firstInstance();
      const next = restart(vfs, harm);
      expect(next.startStatus).toBe(0);
      checkArena(next.service.memory);
      expect(next.list("/")).toEqual(["dev", "etc", "mnt", "proc", "tmp"]);
      expect(next.list("/tmp")).toEqual([]);
      expect(next.read(handle, 1)).toBe(-EBADF);
      expect(next.get("/etc/motd")).toEqual(Buffer.from("hello"));
      const sparse = next.open("/tmp/f", O_CREAT | O_RDWR);
      next.write(sparse, "x", 40_000n);
      expect(
        next
          .readAll(sparse)
          .subarray(0, 40_000)
          .every((byte) => byte === 0),
      ).toBe(true);
      checkArena(next.service.memory);
    });
  }
});
