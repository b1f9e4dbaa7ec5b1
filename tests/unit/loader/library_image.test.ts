// Library files: what is refused, for which reason, and that nothing a file says does harm. With image.test.ts more than 10,000 mutated files.

import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EAGAIN, EINVAL, ELOOP, ENFILE, ENOENT, ENOEXEC, ENOMEM } from "../../../abi/errno.ts";
import { LibraryClient } from "./library_client.ts";
import {
  DESCRIPTOR,
  type LibraryParts,
  NOTE,
  NUMBER,
  TEXT,
  makeLibrary,
  sealLibrary,
} from "./library_file.ts";

const PARTS: LibraryParts = {
  exports: { a: NUMBER, b: NUMBER },
  imports: [["liby.so", "y", NUMBER]],
  data: Buffer.from(Uint32Array.from([1, 512, 600, 4]).buffer),
  relocations: [4, 8],
};
const HEADERS = 64;
const header = (i: number): number => HEADERS + 56 * i;
const d = (at: number): number => DESCRIPTOR + at;
/** Where the tables of PARTS begin, as the descriptor says. */
const table = (at: number): number => DESCRIPTOR + makeLibrary(PARTS).readUInt32LE(d(at));
const change = (edit: (file: Buffer) => void): Buffer => makeLibrary(PARTS, edit);
const u32 = (at: number, value: number): Buffer => change((file) => file.writeUInt32LE(value >>> 0, at));
const u64 = (at: number, value: bigint): Buffer => change((file) => file.writeBigUInt64LE(value, at));
const HUGE = 2n ** 64n - 1n;

const SEGMENTS = "segments that are not a library's";
const TABLE = "a table of the note outside it";
const SYMBOL = "an export or import that is not well-formed";
const REFUSED: [string, Buffer, string][] = [
  ["nothing in it", Buffer.alloc(0), "not an ELF file"],
  ["a program's type", u32(16, 0x00b7_0002), "not a library for AArch64"],
  ["no program headers", change((file) => file.writeUInt16LE(0, 56)), "no program headers"],
  ["code at another address", u64(header(0) + 16, 0x1000n), SEGMENTS],
  ["code partly in the file", u64(header(0) + 40, 0x1000n), SEGMENTS],
  ["no code", u32(header(0) + 4, 4), SEGMENTS],
  ["code that can be written", u32(header(0) + 4, 7), SEGMENTS],
  ["code after the end", u64(header(0) + 8, HUGE), "a segment outside the file"],
  ["data with bytes", change((file) => file.writeBigUInt64LE(8n, header(1) + 32)), SEGMENTS],
  ["data elsewhere", u64(header(1) + 16, 0x3000n), SEGMENTS],
  ["4 MiB and a byte of data", u64(header(1) + 40, 0x40_0001n), SEGMENTS],
  ["two codes", u32(header(2) + 4, 5), SEGMENTS],
  ["no note", u32(header(3), 1), "no HNX note"],
  ["two notes", u32(header(2), 4), "a damaged HNX note"],
  ["an unaligned note", u64(header(3) + 8, BigInt(NOTE + 4)), "a segment outside the file"],
  ["a program's note", u32(NOTE + 8, 1), "a damaged HNX note"],
  ["a longer note than its segment", u32(NOTE + 4, 0x10000), "a damaged HNX note"],
  ["another version", u32(d(0), 2), "another version"],
  ["unknown flags", u32(d(4), 2), "unknown flags"],
  ["data outside the note", u32(d(16), 0x10000), TABLE],
  ["data across the note's end", u32(d(20), 0x10000), TABLE],
  ["513 exports", u32(d(44), 513), TABLE],
  ["exports that wrap", u32(d(40), 0xffff_fff8), TABLE],
  ["65 imports", u32(d(52), 65), TABLE],
  ["8 needed libraries", u32(d(60), 8), TABLE],
  ["unaligned exports", u32(d(40), 76), TABLE],
  ["relocations across the note's end", u32(d(68), 60_000), TABLE],
  ["an export that is no signature", u64(table(40), 1n), SYMBOL],
  ["an export with a gap in its parameters", u64(table(40), (0x5a5n << 52n) | 0x101n), SYMBOL],
  ["an export of an unknown type", u64(table(40), (0x5a5n << 52n) | 5n), SYMBOL],
  ["an export of another signature than its entry", u64(table(40), (0x5a5n << 52n) | 2n), SYMBOL],
  ["an entry that is none", u64(table(40) + 8, 16n), SYMBOL],
  ["an unaligned entry", u64(table(40) + 8, 12n), SYMBOL],
  ["an entry at 0", u64(table(40) + 8, 0n), SYMBOL],
  ["an entry after the code", u64(table(40) + 8, 0x1000n), SYMBOL],
  ["an entry far away", u64(table(40) + 8, HUGE - 7n), SYMBOL],
  ["a changed signature before an entry", u32(TEXT, 0), SYMBOL],
  ["an export without a name", u32(table(40) + 20, 0), SYMBOL],
  ["an export with a name of 129 bytes", u32(table(40) + 20, 129), SYMBOL],
  ["an export with a name outside the note", u32(table(40) + 16, 0xffff_ffff), SYMBOL],
  ["an import from a library that is not needed", u32(table(48) + 8, 1), SYMBOL],
  ["no place entry", u64(d(32), 8n), SYMBOL],
  ["a needed library without a name", u32(table(56) + 4, 0), "a needed library without a proper name"],
  [
    "a needed library in a folder",
    change((file) => file.writeUInt8(47, file.indexOf("liby.so") + 3)),
    "without a proper name",
  ],
  ["a relocation after the data", u32(table(64) + 4, 16), "a relocation outside"],
  ["an unaligned relocation", u32(table(64), 2), "a relocation outside"],
  ["relocations out of order", u32(table(64), 8), "a relocation outside"],
  [
    "an address outside the area",
    change((file) => file.writeUInt32LE(65537, DESCRIPTOR + file.readUInt32LE(d(16)) + 4)),
    "to outside the area",
  ],
  ["no area", u32(d(24), 0), "to outside the area"],
  ["an odd area", u32(d(24), 65540), "an area"],
  ["a huge area", u32(d(24), 0x0101_0000), "an area"],
  ["an area too small", makeLibrary({ data: Buffer.alloc(65536 - 508) }), "an area"],
];

