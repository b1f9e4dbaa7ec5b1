// Program images: what is refused, for which reason, and that nothing a file says can make the loader trap, read outside the
// file or ask the kernel for what it would have to refuse (process_kernel.ts throws).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ENOEXEC, ENOMEM } from "../../../abi/errno.ts";
import { PF_R, PF_W, PF_X, PT_LOAD } from "../../../abi/program.ts";
import { makeArchive } from "../harness/cpio.ts";
import { LoaderClient, readerEntry } from "./client.ts";
import { AT, CODE, RODATA, goodHeaders, makeProgram, seal, withHeader, withMoreHeaders } from "./program.ts";
import { FakeFiles } from "./readers.ts";

const DATA = 0;
const TEXT = 1;
const READ_ONLY = 2;
const BSS = 3;
const NOTE = 4;
const HUGE = 2n ** 64n - 1n;

const changed = (change: (file: Buffer) => void): Buffer => makeProgram(goodHeaders(), change);
const u32 = (at: number, value: number): Buffer => changed((file) => file.writeUInt32LE(value >>> 0, at));
const u16 = (at: number, value: number): Buffer => changed((file) => file.writeUInt16LE(value, at));
const u64 = (at: number, value: bigint): Buffer => changed((file) => file.writeBigUInt64LE(value, at));
const code = (vaddr: bigint, flags = PF_R, size = 0x1000) => ({
  type: PT_LOAD,
  flags,
  offset: 0x1000,
  vaddr,
  fileSize: 0,
  memorySize: size,
});
const manySegments = (count: number): Buffer =>
  withMoreHeaders(...Array.from({ length: count }, (_, i) => code(CODE + 0x100000n + 0x1000n * BigInt(i))));

const d = AT.descriptor;

function damaged(at: number): Buffer {
  const program = makeProgram();
  program[at] ^= 1;
  return program;
}

/** The largest read-only segment there may be, with the symbol table in it. */
function largeReadOnly(): Buffer {
  const program = withHeader(READ_ONLY, { vaddr: CODE + 0x10000n, memorySize: 0x40_0000 });
  program.writeBigUInt64LE(CODE + 0x10100n, d + 24);
  return seal(program);
}

