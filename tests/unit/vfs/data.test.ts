// The data of files: sizes around every boundary, holes, positions, and large files.

import { describe, expect, test } from "vitest";
import { O_CREAT, O_RDWR, O_TRUNC, SEEK_CUR, SEEK_END, SEEK_SET } from "../../../abi/file.ts";
import { checkArena } from "./arena_check.ts";
import { VfsClient } from "./client.ts";

/** Bytes that differ from block to block and from place to place. */
function pattern(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0, state = seed; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

const open = (vfs: VfsClient, path = "/tmp/f"): number => vfs.open(path, O_CREAT | O_RDWR);

describe("transfers", () => {
  test("lengths and offsets around the limits of messages, blocks and slices", () => {
    const vfs = new VfsClient();
    const edges = [0, 1, 239, 240, 241, 255, 256, 257, 4095, 4096, 4097, 8192, 65_535, 65_536];
    for (const length of edges) {
      for (const offset of [0, 1, 4000, 4096]) {
        const handle = vfs.open("/tmp/f", O_CREAT | O_RDWR | O_TRUNC);
        const bytes = pattern(length, length + offset);
        expect(vfs.write(handle, bytes, BigInt(offset))).toBe(length);
        const whole = length ? Buffer.concat([Buffer.alloc(offset), bytes]) : Buffer.alloc(0);
        expect(vfs.readAll(handle).equals(whole)).toBe(true);
        expect((vfs.read(handle, 70_000, BigInt(offset)) as Buffer).equals(bytes)).toBe(true);
        vfs.close(handle);
      }
    }
    checkArena(vfs.service.memory);
  });

  test("one request moves 64 KiB at most, and says so", () => {
    const vfs = new VfsClient();
    const handle = open(vfs);
    expect(vfs.write(handle, pattern(100_000))).toBe(65_536);
    expect(vfs.seek(handle, 0n, SEEK_CUR)).toBe(65_536n);
    vfs.writeAll(handle, pattern(100_000));
    expect(vfs.read(handle, 100_000, 0n)).toEqual(pattern(100_000).subarray(0, 65_536));
  });

  test("a file of 1 MiB comes back equal", () => {
    const vfs = new VfsClient();
    const bytes = pattern(1 << 20, 99);
    expect(vfs.put("/tmp/big", bytes)).toBe(0);
    expect((vfs.get("/tmp/big") as Buffer).equals(bytes)).toBe(true);
    checkArena(vfs.service.memory);
  });

  test("long runs of a file move in one copy", () => {
    const vfs = new VfsClient();
    const handle = open(vfs);
    vfs.writeAll(handle, pattern(1 << 20));
    let copies = 0;
    vfs.kernel.handlers.set(315, () => {
      copies++;
      return 65_536;
    });
    vfs.read(handle, 65_536, 131_072n);
    expect(copies).toBe(1);
  });

  test("positions follow reads and writes, not those at an offset", () => {
    const vfs = new VfsClient();
    const handle = open(vfs);
    vfs.write(handle, "0123456789");
    expect(vfs.seek(handle, -4n, SEEK_END)).toBe(6n);
    expect(vfs.read(handle, 2)).toEqual(Buffer.from("67"));
    expect(vfs.read(handle, 3, 1n)).toEqual(Buffer.from("123"));
    expect(vfs.write(handle, "X", 0n)).toBe(1);
    expect(vfs.read(handle, 10)).toEqual(Buffer.from("89"));
    expect(vfs.read(handle, 10)).toEqual(Buffer.alloc(0));
    expect(vfs.seek(handle, -8n, SEEK_CUR)).toBe(2n);
    expect(vfs.write(handle, "ab")).toBe(2);
    expect(vfs.seek(handle, 0n, SEEK_SET)).toBe(0n);
    expect(vfs.read(handle, 20)).toEqual(Buffer.from("X1ab456789"));
  });

  test("two handles have positions of their own over the same data", () => {
    const vfs = new VfsClient();
    const one = open(vfs);
    const two = open(vfs);
    vfs.write(one, "abc");
    expect(vfs.read(two, 2)).toEqual(Buffer.from("ab"));
    expect(vfs.read(one, 2)).toEqual(Buffer.alloc(0));
  });
});

describe("holes", () => {
  test("read as zeros, in a file of 3 GiB too, and take no blocks", () => {
    const vfs = new VfsClient();
    const handle = open(vfs);
    const before = checkArena(vfs.service.memory);
    const far = 3n << 30n;
    expect(vfs.write(handle, "end", far)).toBe(3);
    const after = checkArena(vfs.service.memory);
    expect(vfs.fstat(handle)).toMatchObject({ size: far + 3n });
    expect(before.freeBlocks + (after.endBlock - before.endBlock) - after.freeBlocks).toBe(3);
    expect(vfs.read(handle, 10_000, 1n << 30n)).toEqual(Buffer.alloc(10_000));
    expect(vfs.read(handle, 100, far - 50n)).toEqual(Buffer.concat([Buffer.alloc(50), Buffer.from("end")]));
  });

  test("every height of the map, growing and then filled in from the front", () => {
    const vfs = new VfsClient();
    const handle = open(vfs);
    const offsets = [0n, 4096n, 1n << 22n, (1n << 22n) + 8192n, 1n << 32n, (1n << 32n) + 4096n, 1n << 41n];
    for (const [i, offset] of offsets.entries()) {
      expect(vfs.write(handle, Buffer.alloc(200, i + 1), offset)).toBe(200);
      checkArena(vfs.service.memory);
    }
    for (const [i, offset] of offsets.entries()) {
      expect(vfs.read(handle, 200, offset)).toEqual(Buffer.alloc(200, i + 1));
    }
    vfs.close(handle);
    vfs.unlink("/tmp/f");
    checkArena(vfs.service.memory);
  });

  test("bytes of a removed file never show up in another's holes or tail", () => {
    const vfs = new VfsClient();
    vfs.put("/tmp/secret", Buffer.alloc(200_000, 0x53));
    vfs.unlink("/tmp/secret");
    const handle = open(vfs);
    vfs.write(handle, "x", 1000n);
    vfs.write(handle, "x", 9000n);
    const failing = Buffer.alloc(5000);
    vfs.write(handle, failing, 12_000n, { bytes: failing, goodBytes: 1 });
    vfs.write(handle, "x", 30_000n);
    const bytes = vfs.readAll(handle);
    expect(bytes).toHaveLength(30_001);
    expect(bytes.includes(0x53)).toBe(false);
  });

  test("truncation gives every block back", () => {
    const vfs = new VfsClient();
    const handle = open(vfs);
    const before = checkArena(vfs.service.memory);
    vfs.writeAll(handle, pattern(300_000));
    vfs.write(handle, "far", 1n << 33n);
    expect(vfs.create("/tmp/f")).toBeGreaterThan(0);
    const after = checkArena(vfs.service.memory);
    expect(after.endBlock - after.freeBlocks).toBe(before.endBlock - before.freeBlocks);
    expect(vfs.readAll(handle)).toEqual(Buffer.alloc(0));
  });
});
