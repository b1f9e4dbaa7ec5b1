// Step 8: the table that turns an address into a function name in a report of a running system.
// Called by link.ts. The blob is linked in as section .hnx.syms, little-endian:
//
//   +0   u32 magic "SYMS"
//   +4   u32 count
//   +8   u64 address of the first text byte
//   +16  count × u32 offset of a function from that address, ascending
//        count × u32 offset of its name in the string area
//        u32 size of the string area
//        names, UTF-8, each ended by a NUL

import { Failure } from "../common/failure.ts";

export interface TextSymbol {
  address: bigint;
  name: string;
}

export const SYMBOLS_MAGIC = 0x534d5953;
const OFFSET_MAX = 0xffff_ffffn;
const HEADER_BYTES = 16;
const WORD_BYTES = 4;
/** Folders that say nothing in a report. */
const DROPPED_FOLDERS = /^space\/(?:services|apps|(?=lib\/))\/?/;

/**
 * A readable name: wasm2c's prefix and escapes undone, the path as short as it stays clear, as in
 * w2c_vfs_space0x2Fservices0x2Fvfs0x2Fhandlers0x2Fopen → vfs/handlers/open. Assembly names stay what they are.
 */
export function readableName(symbol: string, id: string): string {
  const prefix = `w2c_${id}_`;
  symbol = symbol.replace(/^wrap_(?=w2c_)/, ""); // wasm2c's second name of a function that is also a table element
  if (!symbol.startsWith(prefix)) return symbol;
  const bytes = symbol
    .slice(prefix.length)
    .replace(/(?:0x[0-9A-F]{2})+/g, (run) => Buffer.from(run.replaceAll("0x", ""), "hex").toString("utf8"));
  return bytes.replace(DROPPED_FOLDERS, "");
}

/** Reads the text symbols out of llvm-nm's listing, in ascending order, one for an address. */
export function parseSymbols(listing: string, id: string): TextSymbol[] {
  const symbols: TextSymbol[] = [];
  for (const line of listing.split("\n")) {
    const match = /^([0-9a-f]+) [tTwW] (\S+)$/.exec(line);
    if (!match || match[2].startsWith("$")) continue;
    const address = BigInt(`0x${match[1]}`);
    if (symbols.at(-1)?.address === address) continue;
    symbols.push({ address, name: readableName(match[2], id) });
  }
  return symbols.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
}

/** Builds the blob. Throws a Failure when the text spans more than 4 GiB. */
export function buildSymbolBlob(symbols: readonly TextSymbol[]): Buffer {
  const base = symbols[0]?.address ?? 0n;
  const names = symbols.map(({ name }) => Buffer.from(`${name}\0`, "utf8"));
  const strings = Buffer.concat(names);
  const count = symbols.length;
  const blob = Buffer.alloc(HEADER_BYTES + 2 * WORD_BYTES * count + WORD_BYTES + strings.length);
  blob.writeUInt32LE(SYMBOLS_MAGIC, 0);
  blob.writeUInt32LE(count, 4);
  blob.writeBigUInt64LE(base, 8);
  let nameAt = 0;
  symbols.forEach(({ address, name }, i) => {
    const offset = address - base;
    if (offset < 0n || offset > OFFSET_MAX)
      throw new Failure(`symbol ${name} is not within 4 GiB of the first`);
    blob.writeUInt32LE(Number(offset), HEADER_BYTES + WORD_BYTES * i);
    blob.writeUInt32LE(nameAt, HEADER_BYTES + WORD_BYTES * (count + i));
    nameAt += names[i].length;
  });
  const stringsAt = HEADER_BYTES + 2 * WORD_BYTES * count;
  blob.writeUInt32LE(strings.length, stringsAt);
  strings.copy(blob, stringsAt + WORD_BYTES);
  return blob;
}
