// Messages that no honest kernel would send, and arguments that no honest program would.

import { describe, expect, test } from "vitest";
import {
  EBADF,
  EBADMSG,
  EFAULT,
  EFBIG,
  EINVAL,
  ENAMETOOLONG,
  ENOENT,
  ENOSYS,
  ENOTDIR,
  EOVERFLOW,
  EPERM,
} from "../../../abi/errno.ts";
import { O_CREAT, O_RDONLY, O_RDWR, O_WRONLY, SEEK_CUR, SEEK_END, SEEK_SET } from "../../../abi/file.ts";
import {
  NO_HANDLE,
  OP_DESCRIBE,
  VFS_CLOSE,
  VFS_MKDIR,
  VFS_OPEN,
  VFS_READ,
  VFS_STAT,
} from "../../../abi/ops.ts";
import { FLAG_ASYNC, RequestData } from "../harness/message.ts";
import { checkArena } from "./arena_check.ts";
import { VfsClient } from "./client.ts";

const OPS = [100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110];
/** Bytes of each operation's fixed arguments; those in PATH_OPS go on with a path. */
const FIXED_BYTES: Record<number, number> = {
  100: 8,
  101: 16,
  102: 16,
  103: 4,
  104: 16,
  105: 4,
  106: 8,
  107: 8,
  108: 0,
  109: 4,
  110: 0,
};
const PATH_OPS = [100, 105, 107, 108, 109, 110];
const WRONG_HANDLES = [0, 1, 2, 0x3ff, 0x400, 0x401, 0x7fffffff, 0x80000000, 0xfffffffe];

describe("malformed messages", () => {
  test("every operation refuses every length shorter than its arguments", () => {
    const vfs = new VfsClient();
    for (const op of OPS) {
      for (let length = 0; length < FIXED_BYTES[op]; length++) {
        const { result } = vfs.service.call(op, Buffer.alloc(length, 0xff));
        expect([op, length, result]).toEqual([op, length, BigInt(-EBADMSG)]);
      }
    }
    checkArena(vfs.service.memory);
  });

  test("a path that is cut off, or has no length byte", () => {
    const vfs = new VfsClient();
    for (const op of PATH_OPS) {
      const fixed = Buffer.alloc(FIXED_BYTES[op], op === VFS_STAT ? 0xff : 0);
      expect(vfs.service.call(op, fixed).result).toBe(BigInt(-EBADMSG));
      for (const claimed of [1, 5, 255]) {
        const cut = Buffer.concat([fixed, Buffer.from([claimed])]);
        const data = Buffer.concat([cut, Buffer.alloc(claimed - 1, 0x61)]).subarray(0, 256);
        expect(vfs.service.call(op, data).result).toBe(BigInt(-EBADMSG));
      }
    }
  });

  test("a long path whose length is cut off", () => {
    const vfs = new VfsClient();
    for (let bytes = 1; bytes < 4; bytes++) {
      const data = new RequestData().u32(0).str("").bytes(Buffer.alloc(bytes));
      expect(vfs.service.call(VFS_MKDIR, data).result).toBe(BigInt(-EBADMSG));
    }
  });

  test("an inline write with fewer bytes than it says", () => {
    const vfs = new VfsClient();
    const handle = vfs.create("/tmp/f");
    const request = new RequestData().u32(handle).u32(10).u64(0n).bytes(Buffer.alloc(9));
    expect(vfs.service.call(102, request).result).toBe(BigInt(-EBADMSG));
    expect(vfs.fstat(handle)).toMatchObject({ size: 0n });
  });

  test("unknown operations", () => {
    const vfs = new VfsClient();
    for (const op of [0, 2, 99, 150, 199, 200, 300, 400, 0xffff]) {
      expect(vfs.service.call(op, Buffer.alloc(256, 0x41)).result).toBe(BigInt(-ENOSYS));
    }
  });

  test("a message that nobody waits for opens nothing", () => {
    const vfs = new VfsClient();
    const before = checkArena(vfs.service.memory);
    const request = new RequestData()
      .u32(O_CREAT | O_WRONLY)
      .u32(0o644)
      .str("/tmp/f");
    expect(vfs.service.call(VFS_OPEN, request, [], { flags: FLAG_ASYNC }).result).toBe(BigInt(-EINVAL));
    expect(checkArena(vfs.service.memory)).toEqual(before);
  });

  test("describe names the service", () => {
    const vfs = new VfsClient();
    const { result, data } = vfs.service.call(OP_DESCRIBE, Buffer.alloc(0));
    expect(result).toBe(0n);
    expect(data.toString("latin1")).toBe("\x03vfs\x031.1");
  });
});

