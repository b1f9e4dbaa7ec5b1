// What happens at each limit, and that everything comes back afterwards.

import { describe, expect, test } from "vitest";
import { EBADF, ENFILE, ENOSPC } from "../../../abi/errno.ts";
import { O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY } from "../../../abi/file.ts";
import { checkArena } from "./arena_check.ts";
import { NOTIFY_DRAIN, VfsClient } from "./client.ts";

const MAX_HANDLES = 1024;
const MAX_INODES = 16384;

/** A VFS on a machine so small that files get about 1 MiB. */
function smallVfs(): VfsClient {
  return new VfsClient({ configure: (kernel) => (kernel.framesTotal = 512) });
}

const usedBlocks = (vfs: VfsClient): number => {
  const { endBlock, freeBlocks } = checkArena(vfs.service.memory);
  return endBlock - freeBlocks;
};

describe("space", () => {
  test("a file fills it: a short write, then -ENOSPC, then all of it again after the unlink", () => {
    const vfs = smallVfs();
    vfs.put("/tmp/warm", "");
    vfs.unlink("/tmp/warm");
    const before = usedBlocks(vfs);
    for (let round = 0; round < 3; round++) {
      const handle = vfs.open("/tmp/f", O_CREAT | O_RDWR);
      const written = vfs.writeAll(handle, Buffer.alloc(4 << 20, round + 1));
      expect(written).toBeGreaterThan(240 * 4096);
      expect(written).toBeLessThanOrEqual(256 * 4096);
      expect(vfs.write(handle, "x", BigInt(written))).toBe(-ENOSPC);
      expect(vfs.write(handle, Buffer.alloc(9000), BigInt(written))).toBe(-ENOSPC);
      expect(vfs.write(handle, "x", 5n)).toBe(1);
      expect(vfs.fstat(handle)).toMatchObject({ size: BigInt(written) });
      vfs.close(handle);
      vfs.unlink("/tmp/f");
      expect(usedBlocks(vfs)).toBe(before);
    }
  });

  test("a directory that cannot get another block refuses names and loses nothing", () => {
    const vfs = smallVfs();
    const handle = vfs.open("/tmp/ballast", O_CREAT | O_RDWR);
    vfs.writeAll(handle, Buffer.alloc(4 << 20));
    let made = 0;
    while (vfs.open(`/tmp/name-${made}`, O_CREAT | O_WRONLY) > 0) made++;
    expect(made).toBe(62);
    expect(vfs.open("/tmp/one-more", O_CREAT | O_WRONLY)).toBe(-ENOSPC);
    expect(vfs.mkdir("/tmp/one-more")).toBe(-ENOSPC);
    checkArena(vfs.service.memory);
    expect(vfs.create("/tmp/ballast")).toBeGreaterThan(0);
    expect(vfs.mkdir("/tmp/one-more")).toBe(0);
    expect(vfs.list("/tmp")).toHaveLength(64);
    checkArena(vfs.service.memory);
  });

  test("a machine short of memory: tmpfs does not take the last of it", () => {
    const vfs = new VfsClient();
    const handle = vfs.open("/tmp/f", O_CREAT | O_RDWR);
    vfs.kernel.framesFree = 1000;
    const written = vfs.writeAll(handle, Buffer.alloc(1 << 21));
    expect(written).toBeLessThan(256 * 4096);
    expect(vfs.write(handle, "x", BigInt(written))).toBe(-ENOSPC);
    vfs.kernel.framesFree = 60_000;
    expect(vfs.writeAll(handle, Buffer.alloc(1 << 21))).toBe(1 << 21);
    checkArena(vfs.service.memory);
  });

  test("sparse files cannot get around it", () => {
    const vfs = smallVfs();
    const handle = vfs.open("/tmp/f", O_CREAT | O_RDWR);
    let written = 0;
    while (vfs.write(handle, "x", BigInt(written) << 23n) === 1) written++;
    expect(written).toBeGreaterThan(50);
    expect(vfs.write(handle, "x", BigInt(written) << 23n)).toBe(-ENOSPC);
    checkArena(vfs.service.memory);
    expect(vfs.open("/tmp/f", O_WRONLY | O_TRUNC)).toBeGreaterThan(0);
    expect(vfs.fstat(handle)).toMatchObject({ size: 0n });
    checkArena(vfs.service.memory);
  });
});

describe("memory", () => {
  test("a machine too small for any file: start says so", () => {
    const vfs = new VfsClient({ configure: (kernel) => (kernel.framesTotal = 0) });
    expect(vfs.startStatus).toBe(ENOSPC);
    expect(vfs.kernel.log).toEqual(["/tmp and /dev: error 28"]);
  });

  test("static data and heap stay well below the arena, and requests take nothing from the heap", () => {
    const vfs = new VfsClient();
    const lowMemory = (): Buffer => Buffer.from(vfs.service.memory.buffer, 0x4000, 0x3c000);
    const isUsed = (bytes: Buffer): number => bytes.findLastIndex((byte) => byte !== 0);
    for (let i = 0; i < 200; i++) vfs.put(`/tmp/${"n".repeat(250)}${i % 5}`, Buffer.alloc(5000, 1));
    const first = isUsed(lowMemory());
    for (let i = 0; i < 200; i++) vfs.put(`/tmp/${"n".repeat(250)}${i % 5}`, Buffer.alloc(5000, 1));
    expect(vfs.list("/tmp")).toHaveLength(5);
    expect(isUsed(lowMemory())).toBe(first);
    expect(first).toBeLessThan(0x30000);
  });
});

