// Builds a library from its sources to build/user/<name>.so. Called by module.ts, which sees to it that only what changed is done.
//
//   compile  .ts → C, data, interface        object  C → .o        link  .o and the note → ELF, checked, stripped, sealed

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Module } from "../common/config.ts";
import { runTool } from "../common/exec.ts";
import { Failure } from "../common/failure.ts";
import { LIBRARY_LD, LLD, READELF, STRIP, USER_DIR } from "../common/paths.ts";
import { writeOutput } from "../common/stamp.ts";
import { assemble, compileLibraryObject } from "./clang.ts";
import { type LibraryFacts, compileLibrary, libraryPaths } from "./compile_library.ts";
import { LIBRARY_CHECKSUM, libraryNote } from "./library_note.ts";
import { sealFile } from "./seal.ts";

const SHARED_ASSEMBLY = "boot/mem.S";
const ELF_TYPE = 16;
const ET_DYN = 3;
/** Relocations by distance: what they give is the same wherever the library lies (ELF for the Arm 64-bit Architecture, 5.7). */
const RELATIVE =
  /^R_AARCH64_(?:PREL(?:16|32|64)|ADR_PREL_(?:LO21|PG_HI21)|ADD_ABS_LO12_NC|LDST(?:8|16|32|64|128)_ABS_LO12_NC|CALL26|JUMP26|CONDBR19|TSTBR14|LD_PREL_LO19)$/;
const SECTION_HEAD = /^Relocation section '\.rela(\S+)'/;
const RELOCATION = /^[0-9a-f]+\s+[0-9a-f]+\s+(R_AARCH64_\w+)/;

function readFacts(file: string): LibraryFacts {
  return JSON.parse(readFileSync(file, "utf8")) as LibraryFacts;
}

/** Machine code is never relocated: refuses an object in which an address would have to be put anywhere but in debug information. */
export function checkRelocations(listing: string, name: string): void {
  let section = "";
  for (const line of listing.split("\n")) {
    section = SECTION_HEAD.exec(line)?.[1] ?? section;
    const type = RELOCATION.exec(line)?.[1];
    if (type === undefined || section.startsWith(".debug") || RELATIVE.test(type)) continue;
    throw new Failure(
      `${name}: clang put an absolute address (${type}) into ${section}; a library's code must lie anywhere`,
    );
  }
}

/** The steps of a library, as module.ts takes them. */
export function librarySteps(module: Module): {
  name: string;
  outputs: string[];
  run(): string[] | Promise<string[]>;
}[] {
  const files = libraryPaths(module);
  const object = path.join(files.dir, "unity.o");
  const elf = `${USER_DIR}/${module.name}.elf`;
  const stripped = `${USER_DIR}/${module.name}`;
  return [
    {
      name: "compile",
      outputs: [
        files.wasm,
        files.published,
        files.header,
        files.processed,
        files.imports,
        files.entries,
        files.data,
        files.interface,
      ],
      run: async () => [...(await compileLibrary(module)), ...module.configFiles],
    },
    {
      name: "object",
      outputs: [object],
      run() {
        const inputs = compileLibraryObject(module, files, readFacts(files.interface).usesFloat, object);
        const listing = runTool(READELF, ["-r", "-W", object], `relocations of ${module.name}`).stdout;
        checkRelocations(listing, module.name);
        return [...inputs, files.processed, files.imports, files.entries, files.interface];
      },
    },
    {
      name: "link",
      outputs: [elf, stripped],
      run() {
        mkdirSync(USER_DIR, { recursive: true });
        const source = path.join(files.dir, "note.S");
        const objects = [path.join(files.dir, "mem.asm.o"), path.join(files.dir, "note.o")];
        writeOutput(source, libraryNote(readFacts(files.interface), files.data));
        const inputs = [...assemble(SHARED_ASSEMBLY, objects[0]), ...assemble(source, objects[1])];
        const options = ["--gc-sections", "-z", "max-page-size=4096", "--build-id=none", "-T", LIBRARY_LD];
        runTool(LLD, [...options, object, ...objects, "-o", elf], `link ${module.name}`);
        runTool(STRIP, ["--strip-all", "-o", stripped, elf], `strip ${module.name}`);
        const file = readFileSync(stripped);
        file.writeUInt16LE(ET_DYN, ELF_TYPE);
        writeFileSync(stripped, file);
        sealFile(stripped, LIBRARY_CHECKSUM);
        return [
          ...inputs.filter((input) => input !== source),
          object,
          files.data,
          files.interface,
          LIBRARY_LD,
        ];
      },
    },
  ];
}