describe("wrong handles", () => {
  test("handles that were never given out", () => {
    const vfs = new VfsClient();
    for (const handle of WRONG_HANDLES) {
      expect(vfs.read(handle, 10)).toBe(-EBADF);
      expect(vfs.write(handle, "x")).toBe(-EBADF);
      expect(vfs.close(handle)).toBe(-EBADF);
      expect(vfs.seek(handle, 0n, SEEK_SET)).toBe(BigInt(-EBADF));
      expect(vfs.fstat(handle)).toBe(-EBADF);
      expect(vfs.readdir(handle)).toBe(-EBADF);
    }
    expect(vfs.close(NO_HANDLE)).toBe(-EBADF);
  });

  test("a closed handle stays closed when its record is used again", () => {
    const vfs = new VfsClient();
    const old = vfs.create("/tmp/a");
    expect(vfs.close(old)).toBe(0);
    expect(vfs.close(old)).toBe(-EBADF);
    const next = vfs.create("/tmp/b");
    expect(next).not.toBe(old);
    expect(vfs.write(old, "x")).toBe(-EBADF);
    expect(vfs.close(old)).toBe(-EBADF);
    expect(vfs.write(next, "x")).toBe(1);
  });

  test("a handle against its access mode", () => {
    const vfs = new VfsClient();
    const writer = vfs.create("/tmp/f");
    expect(vfs.read(writer, 1)).toBe(-EBADF);
    const reader = vfs.open("/tmp/f", O_RDONLY);
    expect(vfs.write(reader, "x")).toBe(-EBADF);
    expect(vfs.write(vfs.open("/tmp"), "x")).toBe(-EBADF);
  });
});

describe("windows", () => {
  const setUp = (): { vfs: VfsClient; handle: number } => {
    const vfs = new VfsClient();
    const handle = vfs.open("/tmp/f", O_RDWR | O_CREAT);
    vfs.writeAll(handle, Buffer.alloc(10_000, 7));
    return { vfs, handle };
  };

  test("none, or one that may not be used so", () => {
    const { vfs, handle } = setUp();
    const read = new RequestData().u32(handle).u32(5000).u64(0n);
    expect(vfs.service.call(VFS_READ, read).result).toBe(BigInt(-EINVAL));
    expect(vfs.service.call(102, read).result).toBe(BigInt(-EINVAL));
    expect(vfs.read(handle, 5000, 0n, { bytes: Buffer.alloc(5000), canWrite: false })).toBe(-EPERM);
    const data = Buffer.alloc(5000);
    expect(vfs.write(handle, data, 0n, { bytes: data, canRead: false })).toBe(-EPERM);
  });

  test("a bad page: what came before it counts, nothing is -EFAULT", () => {
    const { vfs, handle } = setUp();
    const good = vfs.read(handle, 9000, 0n, { bytes: Buffer.alloc(9000), goodBytes: 4100 });
    expect(good).toHaveLength(4100);
    expect(vfs.read(handle, 9000, 0n, { bytes: Buffer.alloc(9000), goodBytes: 0 })).toBe(-EFAULT);
    const data = Buffer.alloc(9000, 9);
    expect(vfs.write(handle, data, 20_000n, { bytes: data, goodBytes: 4100 })).toBe(4100);
    expect(vfs.fstat(handle)).toMatchObject({ size: 24_100n });
    expect(vfs.write(handle, data, 50_000n, { bytes: data, goodBytes: 0 })).toBe(-EFAULT);
    expect(vfs.fstat(handle)).toMatchObject({ size: 24_100n });
    checkArena(vfs.service.memory);
  });

  test("a failed transfer leaves the position where it was", () => {
    const { vfs, handle } = setUp();
    const position = vfs.seek(handle, 0n, SEEK_CUR);
    expect(vfs.write(handle, Buffer.alloc(300), undefined, { bytes: Buffer.alloc(300), goodBytes: 0 })).toBe(
      -EFAULT,
    );
    expect(vfs.seek(handle, 0n, SEEK_CUR)).toBe(position);
  });

  test("a window shorter than the read", () => {
    const { vfs, handle } = setUp();
    expect(vfs.read(handle, 9000, 0n, { bytes: Buffer.alloc(600) })).toHaveLength(600);
  });

  test("a long path from a bad or short window", () => {
    const vfs = new VfsClient();
    const request = new RequestData().u32(0).str("").u32(1000);
    const path = Buffer.alloc(1000, 0x61);
    expect(vfs.service.call(VFS_MKDIR, request).result).toBe(BigInt(-EINVAL));
    expect(vfs.service.call(VFS_MKDIR, request, [{ bytes: path, canRead: false }]).result).toBe(
      BigInt(-EPERM),
    );
    expect(vfs.service.call(VFS_MKDIR, request, [{ bytes: path, goodBytes: 999 }]).result).toBe(
      BigInt(-EFAULT),
    );
    expect(vfs.service.call(VFS_MKDIR, request, [{ bytes: path.subarray(0, 4) }]).result).toBe(
      BigInt(-EFAULT),
    );
  });
});