describe("inodes", () => {
  test("all of them, then -ENOSPC, and again after the unlinks", () => {
    const vfs = new VfsClient();
    const before = checkArena(vfs.service.memory);
    const count = MAX_INODES - 1 - before.usedInodes;
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < count; i++) vfs.close(vfs.open(`/tmp/${i}`, O_CREAT | O_WRONLY));
      expect(vfs.open("/tmp/one-more", O_CREAT | O_WRONLY)).toBe(-ENOSPC);
      expect(vfs.mkdir("/tmp/one-more")).toBe(-ENOSPC);
      checkArena(vfs.service.memory);
      for (let i = 0; i < count; i++) expect(vfs.unlink(`/tmp/${(i * 7919) % count}`)).toBe(0);
      const after = checkArena(vfs.service.memory);
      expect(after.usedInodes).toBe(before.usedInodes);
      expect(after.endBlock - after.freeBlocks).toBe(before.endBlock - before.freeBlocks);
    }
  });
});

describe("handles", () => {
  test("all of them, then -ENFILE without making or truncating anything, and again after closes", () => {
    const vfs = new VfsClient();
    vfs.put("/tmp/f", "keep");
    for (let round = 0; round < 2; round++) {
      const handles = Array.from({ length: MAX_HANDLES }, () => vfs.open("/tmp/f"));
      expect(new Set(handles).size).toBe(MAX_HANDLES);
      expect(Math.min(...handles)).toBeGreaterThan(0);
      expect(vfs.open("/tmp/f")).toBe(-ENFILE);
      expect(vfs.open("/tmp/new", O_CREAT | O_WRONLY | O_EXCL)).toBe(-ENFILE);
      expect(vfs.create("/tmp/f")).toBe(-ENFILE);
      for (const handle of handles) expect(vfs.close(handle)).toBe(0);
      expect(checkArena(vfs.service.memory).openHandles).toBe(0);
      expect(vfs.get("/tmp/f")).toEqual(Buffer.from("keep"));
    }
    expect(vfs.list("/tmp")).toEqual(["f"]);
  });

  test("a record used again gives other values, and its generation wraps past zero", () => {
    const vfs = new VfsClient();
    let last = 0;
    for (let i = 0; i < 5000; i++) {
      const handle = vfs.open("/tmp");
      expect(handle).not.toBe(last);
      vfs.close(handle);
      last = handle;
    }
    const record = new DataView(vfs.service.memory.buffer, 0x40000 + 2 * 4096);
    record.setUint32(16, (1 << 21) - 1, true);
    const highest = vfs.open("/tmp");
    expect(highest).toBe(0x7fff_fc00);
    vfs.close(highest);
    expect(vfs.open("/tmp")).toBe(1 << 10);
    expect(vfs.close(highest)).toBe(-EBADF);
  });
});

describe("drain", () => {
  test("closes the listed handles, ignores stale and wild ones", () => {
    const vfs = new VfsClient();
    const handles = [1, 2, 3].map(() => vfs.open("/tmp/f", O_CREAT | O_WRONLY));
    vfs.unlink("/tmp/f");
    vfs.kernel.drainQueue = [
      { kind: 1, handle: handles[0] },
      { kind: 1, handle: handles[0] },
      { kind: 1, handle: 0xffffffff },
      { kind: 99, handle: handles[2] },
      { kind: 1, handle: handles[1] },
    ];
    vfs.service.notify(1n);
    expect(vfs.kernel.drainQueue).toHaveLength(5);
    vfs.service.notify(NOTIFY_DRAIN);
    expect(vfs.kernel.drainQueue).toHaveLength(0);
    expect(vfs.write(handles[0], "x")).toBe(-EBADF);
    expect(vfs.write(handles[2], "x")).toBe(1);
    expect(checkArena(vfs.service.memory).openHandles).toBe(1);
  });

  test("a caller that died before its open was answered leaves no handle", () => {
    const vfs = new VfsClient();
    const kept = vfs.open("/tmp");
    const keptToken = vfs.service.lastToken;
    const lost = vfs.open("/tmp");
    const lostToken = vfs.service.lastToken;
    vfs.kernel.drainQueue = [
      { kind: 2, token: keptToken },
      { kind: 2, token: lostToken + 5n },
      { kind: 2, token: lostToken },
      { kind: 2, token: lostToken },
    ];
    vfs.service.notify(NOTIFY_DRAIN);
    expect(vfs.fstat(lost)).toBe(-EBADF);
    expect(vfs.fstat(kept)).toMatchObject({ inode: expect.any(Number) as number });
    expect(checkArena(vfs.service.memory).openHandles).toBe(1);
  });
});
