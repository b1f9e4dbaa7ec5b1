// Libraries in programs: what a program gets, what it needs first, what is counted, and what is refused.

import { describe, expect, it } from "vitest";
import { EBADF, EBADMSG, EBUSY, EFAULT, EINVAL, ELOOP, ENFILE, ENOENT, ENOMEM } from "../../../abi/errno.ts";
import { LOADER_CLOSE, LOADER_OPEN, LOADER_PLACE, LOADER_SYM } from "../../../abi/ops.ts";
import { FLAG_ASYNC, RequestData } from "../harness/message.ts";
import { LibraryClient } from "./library_client.ts";
import { type LibraryParts, NUMBER, makeLibrary } from "./library_file.ts";

const HEADER = 512;
const AREA = 65536;
const words = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
/** A library that exports `name` and imports what others are named after. */
const library = (name: string, ...needs: string[]): Buffer =>
  makeLibrary({ exports: { [name]: NUMBER }, imports: needs.map((need) => [`lib${need}.so`, need, NUMBER]) });

describe("a library", () => {
  const parts: LibraryParts = {
    exports: { a: NUMBER, b: { parameters: [] } },
    data: words(7, 600, 8),
    relocations: [4],
  };

  it("gets its area filled in, addresses relocated, and its code mapped", () => {
    const loader = new LibraryClient({ "/lib/libx.so": makeLibrary(parts) });
    const { handle, size } = loader.open("/lib/libx.so");
    expect(size).toBe(AREA);
    const { entry, bytes, next } = loader.place(handle, 0x40000, size);
    const [[address, { code }]] = [...loader.kernel.libraries];
    expect(entry).toBe(Number(address) + 40);
    expect(code.readBigUInt64LE(0)).toBe((0x5a5n << 52n) | (1n << 48n) | 1n);
    expect(next).toBe(0);
    expect(bytes.subarray(HEADER, HEADER + 12).equals(words(7, 0x40000 + 600, 8))).toBe(true);
    expect(bytes.subarray(0, HEADER).every((byte) => byte === 0)).toBe(true);
    expect(loader.sym(handle, "b", { parameters: [] })).toBe(Number(address) + 24);
    expect(loader.close(handle)).toEqual([0x40000]);
    expect(loader.kernel.libraries.size).toBe(0);
  });

  it("of more static data than one copy moves is relocated throughout", () => {
    const data = words(...Array.from({ length: 50_000 }, (_, i) => 512 + i));
    const relocations = Array.from({ length: 50_000 }, (_, i) => 4 * i);
    const loader = new LibraryClient({ "/x": makeLibrary({ data, relocations, areaSize: 4 * AREA }) });
    const { handle, size } = loader.open("/x");
    const { bytes } = loader.place(handle, 0x50000, size);
    for (const i of [0, 1, 16255, 16256, 16383, 16384, 49_999]) {
      expect(bytes.readUInt32LE(HEADER + 4 * i)).toBe(0x50000 + 512 + i);
    }
  });

  it("is read once, and its code is shared", () => {
    const loader = new LibraryClient({ "/lib/libx.so": makeLibrary(parts) });
    loader.openAndPlace("/lib/libx.so", 5);
    loader.openAndPlace("/lib/libx.so", 6);
    expect(loader.files.asked.filter((asked) => asked.startsWith("file"))).toHaveLength(1);
    const [first, second] = [...loader.kernel.libraries.values()];
    expect(first.code.buffer).toBe(second.code.buffer);
  });

  it("is told apart from its replacement, which is the one used next time", () => {
    const loader = new LibraryClient({ "/lib/libx.so": library("old") });
    const old = loader.openAndPlace("/lib/libx.so");
    loader.put("/lib/libx.so", library("young"));
    const young = loader.openAndPlace("/lib/libx.so");
    expect(young).not.toBe(old);
    expect(loader.sym(old, "old", NUMBER)).toBeGreaterThan(0);
    expect(loader.sym(young, "young", NUMBER)).toBeGreaterThan(0);
    expect(loader.sym(young, "old", NUMBER)).toBe(-ENOENT);
  });

  it("stays until it is closed as often as it was opened", () => {
    const loader = new LibraryClient({ "/x": library("x") });
    const handle = loader.openAndPlace("/x");
    expect(loader.open("/x")).toEqual({ handle, size: 0 });
    expect(loader.close(handle)).toEqual([]);
    expect(loader.sym(handle, "x", NUMBER)).toBeGreaterThan(0);
    expect(loader.close(handle)).toEqual([0x100000]);
    expect(loader.close(handle)).toBe(-EBADF);
    expect(loader.sym(handle, "x", NUMBER)).toBe(-EBADF);
    expect(loader.openAndPlace("/x")).not.toBe(handle);
  });
});

