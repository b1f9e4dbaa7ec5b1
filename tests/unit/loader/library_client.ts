// A loader under test and a program that opens libraries.

import { LOADER_CLOSE, LOADER_OPEN, LOADER_PLACE, LOADER_SYM } from "../../../abi/ops.ts";
import { type Signature, encodeSignature } from "../../../toolchain/pipeline/signature.ts";
import { makeArchive } from "../harness/cpio.ts";
import { RequestData } from "../harness/message.ts";
import { LoaderClient, readerEntry } from "./client.ts";
import { makeProgram } from "./program.ts";
import { FakeFiles } from "./readers.ts";

let version = 1n;

export class LibraryClient extends LoaderClient {
  constructor(libraries: Record<string, Buffer> = {}) {
    super(makeArchive([readerEntry(makeProgram())]), undefined, new FakeFiles());
    for (const [path, data] of Object.entries(libraries)) this.put(path, data);
  }

  /** Makes or replaces a file. */
  put(path: string, data: Buffer): void {
    this.files.set(path, { data, mode: 0o100644, mtime_ns: version++ });
  }

  /** LOADER_OPEN. → handle or -errno, and the size of the area that is wanted */
  open(path: string, source = 1): { handle: number; size: number } {
    const { result, data } = this.call(LOADER_OPEN, new RequestData().str(path), [], { source });
    return { handle: Number(result), size: data.length ? data.readUInt32LE(0) : 0 };
  }

  /** LOADER_PLACE at `area`. → the place entry or -errno, the area as it was filled, and the size of the next */
  place(
    handle: number,
    area: number,
    size: number,
    source = 1,
  ): { entry: number; bytes: Buffer; next: number } {
    const bytes = Buffer.alloc(size);
    const request = new RequestData().u32(handle).u32(area);
    const { result, data } = this.call(LOADER_PLACE, request, [{ bytes }], { source });
    return { entry: Number(result), bytes, next: data.length ? data.readUInt32LE(0) : 0 };
  }

  /** Opens a library and places all of it, from 0x100000 on. → handle or -errno */
  openAndPlace(path: string, source = 1): number {
    const { handle, size } = this.open(path, source);
    for (let area = 0x100000, want = size; handle > 0 && want; area += want) {
      const { entry, next } = this.place(handle, area, want, source);
      if (entry < 0) return entry;
      want = next;
    }
    return handle;
  }

  /** LOADER_SYM. → entry or -errno */
  sym(handle: number, name: string, signature: Signature | bigint, source = 1): number {
    const word = typeof signature === "bigint" ? signature : encodeSignature(signature, name);
    const request = new RequestData().u32(handle).u64(word).str(name);
    return Number(this.call(LOADER_SYM, request, [], { source }).result);
  }

  /** LOADER_CLOSE. → areas, or -errno */
  close(handle: number, source = 1): number[] | number {
    const { result, data } = this.call(LOADER_CLOSE, new RequestData().u32(handle), [], { source });
    if (result < 0n) return Number(result);
    return Array.from({ length: data.length / 4 }, (_, i) => data.readUInt32LE(4 * i));
  }
}
