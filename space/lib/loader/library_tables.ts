// The tables of a library's note: exports, imports, needed libraries, relocations, static data. Called by library_check.ts. Of each: that it
// lies inside the descriptor, that its strings do, and that what it says is true of the code, which has every entry's signature before it.

import {
  EXPORT_SIZE,
  IMPORT_SIZE,
  LIBRARY_DATA_AT,
  LIBRARY_EXPORTS_AT,
  LIBRARY_IMPORTS_AT,
  LIBRARY_NEEDED_AT,
  LIBRARY_RELOCATIONS_AT,
  MAX_EXPORTS,
  MAX_IMPORTS,
  MAX_LIBRARY_NAME,
  MAX_NEEDED,
  MAX_PARAMETERS,
  MAX_RELOCATIONS,
  MAX_SYMBOL_NAME,
  NEEDED_SIZE,
  PLACE_SIGNATURE,
  RELOCATION_SIZE,
  SIGNATURE_MAGIC,
  SIGNATURE_RESULT_SHIFT,
  SIGNATURE_SHIFT,
  TYPE_F64,
} from "../../../abi/library";
import { BAD_NEED, BAD_RELOCATION, BAD_SYMBOL, BAD_TABLE, IMAGE_OK } from "./faults";
import { LibraryImage, Symbol } from "./library_image";

const COUNT: usize = 4;
const ENTRY_ALIGNMENT: u64 = 8;
const SIGNATURE_BYTES: u64 = 8;
const INSTRUCTION_SIZE: u64 = 4;
const TYPE_BITS: u64 = 4;
const TYPE_MASK: u64 = 15;
const WORD: u32 = 4;
const SLASH: u32 = 0x2f;

/** Whether the table at `at` of the descriptor lies in it, its records of `size` bytes aligned to `alignment`. */
function liesInside(image: LibraryImage, at: u32, size: u32, limit: u32, alignment: u32): bool {
  const offset = load<u32>(<usize>image.descriptor + at);
  const count = load<u32>(<usize>image.descriptor + at, COUNT);
  if (count > limit || offset % alignment != 0 || offset > image.descriptorSize) return false;
  return <u64>count * size <= image.descriptorSize - offset;
}

function isString(image: LibraryImage, offset: u32, length: u32, limit: u32): bool {
  return (
    length > 0 && length <= limit && offset <= image.descriptorSize && length <= image.descriptorSize - offset
  );
}

/** Whether a word is a signature: parameters without gaps, known types. */
function isSignature(word: u64): bool {
  if (word >> SIGNATURE_SHIFT != SIGNATURE_MAGIC) return false;
  if (((word >> SIGNATURE_RESULT_SHIFT) & TYPE_MASK) > TYPE_F64) return false;
  let ended = false;
  for (let i: u64 = 0; i < MAX_PARAMETERS; i++) {
    const type = (word >> (i * TYPE_BITS)) & TYPE_MASK;
    if (type > TYPE_F64 || (ended && type != 0)) return false;
    ended = type == 0;
  }
  return true;
}

/** Whether the code has an entry of this signature at `entry`. */
function isEntry(text: usize, image: LibraryImage, entry: u64, signature: u64): bool {
  if (entry % ENTRY_ALIGNMENT != 0 || entry < SIGNATURE_BYTES) return false;
  if (entry > image.textSize || image.textSize - entry < INSTRUCTION_SIZE) return false;
  return load<u64>(text + <usize>(entry - SIGNATURE_BYTES)) == signature;
}

function isNamed(image: LibraryImage, symbol: Symbol): bool {
  return isString(image, symbol.name, symbol.length, MAX_SYMBOL_NAME) && isSignature(symbol.signature);
}

function checkSymbols(text: usize, image: LibraryImage): i32 {
  for (let i: u32 = 0; i < image.exports; i++) {
    const symbol = image.export(i);
    if (!isNamed(image, symbol) || !isEntry(text, image, symbol.entry, symbol.signature)) return BAD_SYMBOL;
  }
  for (let i: u32 = 0; i < image.imports; i++) {
    const symbol = image.import(i);
    if (!isNamed(image, symbol) || symbol.entry >= image.needed) return BAD_SYMBOL;
  }
  return isEntry(text, image, image.place, PLACE_SIGNATURE) ? IMAGE_OK : BAD_SYMBOL;
}

/** A needed library is a file name in /lib, so it has no slash. */
function checkNeeds(image: LibraryImage): i32 {
  for (let i: u32 = 0; i < image.needed; i++) {
    const need = image.need(i);
    if (!isString(image, need.offset, need.length, MAX_LIBRARY_NAME)) return BAD_NEED;
    for (let k: u32 = 0; k < need.length; k++) {
      const character = <u32>load<u8>(image.text(need.offset) + k);
      if (character == 0 || character == SLASH) return BAD_NEED;
    }
  }
  return IMAGE_OK;
}

/** Relocated words lie in the static data, and point into the area or right behind it. */
function checkRelocations(image: LibraryImage): i32 {
  const size = image.staticSize;
  for (let i: u32 = 0; i < image.relocations; i++) {
    const at = image.relocation(i);
    if (at % WORD != 0 || at > size || size - at < WORD) return BAD_RELOCATION;
    if (i > 0 && at <= image.relocation(i - 1)) return BAD_RELOCATION;
    if (load<u32>(image.staticData + at) > image.areaSize) return BAD_RELOCATION;
  }
  return IMAGE_OK;
}

/** Checks all tables; `text` is where the code lies now. */
export function checkTables(text: usize, image: LibraryImage): i32 {
  const isWhole =
    liesInside(image, LIBRARY_DATA_AT, 1, image.descriptorSize, 8) &&
    liesInside(image, LIBRARY_EXPORTS_AT, EXPORT_SIZE, MAX_EXPORTS, 8) &&
    liesInside(image, LIBRARY_IMPORTS_AT, IMPORT_SIZE, MAX_IMPORTS, 8) &&
    liesInside(image, LIBRARY_NEEDED_AT, NEEDED_SIZE, MAX_NEEDED, 4) &&
    liesInside(image, LIBRARY_RELOCATIONS_AT, RELOCATION_SIZE, MAX_RELOCATIONS, 4);
  if (!isWhole) return BAD_TABLE;
  let fault = checkNeeds(image);
  if (fault == IMAGE_OK) fault = checkSymbols(text, image);
  return fault == IMAGE_OK ? checkRelocations(image) : fault;
}