describe("what a library needs", () => {
  const files = {
    "/lib/liba.so": library("a", "b", "c"),
    "/lib/libb.so": library("b", "c"),
    "/lib/libc.so": library("c"),
  };

  it("is placed before it, and its functions' addresses are put into the area", () => {
    const loader = new LibraryClient(files);
    const { handle, size } = loader.open("/lib/liba.so");
    const c = loader.place(handle, 0x10000, size);
    const b = loader.place(handle, 0x20000, c.next);
    const a = loader.place(handle, 0x30000, b.next);
    expect(a.next).toBe(0);
    const [atC, atB] = [...loader.kernel.libraries.keys()];
    expect(b.bytes.readBigUInt64LE(0)).toBe(atC + 8n);
    expect(a.bytes.readBigUInt64LE(0)).toBe(atB + 8n);
    expect(a.bytes.readBigUInt64LE(8)).toBe(atC + 8n);
    expect(loader.close(handle)).toEqual([0x30000, 0x20000, 0x10000]);
  });

  it("stays while anybody else needs it or has it open", () => {
    const loader = new LibraryClient(files);
    const a = loader.openAndPlace("/lib/liba.so");
    const c = loader.openAndPlace("/lib/libc.so");
    const b = loader.openAndPlace("/lib/libb.so");
    expect(loader.kernel.libraries.size).toBe(3);
    expect(loader.close(a)).toHaveLength(1);
    expect(loader.close(c)).toEqual([]);
    expect(loader.sym(c, "c", NUMBER)).toBe(-EBADF);
    expect(loader.close(b)).toHaveLength(2);
    expect(loader.kernel.libraries.size).toBe(0);
  });

  it.each<[string, Record<string, Buffer>, number, string]>([
    ["is missing", { "/lib/libx.so": library("x", "none") }, ENOENT, ""],
    [
      "needs it",
      { "/lib/libx.so": library("x", "y"), "/lib/liby.so": library("y", "x") },
      ELOOP,
      "is needed, in the end, by what it needs",
    ],
    ["needs itself", { "/lib/libx.so": library("x", "x") }, ELOOP, "is needed, in the end, by what it needs"],
    [
      "lacks the function",
      { "/lib/libx.so": library("x", "y"), "/lib/liby.so": library("z") },
      ENOENT,
      "libx.so: needs y of liby.so, which has none",
    ],
    [
      "has it with another signature",
      {
        "/lib/libx.so": library("x", "y"),
        "/lib/liby.so": makeLibrary({ exports: { y: { parameters: ["f64"] } } }),
      },
      EINVAL,
      "libx.so: needs y of liby.so as (i32) -> i32, which has it as (f64) -> void",
    ],
  ])("and %s is an error, and nothing is left", (_, libraries, errno, reason) => {
    const loader = new LibraryClient(libraries);
    expect(loader.open("/lib/libx.so").handle).toBe(-errno);
    expect(loader.error()).toContain(reason);
    expect(loader.kernel.libraries.size).toBe(0);
    loader.put("/lib/libx.so", library("x"));
    expect(loader.openAndPlace("/lib/libx.so")).toBeGreaterThan(0);
  });

  it("may be eight libraries in all, and no more", () => {
    const chain = (count: number): Record<string, Buffer> =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          `/lib/libl${i}.so`,
          library(`l${i}`, ...(i + 1 < count ? [`l${i + 1}`] : [])),
        ]),
      );
    expect(new LibraryClient(chain(8)).openAndPlace("/lib/libl0.so")).toBeGreaterThan(0);
    expect(new LibraryClient(chain(9)).open("/lib/libl0.so").handle).toBe(-ENFILE);
  });
});

