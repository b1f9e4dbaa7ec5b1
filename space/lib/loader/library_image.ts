// What the checks of library_check.ts leave of a library file: every value proven to be in range. Offsets of the note's tables are from
// the descriptor's start; `descriptor` is where it lies now: in the file while it is checked, in a copy once the library is kept.

import {
  EXPORT_SIZE,
  IMPORT_SIZE,
  LIBRARY_DATA_AT,
  LIBRARY_EXPORTS_AT,
  LIBRARY_IMPORTS_AT,
  LIBRARY_NEEDED_AT,
  LIBRARY_RELOCATIONS_AT,
  NEEDED_SIZE,
  RELOCATION_SIZE,
} from "../../../abi/library";

const COUNT: usize = 4; // of a table, after its offset

/** A function that the library gives or wants. */
@unmanaged
export class Symbol {
  signature: u64;
  /** Of an export: its entry, an offset in the text. Of an import: the index of the needed library that has it. */
  entry: u64;
  name: u32; // offset
  length: u32;
}

/** A string of the note. */
@unmanaged
export class NoteString {
  offset: u32;
  length: u32;
}

@unmanaged
export class LibraryImage {
  place: u64; // the place entry, an offset in the text
  checksum: u64;
  descriptor: u32; // address
  descriptorSize: u32; // bytes
  textOffset: u32; // in the file
  textSize: u32; // bytes
  dataSize: u32; // of the instance, zeroed, behind the text's pages; bytes
  areaSize: u32; // bytes
  usesFloatingPoint: u32; // 0 or 1
  checksumOffset: u32; // in the file

  @inline private offsetOf(table: u32): usize {
    return this.descriptor + load<u32>(<usize>this.descriptor + table);
  }
  @inline private countOf(table: u32): u32 {
    return load<u32>(<usize>this.descriptor + table + COUNT);
  }

  @inline get exports(): u32 {
    return this.countOf(LIBRARY_EXPORTS_AT);
  }
  @inline export(i: u32): Symbol {
    return changetype<Symbol>(this.offsetOf(LIBRARY_EXPORTS_AT) + i * EXPORT_SIZE);
  }
  @inline get imports(): u32 {
    return this.countOf(LIBRARY_IMPORTS_AT);
  }
  @inline import(i: u32): Symbol {
    return changetype<Symbol>(this.offsetOf(LIBRARY_IMPORTS_AT) + i * IMPORT_SIZE);
  }
  @inline get needed(): u32 {
    return this.countOf(LIBRARY_NEEDED_AT);
  }
  @inline need(i: u32): NoteString {
    return changetype<NoteString>(this.offsetOf(LIBRARY_NEEDED_AT) + i * NEEDED_SIZE);
  }
  @inline get relocations(): u32 {
    return this.countOf(LIBRARY_RELOCATIONS_AT);
  }
  /** The offset in the static data of word `i` that is an address. */
  @inline relocation(i: u32): u32 {
    return load<u32>(this.offsetOf(LIBRARY_RELOCATIONS_AT) + i * RELOCATION_SIZE);
  }
  /** Address and bytes of the static data. */
  @inline get staticData(): usize {
    return this.offsetOf(LIBRARY_DATA_AT);
  }
  @inline get staticSize(): u32 {
    return this.countOf(LIBRARY_DATA_AT);
  }
  /** Address of a string of the note. */
  @inline text(offset: u32): usize {
    return <usize>this.descriptor + offset;
  }

  reset(): void {
    memory.fill(changetype<usize>(this), 0, LIBRARY_IMAGE_SIZE);
  }
}
export const LIBRARY_IMAGE_SIZE: u32 = 48;
