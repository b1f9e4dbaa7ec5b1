// The boot archive in the loader: damaged ones, and that nothing outside of one is read.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EACCES, EIO, ENOENT, ENOEXEC } from "../../../abi/errno.ts";
import { SYS_OBJECT_MAP } from "../../../abi/syscall.ts";
import { makeArchive } from "../harness/cpio.ts";
import { LoaderClient } from "./client.ts";
import { ProcessKernel } from "./process_kernel.ts";
import { makeProgram } from "./program.ts";

const HEADER = 110;
const FILES_MAX = 512;
const WASM_PAGE = 65536;
const program = (name: string) => ({ name, mode: 0o100755, data: makeProgram() });

describe("an archive", () => {
  it("that is not there is logged, and no program is found", () => {
    const loader = new LoaderClient(undefined);
    expect(loader.kernel.log).toEqual(["boot archive: there is none"]);
    expect(loader.spawn("/bin/x")).toBe(-ENOENT);
  });

  it("that cannot be mapped is logged", () => {
    const loader = new LoaderClient(makeArchive([program("bin/x")]), (kernel) => (kernel.mapError = -EIO));
    expect(loader.kernel.log).toEqual(["boot archive: cannot be mapped: error 5"]);
    expect(loader.spawn("/bin/x")).toBe(-ENOENT);
  });

  it("larger than the loader's memory is logged", () => {
    const loader = new LoaderClient(Buffer.alloc(64 << 20));
    expect(loader.kernel.log).toEqual(["boot archive: no room to map it"]);
  });

  it.each<[string, (archive: Buffer) => Uint8Array, string]>([
    ["without a magic", (archive) => archive.fill("x", 0, 6), "no cpio newc header at byte 0"],
    ["of the old kind", (archive) => archive.fill("070707", 0, 6), "no cpio newc header at byte 0"],
    ["with a bad digit", (archive) => archive.fill("g", 54, 55), "a field that is not hexadecimal at byte 0"],
    [
      "with a sign for a digit",
      (archive) => archive.fill("-", 94, 95),
      "a field that is not hexadecimal at byte 0",
    ],
    ["with an empty name", (archive) => archive.fill("00000000", 94, 102), "a bad name at byte 0"],
    ["with a name of NULs", (archive) => archive.fill(0, HEADER, HEADER + 5), "a bad name at byte 0"],
    ["with a name without an end", (archive) => archive.fill("00000005", 94, 102), "a bad name at byte 0"],
    ["with a name after the end", (archive) => archive.fill("ffffffff", 94, 102), "cut off at byte 0"],
    ["with data after the end", (archive) => archive.fill("ffffffff", 54, 62), "cut off at byte 0"],
    ["cut in the header", (archive) => archive.subarray(0, HEADER - 1), "cut off at byte 0"],
    ["cut in the name", (archive) => archive.subarray(0, HEADER + 3), "cut off at byte 0"],
    ["cut in the data", (archive) => archive.subarray(0, 0x2000), "cut off at byte 0"],
    ["without a trailer", (archive) => archive.subarray(0, 116 + 0x5000), "cut off at byte 20596"],
  ])("%s is logged", (_, damage, reason) => {
    const loader = new LoaderClient(damage(makeArchive([program("bin/x")])));
    expect(loader.kernel.log).toEqual([`boot archive: ${reason}`]);
    expect([-ENOENT, 100]).toContain(loader.spawn("/bin/x"));
  });

  it("keeps what stands before the damage", () => {
    const archive = makeArchive([program("bin/x"), program("bin/y")]);
    const loader = new LoaderClient(archive.fill("x", 116 + 0x5000, 116 + 0x5000 + 6));
    expect(loader.spawn("/bin/x")).toBeGreaterThan(0);
    expect(loader.spawn("/bin/y")).toBe(-ENOENT);
  });

  it("gives the first of two files with one name", () => {
    const bad = { name: "bin/x", mode: 0o100755, data: "not a program" };
    expect(LoaderClient.with(bad, program("bin/x")).spawn("/bin/x")).toBe(-ENOEXEC);
    expect(LoaderClient.with(program("bin/x"), bad).spawn("/bin/x")).toBeGreaterThan(0);
  });

  it("has regular files as programs, and nothing else", () => {
    for (const type of [0o040000, 0o120000, 0o020000, 0o060000, 0o010000, 0o140000, 0]) {
      expect(LoaderClient.with({ ...program("bin/x"), mode: type | 0o755 }).spawn("/bin/x")).toBe(-ENOENT);
    }
  });

  it("has a limited number of files", () => {
    const names = Array.from({ length: FILES_MAX + 1 }, (_, i) => ({
      name: `f${i}`,
      mode: 0o100755,
      data: "x",
    }));
    const full = new LoaderClient(makeArchive(names.slice(0, FILES_MAX)));
    expect(full.kernel.log).toEqual([]);
    expect(full.spawn(`f${FILES_MAX - 1}`)).toBe(-ENOEXEC);
    const over = new LoaderClient(makeArchive(names));
    expect(over.kernel.log).toEqual(["boot archive: more than 512 files; the rest is left out"]);
    expect(over.spawn(`f${FILES_MAX - 1}`)).toBe(-ENOEXEC);
    expect(over.spawn(`f${FILES_MAX}`)).toBe(-ENOENT);
  });
});

/** Maps the archive with `filler` behind it, to the end of the last wasm page: who reads past its end acts on that. */
function fillBehind(kernel: ProcessKernel, filler: Uint8Array): void {
  const archive = kernel.initrd!;
  kernel.handlers.set(SYS_OBJECT_MAP, ([, address]) => {
    const end = Math.ceil((Number(address) + archive.length) / WASM_PAGE) * WASM_PAGE;
    const place = kernel.slice(Number(address), end - Number(address));
    place.fill(filler, archive.length).set(archive);
    return 0;
  });
}

const entries = [
  { name: "bin", mode: 0o040755 },
  { ...program("bin/x"), padding: 37 },
  { name: "etc/motd", data: "hello" },
  program("bin/y"),
];

const mutation = fc.record({
  entry: fc.nat(4),
  at: fc.nat(HEADER + 20),
  bytes: fc.oneof(
    fc.constantFrom("f", "0", "F", "7", "g", "\0", "ffffffff", "00000000", "0000006e", "00001000", "070701"),
    fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  ),
});

describe("a mutated archive", () => {
  const good = makeArchive(entries);
  const starts: number[] = [];
  for (let at = 0; (at = good.indexOf("070701", at)) >= 0; at++) starts.push(at);

  it("does no harm, and nothing behind it is read", () => {
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        fc.option(fc.nat(good.length)),
        (changes, cut) => {
          let archive = Buffer.from(good);
          for (const { entry, at, bytes } of changes) {
            archive.write(bytes, Math.min(starts[entry] + at, archive.length - bytes.length), "latin1");
          }
          if (cut !== null) archive = archive.subarray(0, cut);
          if (archive.length === 0) return;
          const outcomes = [Buffer.alloc(1), good, Buffer.from("f")].map((filler) => {
            const loader = new LoaderClient(archive, (kernel) => fillBehind(kernel, filler));
            const results = ["/bin/x", "/bin/y", "/etc/motd", "/bin"].map((path) => loader.spawn(path));
            for (const result of results) {
              expect(result > 0 || [-ENOENT, -EACCES, -ENOEXEC].includes(result)).toBe(true);
            }
            return JSON.stringify([results, loader.kernel.log]);
          });
          expect(outcomes[1]).toBe(outcomes[0]);
          expect(outcomes[2]).toBe(outcomes[0]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