describe("a hostile program", () => {
  const client = (): LibraryClient => new LibraryClient({ "/x": library("x") });

  it("cannot use another's handles", () => {
    const loader = client();
    const handle = loader.openAndPlace("/x", 5);
    expect(loader.sym(handle, "x", NUMBER, 6)).toBe(-EBADF);
    expect(loader.close(handle, 6)).toBe(-EBADF);
    expect(loader.place(handle, 0x10000, AREA, 6).entry).toBe(-EBADF);
    expect(loader.sym(handle, "x", NUMBER, 5)).toBeGreaterThan(0);
  });

  it.each([0, 1, 255, 0xffff_ffff, 0x7fff_ff00])("cannot make up handle %i", (handle) => {
    const loader = client();
    loader.openAndPlace("/x", 5);
    expect(loader.sym(handle, "x", NUMBER)).toBe(-EBADF);
    expect(loader.close(handle)).toBe(-EBADF);
  });

  it("cannot place a library at an odd address, in too small an area, or twice", () => {
    const loader = client();
    const { handle, size } = loader.open("/x");
    expect(loader.sym(handle, "x", NUMBER)).toBe(-EBUSY);
    for (const area of [0, 1, 4096, 0x10010]) expect(loader.place(handle, area, size).entry).toBe(-EINVAL);
    const big = new LibraryClient({ "/x": makeLibrary({ data: words(1, 2, 3) }) });
    expect(big.place(big.open("/x").handle, 0x10000, HEADER + 4).entry).toBe(-EFAULT);
    expect(loader.place(handle, 0x10000, size).entry).toBeGreaterThan(0);
    expect(loader.place(handle, 0x10000, size).entry).toBe(-EINVAL);
    expect(loader.close(handle)).toEqual([0x10000]);
  });

  it("that gives up before all is placed leaves nothing", () => {
    const loader = client();
    const { handle } = loader.open("/x");
    expect(loader.close(handle)).toEqual([]);
    expect(loader.close(handle)).toBe(-EBADF);
  });

  it("with no room for the code is told, and may try again", () => {
    const loader = client();
    const { handle, size } = loader.open("/x");
    loader.kernel.failure = { call: loader.kernel.buildCalls, errno: ENOMEM };
    expect(loader.place(handle, 0x10000, size).entry).toBe(-ENOMEM);
    expect(loader.error()).toBe("x: the process has no room for its code");
    expect(loader.place(handle, 0x10000, size).entry).toBeGreaterThan(0);
  });

  it.each<[number, Buffer]>([
    [LOADER_OPEN, Buffer.alloc(0)],
    [LOADER_OPEN, Buffer.from([9, 47])],
    [LOADER_PLACE, Buffer.alloc(7)],
    [LOADER_PLACE, Buffer.alloc(9)],
    [LOADER_SYM, Buffer.alloc(12)],
    [LOADER_SYM, new RequestData().u32(1).u64(0n).str("x").bytes(Buffer.alloc(1)).build()],
    [LOADER_CLOSE, Buffer.alloc(3)],
    [LOADER_CLOSE, Buffer.alloc(5)],
  ])("whose message %i is malformed is told so", (op, data) => {
    expect(Number(client().call(op, data).result)).toBe(-EBADMSG);
  });

  it.each([LOADER_OPEN, LOADER_PLACE, LOADER_CLOSE])("that does not wait for %i gets nothing", (op) => {
    const data = new RequestData().u32(1).u32(1);
    expect(Number(client().call(op, data, [], { flags: FLAG_ASYNC }).result)).toBe(-EINVAL);
  });

  it("that dies is forgotten, and its libraries' records serve others", () => {
    const loader = client();
    for (let pid = 10; pid < 1500; pid++) {
      expect(loader.openAndPlace("/x", pid)).toBeGreaterThan(0);
      loader.kernel.end(pid);
    }
  });

  it("among too many is refused", () => {
    const loader = client();
    for (let pid = 10; pid < 10 + 256; pid++) expect(loader.openAndPlace("/x", pid)).toBeGreaterThan(0);
    expect(loader.open("/x", 9).handle).toBe(-ENFILE);
    loader.kernel.end(10);
    expect(loader.openAndPlace("/x", 9)).toBeGreaterThan(0);
  });
});