const REFUSED: [string, Buffer, string][] = [
  ["an empty file", Buffer.alloc(0), "not an ELF file"],
  ["a file shorter than the header", makeProgram().subarray(0, 63), "not an ELF file"],
  ["a wrong magic", u32(0, 0x464c4500), "not an ELF file"],
  ["a file of 32 bits", u32(AT.ident, 0x00010101), "not an ELF file"],
  ["a big-endian file", u32(AT.ident, 0x00010202), "not an ELF file"],
  ["bytes in the padding", u32(8, 1), "not an ELF file"],
  ["another machine", u32(AT.type, 0x003e_0002), "not an executable for AArch64"],
  ["a shared object", u32(AT.type, 0x00b7_0003), "not an executable for AArch64"],
  ["another version", u32(AT.version, 2), "a wrong size or version"],
  ["another header size", u16(AT.ehsize, 65), "a wrong size or version"],
  ["another program header size", u16(AT.phentsize, 57), "a wrong size or version"],
  ["no program headers", u16(AT.phnum, 0), "no program headers"],
  ["17 program headers", u16(AT.phnum, 17), "no program headers, or too many"],
  ["program headers after the end", u64(AT.phoff, 0x5000n), "program headers outside the file"],
  ["program headers across the end", u64(AT.phoff, 0x5000n - 279n), "program headers outside the file"],
  ["program headers that wrap", u64(AT.phoff, HUGE - 100n), "program headers outside the file"],
  ["an interpreter", withHeader(BSS, { type: 3 }), "a segment of unknown type"],
  ["thread-local storage", withHeader(BSS, { type: 7 }), "a segment of unknown type"],
  ["a segment after the end", withHeader(TEXT, { offset: 0x5001 }), "a segment outside the file"],
  ["a segment across the end", withHeader(TEXT, { offset: 0x4001 }), "a segment outside the file"],
  ["an offset that wraps", withHeader(TEXT, { offset: HUGE }), "a segment outside the file"],
  ["a size that wraps", withHeader(TEXT, { fileSize: HUGE, memorySize: HUGE }), "a segment outside the file"],
  ["more file than memory", withHeader(TEXT, { memorySize: 0xfff }), "larger in the file than in memory"],
  ["a segment nobody may read", withHeader(TEXT, { flags: PF_X }), "cannot be read, or with unknown flags"],
  ["unknown flags", withHeader(TEXT, { flags: PF_R | PF_X | 8 }), "cannot be read, or with unknown flags"],
  ["write and execute", withHeader(TEXT, { flags: PF_R | PF_W | PF_X }), "both writable and executable"],
  ["text off the page", withHeader(TEXT, { vaddr: CODE + 8n }), "does not begin on a page"],
  [
    "text between memory and code",
    withHeader(TEXT, { vaddr: 0x1_8000_0000n }),
    "outside the addresses of code",
  ],
  ["text after the code", withHeader(TEXT, { vaddr: 0x2_4000_0000n }), "outside the addresses of code"],
  [
    "text across the end of the code",
    withHeader(TEXT, { vaddr: 0x2_3fff_f000n }),
    "outside the addresses of code",
  ],
  [
    "text in the kernel",
    withHeader(TEXT, { vaddr: 0xffff_ffc0_0000_0000n }),
    "outside the addresses of code",
  ],
  ["memory that wraps", withHeader(BSS, { memorySize: HUGE }), "outside the addresses of code"],
  ["executable static data", withHeader(DATA, { flags: PF_R | PF_X }), "static data executable"],
  ["read-only static data", withHeader(DATA, { flags: PF_R }), "not writable"],
  ["static data in the message page", withHeader(DATA, { vaddr: 0x1000 }), "below its place"],
  ["static data at 0", withHeader(DATA, { vaddr: 0 }), "below its place"],
  ["two segments of static data", withHeader(BSS, { vaddr: 0x8000 }), "twice"],
  ["static data after the memory", withHeader(DATA, { vaddr: 0x20000 }), "outside the initial memory"],
  [
    "static data across the memory's end",
    withHeader(DATA, { memorySize: 0x20000 }),
    "outside the initial memory",
  ],
  ["static data across 4 GiB", withHeader(DATA, { vaddr: 0xffff_ff00 }), "outside the initial memory"],
  ["a heap after the memory", u32(d + 20, 0x20001), "outside the initial memory"],
  ["nine segments of code", manySegments(6), "too many segments"],
  [
    "read-only data of 4 MiB and a page",
    withHeader(READ_ONLY, { vaddr: CODE + 0x10000n, memorySize: 0x40_1000 }),
    "larger than a memory object",
  ],
  ["segments that overlap", withHeader(BSS, { vaddr: RODATA }), "two segments in one page"],
  ["segments in one page", withHeader(READ_ONLY, { vaddr: CODE + 0x1000n }), "two segments in one page"],
  ["a segment around another", withMoreHeaders(code(CODE, PF_R, 0x10000)), "two segments in one page"],
  ["no note", makeProgram(goodHeaders().slice(0, NOTE)), "no HNX note"],
  ["a short note", withHeader(NOTE, { fileSize: 63 }), "a damaged HNX note"],
  ["a note of another name size", u32(AT.note, 5), "a damaged HNX note"],
  ["a note of another size", u32(AT.note + 4, 44), "a damaged HNX note"],
  ["a note of another type", u32(AT.note + 8, 2), "a damaged HNX note"],
  ["a note of another name", u32(AT.note + 12, 0x00554e47), "a damaged HNX note"],
  ["two notes", withMoreHeaders(goodHeaders()[NOTE]), "or two of them"],
  ["a note of another version", u32(d, 1), "an HNX note of another version"],
  ["unknown flags in the note", u32(d + 4, 2), "unknown flags in the HNX note"],
  ["no memory", u32(d + 8, 0), "a memory size out of range"],
  ["less maximum than initial memory", u32(d + 12, 1), "a memory size out of range"],
  ["more than 2 GiB of memory", u32(d + 12, 0x8001), "a memory size out of range"],
  ["no stack", u32(d + 16, 0), "a stack size out of range"],
  ["a stack of more than 4 MiB", u32(d + 16, 1025), "a stack size out of range"],
  ["no room for the stack", withHeader(BSS, { vaddr: 0x2_3fff_a000n }), "no room for the stack"],
  ["an entry in read-only data", u64(AT.entry, RODATA), "an entry point outside the code"],
  ["an entry after the text's bytes", u64(AT.entry, CODE + 0x1000n), "an entry point outside the code"],
  ["an entry below the text", u64(AT.entry, CODE - 4n), "an entry point outside the code"],
  ["an entry at 0", u64(AT.entry, 0n), "an entry point outside the code"],
  ["an unaligned entry", u64(AT.entry, CODE + 2n), "an entry point outside the code"],
  ["an entry far away", u64(AT.entry, HUGE - 3n), "an entry point outside the code"],
  ["symbols in the text", u64(d + 24, CODE), "a symbol table outside the read-only data"],
  ["symbols across the data's end", u64(d + 32, 0x101n), "a symbol table outside the read-only data"],
  ["symbols after the data", u64(d + 24, RODATA + 0x200n), "a symbol table outside the read-only data"],
  ["symbols of 4 GiB", u64(d + 32, 1n << 32n), "a symbol table outside the read-only data"],
  ["symbols that wrap", u64(d + 24, HUGE), "a symbol table outside the read-only data"],
  ["a note that is not aligned", withHeader(NOTE, { offset: AT.note + 4 }), "a damaged HNX note"],
  ["a changed byte of code", damaged(0x2345), "damaged: its checksum is wrong"],
  ["a changed last byte", damaged(0x4fff), "damaged: its checksum is wrong"],
  ["a changed checksum", damaged(d + 40), "damaged: its checksum is wrong"],
  ["a byte more", Buffer.concat([makeProgram(), Buffer.alloc(1)]), "damaged: its checksum is wrong"],
];