describe("wrong paths", () => {
  test("too long, as a whole or in one name", () => {
    const vfs = new VfsClient();
    expect(vfs.mkdir("/tmp/" + "n".repeat(255))).toBe(0);
    expect(vfs.mkdir("/tmp/" + "n".repeat(256))).toBe(-ENAMETOOLONG);
    expect(vfs.stat("/" + "n".repeat(256) + "/x")).toBe(-ENAMETOOLONG);
    expect(vfs.stat("/".repeat(4095))).toMatchObject({ inode: 1 });
    const request = new RequestData().u32(NO_HANDLE).str("");
    for (const length of [4096, 0x10000, 0xffffffff]) {
      const data = new RequestData().bytes(request.build()).u32(length);
      expect(vfs.service.call(VFS_STAT, data, [{ bytes: Buffer.alloc(5000, 0x2f) }]).result).toBe(
        BigInt(-ENAMETOOLONG),
      );
    }
  });

  test("empty, in both forms", () => {
    const vfs = new VfsClient();
    expect(vfs.stat("")).toBe(-ENOENT);
    const data = new RequestData().u32(NO_HANDLE).str("").u32(0);
    expect(vfs.service.call(VFS_STAT, data, [{ bytes: Buffer.alloc(1) }]).result).toBe(BigInt(-ENOENT));
  });

  test("a NUL byte in a name finds nothing and makes nothing", () => {
    const vfs = new VfsClient();
    vfs.put("/tmp/a", "x");
    expect(vfs.stat("/tmp/a\0")).toBe(-ENOENT);
    expect(vfs.mkdir("/tmp/\0")).toBe(-EINVAL);
    expect(vfs.open("/tmp/a\0b", O_CREAT | O_WRONLY)).toBe(-EINVAL);
    expect(vfs.list("/tmp")).toEqual(["a"]);
  });

  test("a file, or nothing, where a directory must be", () => {
    const vfs = new VfsClient();
    vfs.put("/tmp/f", "x");
    expect(vfs.stat("/tmp/f/x")).toBe(-ENOTDIR);
    expect(vfs.stat("/tmp/f/")).toBe(-ENOTDIR);
    expect(vfs.stat("/tmp/f/..")).toBe(-ENOTDIR);
    expect(vfs.open("/dev/null/")).toBe(-ENOTDIR);
    expect(vfs.stat("/nope/x")).toBe(-ENOENT);
    expect(vfs.stat("/nope/")).toBe(-ENOENT);
    expect(vfs.mkdir("/nope/x")).toBe(-ENOENT);
  });
});

describe("wrong offsets and flags", () => {
  test("offsets that are negative or beyond the largest file", () => {
    const vfs = new VfsClient();
    const handle = vfs.open("/tmp/f", O_RDWR | O_CREAT);
    const largest = 1n << 42n;
    expect(vfs.read(handle, 10, 1n << 63n)).toBe(-EINVAL);
    expect(vfs.write(handle, "x", 1n << 63n)).toBe(-EINVAL);
    expect(vfs.write(handle, "x", largest)).toBe(-EFBIG);
    expect(vfs.write(handle, "x", (1n << 63n) - 1n)).toBe(-EFBIG);
    expect(vfs.write(handle, "xyz", largest - 1n)).toBe(1);
    expect(vfs.read(handle, 10, largest - 1n)).toEqual(Buffer.from("x"));
    expect(vfs.read(handle, 10, (1n << 63n) - 1n)).toEqual(Buffer.alloc(0));
  });

  test("seeks that overflow or go below zero", () => {
    const vfs = new VfsClient();
    const handle = vfs.open("/tmp/f", O_RDWR | O_CREAT);
    vfs.write(handle, "12345");
    expect(vfs.seek(handle, -6n, SEEK_CUR)).toBe(BigInt(-EINVAL));
    expect(vfs.seek(handle, -1n, SEEK_SET)).toBe(BigInt(-EINVAL));
    expect(vfs.seek(handle, (1n << 63n) - 1n, SEEK_END)).toBe(BigInt(-EOVERFLOW));
    expect(vfs.seek(handle, -(1n << 63n), SEEK_END)).toBe(BigInt(-EINVAL));
    for (const whence of [3, 4, 0xffffffff]) expect(vfs.seek(handle, 0n, whence)).toBe(BigInt(-EINVAL));
    expect(vfs.seek(handle, 0n, SEEK_CUR)).toBe(5n);
    expect(vfs.seek(handle, (1n << 63n) - 1n, SEEK_SET)).toBe((1n << 63n) - 1n);
    expect(vfs.read(handle, 1)).toEqual(Buffer.alloc(0));
    expect(vfs.write(handle, "x")).toBe(-EFBIG);
  });

  test("open flags that are unknown or contradict each other", () => {
    const vfs = new VfsClient();
    vfs.put("/tmp/f", "keep");
    for (const flags of [3, 4, 8, 0x100, 0x800, 0x80000000, 0xffffffff, 0x10040, 0x200, 0x40 | 0x200]) {
      expect([flags, vfs.open("/tmp/f", flags)]).toEqual([flags, -EINVAL]);
    }
    expect(vfs.create("/tmp/f", 0o644, 0x100)).toBe(-EINVAL);
    expect(vfs.get("/tmp/f")).toEqual(Buffer.from("keep"));
  });

  test("close takes one handle and ignores what follows it", () => {
    const vfs = new VfsClient();
    const handle = vfs.create("/tmp/f");
    expect(vfs.service.call(VFS_CLOSE, new RequestData().u32(handle).u64(5n)).result).toBe(0n);
  });
});
