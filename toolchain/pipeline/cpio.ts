// Step 11: the cpio "newc" archive that the initrd is. Called by initrd.ts.
// The same input gives the same bytes: time, owner and inode numbers are fixed, entries are sorted.
//
//   110 bytes header: "070701", then 13 fields of 8 hex digits: ino mode uid gid nlink mtime filesize
//                     devmajor devminor rdevmajor rdevminor namesize check
//   name, NUL         padded to 4
//   data              padded to 4
//   …                 last entry "TRAILER!!!"
//
// A file that asks for it has its data on a page boundary, so that the kernel can map it where it lies: its name
// is followed by more NULs, which namesize counts. Linux's gen_init_cpio does the same.

import { Failure } from "../common/failure.ts";

export interface CpioEntry {
  /** Path without a leading slash. */
  name: string;
  /** Undefined for a directory. */
  data?: Uint8Array;
  executable?: boolean;
  pageAligned?: boolean;
}

export const PAGE_BYTES = 4096;
const HEADER_BYTES = 110;
const ALIGNMENT_BYTES = 4;
const MODE_DIRECTORY = 0o040755;
const MODE_FILE = 0o100644;
const MODE_PROGRAM = 0o100755;
const TRAILER = "TRAILER!!!";
const FIELD_MAX = 0xffff_ffff;

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

function header(fields: number[]): Buffer {
  return Buffer.from(
    "070701" + fields.map((field) => field.toString(16).padStart(8, "0")).join(""),
    "latin1",
  );
}

class Archive {
  private parts: Buffer[] = [];
  private size = 0;
  private inode = 0;

  private push(part: Buffer): void {
    this.parts.push(part);
    this.size += part.length;
  }

  private pad(step: number): void {
    this.push(Buffer.alloc(roundUp(this.size, step) - this.size));
  }

  add(name: string, mode: number, data: Uint8Array, pageAligned: boolean): void {
    if (data.length > FIELD_MAX) throw new Failure(`initrd: ${name} is larger than a cpio file can be`);
    const nameBytes = Buffer.from(`${name}\0`, "utf8");
    const nameAt = this.size + HEADER_BYTES;
    const dataAt = roundUp(nameAt + nameBytes.length, pageAligned ? PAGE_BYTES : ALIGNMENT_BYTES);
    const nameSize = pageAligned ? dataAt - nameAt : nameBytes.length;
    const inode = name === TRAILER ? 0 : ++this.inode;
    this.push(header([inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, nameSize, 0]));
    this.push(nameBytes);
    this.push(Buffer.alloc(dataAt - this.size));
    this.push(Buffer.from(data));
    this.pad(ALIGNMENT_BYTES);
  }

  finish(): Buffer {
    this.add(TRAILER, 0, new Uint8Array(), false);
    this.pad(PAGE_BYTES);
    return Buffer.concat(this.parts);
  }
}

/** Every folder that the entries lie in. */
function foldersOf(names: string[]): Set<string> {
  const folders = new Set<string>();
  for (const name of names) {
    for (let at = name.indexOf("/"); at > 0; at = name.indexOf("/", at + 1)) folders.add(name.slice(0, at));
  }
  return folders;
}

/** Builds an archive; folders that are not listed are added. Throws a Failure for a name that is given twice. */
export function buildCpio(entries: readonly CpioEntry[]): Buffer {
  const byName = new Map<string, CpioEntry>();
  for (const entry of entries) {
    if (byName.has(entry.name)) throw new Failure(`initrd: two files want to be /${entry.name}`);
    byName.set(entry.name, entry);
  }
  for (const folder of foldersOf([...byName.keys()])) {
    const taken = byName.get(folder);
    if (taken?.data) throw new Failure(`initrd: /${folder} is a file and a folder`);
    byName.set(folder, { name: folder });
  }
  const archive = new Archive();
  const sorted = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, data, executable, pageAligned } of sorted) {
    const mode = data ? (executable ? MODE_PROGRAM : MODE_FILE) : MODE_DIRECTORY;
    archive.add(name, mode, data ?? new Uint8Array(), pageAligned ?? false);
  }
  return archive.finish();
}
