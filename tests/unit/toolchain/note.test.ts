import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { partsAssembly } from "../../../toolchain/pipeline/parts.ts";

const FACTS = {
  usesFloat: true,
  initialPages: 2,
  tableSize: 0,
  memoryBase: 16384,
  dataEnd: 20000,
  heapBase: 52768,
};
const LINK = {
  stackPages: 16,
  memoryMaxPages: 4096,
  heapPages: 1,
  inImage: true,
  optimize: "speed" as const,
};

/** Assembles, links and returns the bytes of a section. */
function section(name: string, link: typeof LINK | undefined): Buffer {
  const folder = mkdtempSync(path.join(os.tmpdir(), "hnx-note-"));
  const at = (file: string): string => path.join(folder, file);
  const run = (command: string, args: string[]): void => {
    const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  };
  writeFileSync(at("data.bin"), "DATA");
  writeFileSync(at("syms.bin"), "SYMSxxxx");
  writeFileSync(
    at("p.S"),
    partsAssembly({ dataFile: at("data.bin"), symbolFile: at("syms.bin"), facts: FACTS, link }),
  );
  writeFileSync(
    at("p.ld"),
    "SECTIONS { .hnx.syms 0x200003000 : { *(.hnx.syms) } .note.hnx : { *(.note.hnx) } }",
  );
  run("clang-19", ["--target=aarch64-none-elf", "-c", "-o", at("p.o"), at("p.S")]);
  run("ld.lld-19", ["-T", at("p.ld"), at("p.o"), "-o", at("p.elf")]);
  run("llvm-objcopy-19", ["-O", "binary", `--only-section=${name}`, at("p.elf"), at("out.bin")]);
  return readFileSync(at("out.bin"));
}

describe("the generated sections", () => {
  it("have a note that says what the loader must know", () => {
    const note = section(".note.hnx", LINK);
    const words = Array.from({ length: note.length / 4 }, (_, i) => note.readUInt32LE(4 * i));
    expect(words.slice(0, 3)).toEqual([4, 48, 1]);
    expect(note.toString("latin1", 12, 16)).toBe("HNX\0");
    expect(words.slice(4, 10)).toEqual([2, 1, 2, 4096, 16, 20000]);
    expect(note.readBigUInt64LE(40)).toBe(0x200003000n);
    expect(note.readBigUInt64LE(48)).toBe(8n);
    expect(note.readBigUInt64LE(56)).toBe(0n);
    expect(note.length).toBe(64);
  });

  it("leave a program's trailing zeros out, and put the kernel's in", () => {
    expect(section(".wasmdata", LINK).toString()).toBe("DATA");
    const kernel = section(".wasmdata", undefined);
    expect(kernel.length).toBe(FACTS.dataEnd - FACTS.memoryBase);
    expect(kernel.subarray(0, 5).toString("latin1")).toBe("DATA\0");
  });
});
