// Steps 7 to 9: objects → ELF. Called by module.ts.
// Linked twice: first with an empty symbol table, to learn where the functions are, then with the table of them.
// The table is the last of the read-only sections, so no function moves; that is checked.

import path from "node:path";
import type { LinkSettings } from "../common/config.ts";
import { runTool } from "../common/exec.ts";
import { Failure } from "../common/failure.ts";
import { LLD, NM } from "../common/paths.ts";
import { writeOutput } from "../common/stamp.ts";
import { assemble } from "./clang.ts";
import type { ModuleFacts, ModulePaths } from "./facts.ts";
import { partsAssembly } from "./parts.ts";
import { type TextSymbol, buildSymbolBlob, parseSymbols } from "./symbols.ts";

/**
 * Segments lie in the file one behind the other: who loads it copies, so that file offsets need no pages of their own, which
 * were a quarter of all programs.
 */
const FILE_ALIGNMENT = 64;

export interface LinkInput {
  id: string;
  files: ModulePaths;
  facts: ModuleFacts;
  /** Set for a user program: it carries a note. */
  link?: LinkSettings;
  objects: string[];
  script: string;
  elf: string;
}

function readSymbols(elf: string, id: string): TextSymbol[] {
  return parseSymbols(runTool(NM, ["-n", "--defined-only", elf], "symbols").stdout, id);
}

function sameAddresses(before: TextSymbol[], after: TextSymbol[]): boolean {
  return before.length === after.length && before.every(({ address }, i) => address === after[i].address);
}

function runLinker({ id, facts, objects, script }: LinkInput, parts: string, elf: string): void {
  const layout = {
    WASM_DATA_BASE: facts.memoryBase,
    WASM_DATA_END: facts.dataEnd,
    WASM_HEAP_BASE: facts.heapBase,
  };
  const defines = Object.entries(layout).map(([name, value]) => `--defsym=${name}=${value}`);
  const options = [
    "--gc-sections",
    "-z",
    `max-page-size=${FILE_ALIGNMENT}`,
    "--build-id=none",
    ...defines,
    "-T",
    script,
  ];
  runTool(LLD, [...options, ...objects, parts, "-o", elf], `link ${id}`);
}

/** The static data must lie where the module's code expects it: the low 32 bits of its address are wasm's. */
function checkDataAddress({ id, facts, script }: LinkInput, elf: string): void {
  const listing = runTool(NM, ["--defined-only", elf], "symbols").stdout;
  const address = /^([0-9a-f]+) \w hnx_wasm_data$/m.exec(listing)?.[1];
  if (address === undefined) throw new Failure(`link ${id}: ${script} drops section .wasmdata`);
  const linked = Number(BigInt(`0x${address}`) & 0xffff_ffffn);
  if (linked !== facts.memoryBase) {
    const hex = (value: number): string => `0x${value.toString(16)}`;
    throw new Failure(
      `link ${id}: ${script} puts .wasmdata at ${hex(linked)}, but the module was compiled for memoryBase ` +
        `${facts.memoryBase} (${hex(facts.memoryBase)}) of asconfig.json`,
    );
  }
}

/** Links a program or the kernel, symbols and all. */
export function linkModule(input: LinkInput): void {
  const { id, files, facts, link, script, elf } = input;
  const source = path.join(files.dir, "parts.S");
  const object = path.join(files.dir, "parts.o");
  const assembleParts = (symbolFile?: string): void => {
    writeOutput(source, partsAssembly({ dataFile: files.data, symbolFile, facts, link }));
    assemble(source, object);
  };
  const trial = path.join(files.dir, "trial.elf");
  assembleParts();
  runLinker(input, object, trial);
  checkDataAddress(input, trial);
  const symbols = readSymbols(trial, id);
  const blob = path.join(files.dir, "symbols.bin");
  writeOutput(blob, buildSymbolBlob(symbols));
  assembleParts(blob);
  runLinker(input, object, elf);
  if (!sameAddresses(symbols, readSymbols(elf, id))) {
    throw new Failure(
      `link ${id}: functions moved when the symbol table was added; it must be last in ${script}`,
    );
  }
}