describe("a library file", () => {
  it.each(REFUSED)("with %s is refused", (_, file, reason) => {
    const loader = new LibraryClient({ "/x": file });
    expect(loader.open("/x").handle).toBe(-ENOEXEC);
    expect(loader.error()).toContain(reason);
    expect(loader.kernel.liveObjects).toBe(2); // the reader's
  });

  it("with any changed byte is refused", () => {
    const good = makeLibrary(PARTS);
    for (const at of [0, 100, TEXT + 8, NOTE + 20, DESCRIPTOR + 8, good.length - 1]) {
      const file = Buffer.from(good);
      file[at] ^= 1;
      expect(new LibraryClient({ "/x": file }).open("/x").handle).toBe(-ENOEXEC);
    }
  });

  it.each(["libgreet.so", "libwords.so"])("of this build, %s, is taken", (name) => {
    const path = `build/user/${name}`;
    if (!existsSync(path)) throw new Error(`${path} is missing: run ./hnx build ${name}`);
    const loader = new LibraryClient({
      "/lib/libwords.so": readFileSync("build/user/libwords.so"),
      "/x": readFileSync(path),
    });
    expect(loader.openAndPlace("/x")).toBeGreaterThan(0);
  });
});

const INTERESTING = [
  0, 1, 4, 7, 8, 16, 72, 512, 4096, 65536, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff,
];
const good = makeLibrary(PARTS);
const mutation = fc.record({
  at: fc.oneof(
    fc.nat(HEADERS + 4 * 56 - 1),
    fc.integer({ min: NOTE, max: good.length - 1 }),
    fc.integer({ min: TEXT, max: TEXT + 47 }),
  ),
  bytes: fc.constantFrom(1, 2, 4),
  value: fc.oneof(fc.constantFrom(...INTERESTING), fc.nat(0xffff_ffff)),
});

function mutate(changes: { at: number; bytes: number; value: number }[]): Buffer {
  const file = Buffer.from(good);
  for (const { at, bytes, value } of changes) {
    const field = Buffer.alloc(4);
    field.writeUInt32LE(value);
    field.copy(file, at, 0, bytes);
  }
  return file;
}

describe("a mutated library", () => {
  const loader = new LibraryClient({ "/lib/liby.so": makeLibrary({ exports: { y: NUMBER } }) });
  const open = (file: Buffer): number => {
    loader.put("/x", file);
    return loader.openAndPlace("/x");
  };

  it("gives an error, and the loader goes on", () => {
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.nat(good.length),
        fc.boolean(),
        (changes, cut, isCut) => {
          const file = isCut ? mutate(changes).subarray(0, cut) : mutate(changes);
          fc.pre(!file.equals(good));
          expect(open(file)).toBe(-ENOEXEC);
        },
      ),
      { numRuns: 4000 },
    );
    expect(loader.close(open(good))).toHaveLength(2);
  });

  it("is refused or opened when its checksum is right, and never does harm", () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (changes) => {
        const result = open(sealLibrary(mutate(changes)));
        if (result > 0) {
          taken++;
          expect(loader.close(result)).not.toBeTypeOf("number");
        } else expect([ENOEXEC, ENOENT, EINVAL, ENOMEM, EAGAIN, ELOOP, ENFILE]).toContain(-result);
        expect(loader.kernel.libraries.size).toBe(0);
      }),
      { numRuns: 4000 },
    );
    expect(taken).toBeGreaterThan(10);
    expect(loader.close(open(good))).toHaveLength(2);
  });
});
