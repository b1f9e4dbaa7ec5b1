// Builds cpio newc archives, good ones and bad ones, for tests. (The toolchain's writer refuses to make bad ones.)

export interface ArchiveEntry {
  name: string | Uint8Array;
  mode?: number;
  data?: Uint8Array | string;
  /** NULs after the name, beyond the one that ends it. */
  padding?: number;
}

const HEADER_FIELDS = 13;
const FIELD = { mode: 1, fileSize: 6, nameSize: 11 };

function pad4(part: Buffer, at: number): Buffer {
  return Buffer.concat([part, Buffer.alloc((4 - ((at + part.length) % 4)) % 4)]);
}

function entryBytes({ name, mode = 0o100644, data = "", padding = 0 }: ArchiveEntry, at: number): Buffer {
  const nameBytes = Buffer.concat([Buffer.from(name as string), Buffer.alloc(1 + padding)]);
  const content = Buffer.from(data as string);
  const fields = new Array<number>(HEADER_FIELDS).fill(0);
  fields[FIELD.mode] = mode;
  fields[FIELD.fileSize] = content.length;
  fields[FIELD.nameSize] = nameBytes.length;
  const text = "070701" + fields.map((field) => field.toString(16).padStart(8, "0")).join("");
  const head = pad4(Buffer.concat([Buffer.from(text, "latin1"), nameBytes]), at);
  return pad4(Buffer.concat([head, content]), at);
}

/** The archive of the entries, with its trailer. */
export function makeArchive(entries: ArchiveEntry[]): Buffer {
  const parts: Buffer[] = [];
  let size = 0;
  for (const entry of [...entries, { name: "TRAILER!!!", mode: 0 }]) {
    const part = entryBytes(entry, size);
    parts.push(part);
    size += part.length;
  }
  return Buffer.concat(parts);
}
