// Generated assembly of a library's note: its interface, relocations and static data (abi/library.ts has the layout).
// Called by library.ts.

import type { LibraryFacts } from "./compile_library.ts";
import { encodeSignature } from "./signature.ts";

const VERSION = 1;
const NOTE_TYPE = 2;
const FLAG_FLOAT = 1;
/** Offset of the checksum in a library's note. */
export const LIBRARY_CHECKSUM = 8;

/** Strings by their label in the assembly, each once. */
class Strings {
  private readonly labels = new Map<string, string>();

  /** `offset, length` of a string, as operands. */
  reference(text: string): string {
    const label = this.labels.get(text) ?? `s${this.labels.size}`;
    this.labels.set(text, label);
    return `${label} - d, ${Buffer.byteLength(text)}`;
  }

  lines(): string[] {
    return [...this.labels].map(([text, label]) => `${label}: .byte ${[...Buffer.from(text), 0].join(", ")}`);
  }
}

/** The assembly of the note. dataFile: the static data. */
export function libraryNote(facts: LibraryFacts, dataFile: string): string {
  const strings = new Strings();
  const needed = [...new Set(facts.imports.map(({ library }) => library))];
  const exports = facts.exports.flatMap(({ name, signature }, i) => [
    `.quad ${encodeSignature(signature, name)}, hnx_entry_${i}`,
    `.long ${strings.reference(name)}`,
  ]);
  const imports = facts.imports.flatMap(({ library, name, signature }) => [
    `.quad ${encodeSignature(signature, name)}`,
    `.long ${needed.indexOf(library)}, 0, ${strings.reference(name)}`,
  ]);
  return [
    '.section .note.hnx, "a", @note',
    ".balign 8",
    `.long 4, e - d, ${NOTE_TYPE}`,
    '.asciz "HNX"',
    `d: .long ${VERSION}, ${facts.usesFloat ? FLAG_FLOAT : 0}`,
    ".quad 0",
    `.long data - d, data_end - data, ${facts.areaBytes}, 0`,
    `.quad hnx_entry_${facts.exports.length}`,
    `.long exports - d, ${facts.exports.length}, imports - d, ${facts.imports.length}`,
    `.long needed - d, ${needed.length}, relocations - d, ${facts.relocations.length}`,
    ...["exports:", ...exports, "imports:", ...imports, "needed:"],
    ...needed.map((name) => `.long ${strings.reference(name)}`),
    "relocations:",
    ...facts.relocations.map((at) => `.long ${at}`),
    ...strings.lines(),
    ".balign 8",
    `data: .incbin "${dataFile}"`,
    "data_end:",
    ".balign 8",
    "e:",
    "",
  ].join("\n");
}