describe("an image", () => {
  it.each(REFUSED)("with %s is refused", (_, program, reason) => {
    const loader = LoaderClient.withProgram(program);
    expect(loader.spawn("/bin/x")).toBe(-ENOEXEC);
    expect(loader.kernel.log).toHaveLength(1);
    expect(loader.kernel.log[0]).toContain(`/bin/x: not a program: `);
    expect(loader.kernel.log[0]).toContain(reason);
    expect(loader.kernel.buildCalls).toBe(0);
  });

  it.each<[string, Buffer]>([
    ["as the linker makes it", makeProgram()],
    ["without static data", makeProgram(goodHeaders().slice(1))],
    ["with an empty segment anywhere", withMoreHeaders({ ...code(0x1_8000_0000n), memorySize: 0 })],
    ["with 8 segments", manySegments(5)],
    ["without symbols", u64(d + 32, 0n)],
    ["with read-only data of 4 MiB", largeReadOnly()],
    ["with a stack that ends with the code's addresses", withHeader(BSS, { vaddr: 0x2_3fff_6000n })],
  ])("%s is taken", (_, program) => {
    const loader = LoaderClient.withProgram(program);
    expect(loader.spawn("/bin/x")).toBeGreaterThan(0);
    expect(loader.kernel.log).toEqual([]);
  });
});

const INTERESTING = [
  0n,
  1n,
  4n,
  8n,
  56n,
  0x1000n,
  0x4000n,
  0x10000n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  1n << 32n,
  CODE,
  CODE + 0x1000n,
  CODE + 0x3fff_f000n,
  1n << 63n,
  HUGE,
];
const HEAD = 64 + 5 * 56;

const mutation = fc.record({
  at: fc.oneof(fc.nat(HEAD - 1), fc.integer({ min: AT.note, max: AT.note + 55 })),
  bytes: fc.constantFrom(1, 2, 4, 8),
  value: fc.oneof(fc.constantFrom(...INTERESTING), fc.bigInt(0n, HUGE)),
});

/** A good image with some fields changed. */
function mutate(changes: { at: number; bytes: number; value: bigint }[]): Buffer {
  const program = makeProgram();
  for (const { at, bytes, value } of changes) {
    const field = Buffer.alloc(8);
    field.writeBigUInt64LE(value);
    field.copy(program, at, 0, bytes);
  }
  return program;
}

describe("a mutated image", () => {
  const files = new FakeFiles();
  const loader = new LoaderClient(makeArchive([readerEntry(makeProgram())]), undefined, files);
  let version = 1n;
  const spawn = (data: Buffer): number => {
    files.set("/x", { data, mtime_ns: version++ });
    return loader.spawn("/x");
  };

  it("gives an error, and the loader goes on", () => {
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.nat(0x5000),
        fc.boolean(),
        (changes, cut, isCut) => {
          const program = mutate(changes);
          const file = isCut ? program.subarray(0, cut) : program;
          fc.pre(!file.equals(makeProgram()));
          expect(spawn(file)).toBe(-ENOEXEC);
        },
      ),
      { numRuns: 4000 },
    );
    expect(spawn(makeProgram())).toBeGreaterThan(0);
  });

  it("is refused or built when its checksum is right, and never does harm", () => {
    let built = 0;
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (changes) => {
        const result = spawn(seal(mutate(changes)));
        if (result > 0) built++;
        else expect([-ENOEXEC, -ENOMEM]).toContain(result);
        for (const pid of loader.kernel.processes.keys()) if (pid === result) loader.kernel.forget(pid);
      }),
      { numRuns: 4000 },
    );
    expect(built).toBeGreaterThan(10);
    expect(spawn(makeProgram())).toBeGreaterThan(0);
  });

  it("in the place of a good one does not get into what the good one's instances share", () => {
    const good = { data: makeProgram(), mtime_ns: 0n };
    const spawnShared = (): number => loader.spawn("/shared");
    const start = () => {
      const pid = spawnShared();
      return [pid, (loader.kernel.processes.get(pid)?.regions ?? []).map(({ bytes }) => bytes)] as const;
    };
    files.set("/shared", good);
    const [, first] = start();
    const before = first.map((bytes) => Buffer.from(bytes));
    expect(before.length).toBeGreaterThan(1);
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), fc.boolean(), (changes, isSealed) => {
        const data = isSealed ? seal(mutate(changes)) : mutate(changes);
        files.set("/shared", { data, mtime_ns: version++ });
        const other = spawnShared();
        if (other > 0) loader.kernel.forget(other);
        files.set("/shared", good);
        const [pid, again] = start();
        expect([...first, ...again].map((bytes, i) => bytes.equals(before[i % before.length]))).not.toContain(
          false,
        );
        loader.kernel.forget(pid);
      }),
      { numRuns: 2000 },
    );
  });
});
