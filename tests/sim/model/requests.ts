// Requests that the kernel builds for delegated calls (abi/ops.ts), in the model.

import { EFAULT, EMSGSIZE, ENAMETOOLONG, ENOENT } from "../../../abi/errno.ts";
import { EPID_VFS, PRIORITY_NORMAL } from "../../../abi/endpoints.ts";
import { DIRECTORY_FD, MAX_INLINE_PATH, MAX_MESSAGE_DATA, MAX_PATH } from "../../../abi/limits.ts";
import { NO_HANDLE } from "../../../abi/ops.ts";
import type { Model } from "./model.ts";
import type { Process } from "./state.ts";
import { error, requestInfo } from "./words.ts";

const WINDOW_READ = 1;
const SLASH = 0x2f;

export class Request {
  private readonly bytes: number[] = [];

  constructor(private readonly op: number) {}

  u32(value: number | bigint): this {
    return this.word(BigInt(value), 4);
  }

  u64(value: bigint): this {
    return this.word(value, 8);
  }

  private word(value: bigint, size: number): this {
    for (let i = 0; i < size; i++) this.bytes.push(Number((value >> BigInt(8 * i)) & 0xffn));
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.bytes.push(...bytes);
    return this;
  }

  /** The message, or undefined when it is too long. */
  build(): { info: bigint; data: Uint8Array } | undefined {
    if (this.bytes.length > MAX_MESSAGE_DATA) return undefined;
    const data = new Uint8Array(MAX_MESSAGE_DATA);
    data.set(this.bytes);
    return { info: requestInfo(this.op, PRIORITY_NORMAL, this.bytes.length), data };
  }
}

export const tooLong = error(EMSGSIZE);

/** Adds a path: in the request, or as window 0. 0, or an error. */
export function addPath(m: Model, t: Process, request: Request, address: bigint, size: bigint): bigint {
  if (!size) return error(ENOENT);
  if (size > BigInt(MAX_PATH)) return error(ENAMETOOLONG);
  if (!t.memory.contains(address, size)) return error(EFAULT);
  const length = Number(size);
  if (length > MAX_INLINE_PATH) {
    request.raw(Uint8Array.of(0)).u32(length);
    t.windows[0] = { address: Number(address), length, access: WINDOW_READ };
    const first = t.memory.read(m.pool, Number(address), 1);
    return first.length === 1 ? addDirectory(t, request, first) : error(EFAULT);
  }
  const path = t.memory.read(m.pool, Number(address), length);
  request.raw(Uint8Array.of(length)).raw(path);
  return path.length === length ? addDirectory(t, request, path) : error(EFAULT);
}

/** A path without a leading slash is followed by the handle of the directory where it begins. */
function addDirectory(t: Process, request: Request, path: Uint8Array): bigint {
  const directory = t.descriptors[DIRECTORY_FD];
  if (path[0] !== SLASH) request.u32(directory?.endpoint === EPID_VFS ? directory.handle : NO_HANDLE);
  return 0n;
}
