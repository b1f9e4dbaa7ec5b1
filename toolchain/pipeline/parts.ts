// Steps 7 and 9: generated assembly that places a module's data, symbol table and note. Called by link.ts.
// The note is what the kernel and the loader read of a program before it runs (section and segment PT_NOTE):
//
//   "HNX\0", type 1   u32 format version   u32 flags (bit 0: floating point)   u32 initial memory, wasm pages
//                     u32 largest memory, wasm pages   u32 stack, 4 KiB pages   u32 end of the static data
//                     u64 address of the symbol table   u64 its size   u64 checksum of the file (seal.ts puts it in)

import type { LinkSettings } from "../common/config.ts";
import type { ModuleFacts } from "./facts.ts";

const NOTE_FORMAT_VERSION = 2;
const NOTE_TYPE = 1;
const FLAG_FLOAT = 1;
/** Offset of the checksum in a program's note. */
export const PROGRAM_CHECKSUM = 40;

function sectionWithFile(section: string, flags: string, align: number, body: string[]): string {
  return [`.section ${section}, "${flags}", @progbits`, `.balign ${align}`, ...body, ""].join("\n");
}

/** Trailing zeros are left out of a program's file: its pages read as zero. The kernel's are linked over nothing. */
function dataSection(dataFile: string, paddedSize: number): string {
  const padding = paddedSize > 0 ? [`.org ${paddedSize}`] : [];
  return sectionWithFile(".wasmdata", "aw", 16, [
    ".globl hnx_wasm_data",
    "hnx_wasm_data:",
    `.incbin "${dataFile}"`,
    ...padding,
  ]);
}

function symbolSection(blobFile: string | undefined): string {
  const body = blobFile ? [`.incbin "${blobFile}"`] : [];
  return sectionWithFile(".hnx.syms", "a", 8, [
    ".globl hnx_syms, hnx_syms_end",
    "hnx_syms:",
    ...body,
    "hnx_syms_end:",
  ]);
}

function noteSection(facts: ModuleFacts, link: LinkSettings): string {
  const words = [
    NOTE_FORMAT_VERSION,
    facts.usesFloat ? FLAG_FLOAT : 0,
    facts.initialPages,
    link.memoryMaxPages,
    link.stackPages,
    facts.dataEnd,
  ];
  return [
    '.section .note.hnx, "a", @note',
    ".balign 8",
    `.long 4, 2f - 1f, ${NOTE_TYPE}`,
    '.asciz "HNX"',
    `1: .long ${words.join(", ")}`,
    ".quad hnx_syms, hnx_syms_end - hnx_syms",
    ".quad 0",
    "2:",
    "",
  ].join("\n");
}

export interface Parts {
  /** The module's static data, which starts at its memory base. */
  dataFile: string;
  /** The symbol table; without it the table between hnx_syms and hnx_syms_end is empty. */
  symbolFile?: string;
  facts: ModuleFacts;
  /** Set for a user program: it carries a note. */
  link?: LinkSettings;
}

/** The assembly of a module's generated sections. */
export function partsAssembly({ dataFile, symbolFile, facts, link }: Parts): string {
  const note = link ? [noteSection(facts, link)] : [];
  const paddedSize = link ? 0 : facts.dataEnd - facts.memoryBase;
  return [dataSection(dataFile, paddedSize), symbolSection(symbolFile), ...note].join("");
}
