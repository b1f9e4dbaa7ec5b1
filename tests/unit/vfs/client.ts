// A VFS under test and its calls, as a program would make them: results are values ≥ 0 or -errno.

import { EPID_PROCFS } from "../../../abi/endpoints.ts";
import { ECONNREFUSED } from "../../../abi/errno.ts";
import {
  CHANGE_ATIME,
  CHANGE_MODE,
  CHANGE_MTIME,
  O_RDONLY,
  STAT_DEVICE,
  STAT_INODE,
  STAT_LINKS,
  STAT_MODE,
  STAT_MTIME_NS,
  STAT_SIZE,
} from "../../../abi/file.ts";
import { MAX_INLINE_PATH, MAX_INLINE_WRITE } from "../../../abi/limits.ts";
import {
  NO_HANDLE,
  VFS_CHANGE,
  VFS_CLOSE,
  VFS_CREATE,
  VFS_LINK,
  VFS_LSTAT,
  VFS_MKDIR,
  VFS_OPEN,
  VFS_READ,
  VFS_READDIR,
  VFS_READLINK,
  VFS_RENAME,
  VFS_RMDIR,
  VFS_SEEK,
  VFS_STAT,
  VFS_SYMLINK,
  VFS_TRUNCATE,
  VFS_UNLINK,
  VFS_WHERE,
  VFS_WRITE,
} from "../../../abi/ops.ts";
import { FakeKernel, type Window } from "../harness/fake_kernel.ts";
import { type Answer, RequestData } from "../harness/message.ts";
import { ServiceUnderTest } from "../harness/service.ts";

export const CURRENT_OFFSET = 0xffff_ffff_ffff_ffffn;
const SLASH = 0x2f;
export const NOTIFY_DRAIN = 1n << 32n;

export interface Stat {
  mode: number;
  links: number;
  inode: number;
  device: number;
  size: bigint;
  mtime_ns: bigint;
}

export interface Dirent {
  name: string;
  inode: number;
  type: number;
}

interface StartOptions {
  initrd?: Uint8Array;
  configure?: (kernel: FakeKernel) => void;
  memoryBefore?: Uint8Array;
  /** Called before each store of the service's. */
  onStore?: () => void;
}

export function parseDirents(data: Buffer): Dirent[] {
  const entries: Dirent[] = [];
  for (let at = 0; at < data.length; at += data.readUInt16LE(at + 4)) {
    const length = data[at + 7];
    const name = data.subarray(at + 8, at + 8 + length).toString("utf8");
    entries.push({ name, inode: data.readUInt32LE(at), type: data[at + 6] });
  }
  return entries;
}

export class VfsClient {
  readonly kernel = new FakeKernel();
  readonly service: ServiceUnderTest;
  readonly startStatus: number;
  /** Handle of the directory where paths without a leading slash begin. */
  directory = NO_HANDLE;

  constructor({ initrd, configure, memoryBefore, onStore }: StartOptions = {}) {
    this.kernel.initrd = initrd;
    this.kernel.peers.set(EPID_PROCFS, { call: () => -ECONNREFUSED, send: () => -ECONNREFUSED });
    configure?.(this.kernel);
    this.service = new ServiceUnderTest("vfs", this.kernel, memoryBefore, onStore);
    this.startStatus = this.service.start();
  }

  /** A call whose data ends with a path, inline or, when it is long, as window 0; `more` is window 1. */
  private withPath(op: number, data: RequestData, path: string | Uint8Array, more?: Window): Answer {
    const bytes = Buffer.from(path as string);
    const isInline = bytes.length <= MAX_INLINE_PATH;
    if (isInline) data.str(bytes);
    else data.str("").u32(bytes.length);
    if (bytes.length > 0 && bytes[0] !== SLASH) data.u32(this.directory);
    const first = { bytes: isInline ? Buffer.alloc(0) : bytes };
    return this.service.call(op, data, more ? [first, more] : isInline ? [] : [first]);
  }

  openAnswer(path: string | Uint8Array, flags = O_RDONLY, mode = 0o644): Answer {
    return this.withPath(VFS_OPEN, new RequestData().u32(flags).u32(mode), path);
  }

  open(path: string | Uint8Array, flags = O_RDONLY, mode = 0o644): number {
    return Number(this.openAnswer(path, flags, mode).result);
  }

  create(path: string, mode = 0o644, flags = 0): number {
    return Number(this.withPath(VFS_CREATE, new RequestData().u32(flags).u32(mode), path).result);
  }

  close(handle: number): number {
    return Number(this.service.call(VFS_CLOSE, new RequestData().u32(handle)).result);
  }

  /** One read: -errno, or the bytes. */
  read(handle: number, length: number, offset = CURRENT_OFFSET, window?: Window): number | Buffer {
    const buffer = window ?? { bytes: Buffer.alloc(Math.min(length, 1 << 20)) };
    const request = new RequestData().u32(handle).u32(length).u64(offset);
    const { result, data } = this.service.call(VFS_READ, request, [buffer]);
    if (result < 0n) return Number(result);
    if (data.length > 0 && BigInt(data.length) !== result) throw new Error("data and value of a read differ");
    return data.length > 0 ? data : Buffer.from(buffer.bytes.subarray(0, Number(result)));
  }

  /** Reads until there is no more. */
  readAll(handle: number, offset = 0n): Buffer {
    const parts: Buffer[] = [];
    for (let at = offset; ;) {
      const part = this.read(handle, 1 << 16, at);
      if (typeof part === "number") throw new Error(`read: ${part}`);
      if (part.length === 0) return Buffer.concat(parts);
      parts.push(part);
      at += BigInt(part.length);
    }
  }

  /** One write: bytes written or -errno. */
  write(handle: number, bytes: Uint8Array | string, offset = CURRENT_OFFSET, window?: Window): number {
    const data = Buffer.from(bytes as string);
    const request = new RequestData().u32(handle).u32(data.length).u64(offset);
    const inline = data.length <= MAX_INLINE_WRITE;
    const windows = inline ? [] : [window ?? { bytes: data }];
    return Number(this.service.call(VFS_WRITE, inline ? request.bytes(data) : request, windows).result);
  }

  /** Writes all, as a library would: -errno of a write that moved nothing, else the bytes written. */
  writeAll(handle: number, bytes: Uint8Array, offset = 0n): number {
    for (let done = 0; done < bytes.length;) {
      const written = this.write(handle, bytes.subarray(done), offset + BigInt(done));
      if (written < 0) return done > 0 ? done : written;
      done += written;
    }
    return bytes.length;
  }

  seek(handle: number, offset: bigint, whence: number): bigint {
    return this.service.call(VFS_SEEK, new RequestData().u32(handle).u32(whence).u64(offset)).result;
  }

  private parseStat({ result, data }: Answer): Stat | number {
    if (result < 0n) return Number(result);
    return {
      mode: data.readUInt32LE(STAT_MODE),
      links: data.readUInt32LE(STAT_LINKS),
      inode: data.readUInt32LE(STAT_INODE),
      device: data.readUInt32LE(STAT_DEVICE),
      size: data.readBigUInt64LE(STAT_SIZE),
      mtime_ns: data.readBigUInt64LE(STAT_MTIME_NS),
    };
  }

  stat(path: string | Uint8Array): Stat | number {
    return this.parseStat(this.withPath(VFS_STAT, new RequestData().u32(NO_HANDLE), path));
  }

  lstat(path: string): Stat | number {
    return this.parseStat(this.withPath(VFS_LSTAT, new RequestData(), path));
  }

  /** -errno, or a link's text. */
  readlink(path: string, size = 4096): number | string {
    const bytes = Buffer.alloc(size);
    const { result, data } = this.withPath(VFS_READLINK, new RequestData().u32(size), path, { bytes });
    if (result < 0n) return Number(result);
    return (data.length > 0 ? data : bytes.subarray(0, Number(result))).toString("utf8");
  }

  /** An operation with two paths, of which either may be long. */
  private withTwoPaths(op: number, first: string, second: string): number {
    const windows = [{ bytes: Buffer.from(first) }, { bytes: Buffer.from(second) }];
    const request = new RequestData();
    let room = 250;
    for (const { bytes } of windows) {
      const isInline = bytes.length > 0 && bytes.length + 6 <= room && bytes.length <= 255;
      if (isInline) request.str(bytes);
      else request.str("").u32(bytes.length);
      room -= isInline ? bytes.length + 1 : 5;
      if (bytes.length === 0 || bytes[0] === SLASH) continue;
      request.u32(this.directory);
      room -= 4;
    }
    return Number(this.service.call(op, request, windows).result);
  }

  rename(from: string, to: string): number {
    return this.withTwoPaths(VFS_RENAME, from, to);
  }

  link(path: string, name: string): number {
    return this.withTwoPaths(VFS_LINK, path, name);
  }

  symlink(text: string, path: string): number {
    return this.withTwoPaths(VFS_SYMLINK, text, path);
  }

  truncate(path: string, size: bigint): number {
    return Number(
      this.withPath(VFS_TRUNCATE, new RequestData().u32(NO_HANDLE).u32(0).u64(size), path).result,
    );
  }

  ftruncate(handle: number, size: bigint): number {
    return Number(this.service.call(VFS_TRUNCATE, new RequestData().u32(handle).u32(0).u64(size)).result);
  }

  chmod(path: string, mode: number): number {
    const request = new RequestData().u32(NO_HANDLE).u32(CHANGE_MODE).u32(mode).u32(0).u64(0n).u64(0n);
    return Number(this.withPath(VFS_CHANGE, request, path).result);
  }

  utimens(path: string, atime_ns: bigint, mtime_ns: bigint): number {
    const request = new RequestData()
      .u32(NO_HANDLE)
      .u32(CHANGE_ATIME | CHANGE_MTIME)
      .u32(0)
      .u32(0);
    return Number(this.withPath(VFS_CHANGE, request.u64(atime_ns).u64(mtime_ns), path).result);
  }

  fstat(handle: number): Stat | number {
    return this.parseStat(this.service.call(VFS_STAT, new RequestData().u32(handle)));
  }

  /** One readdir: -errno or the entries. */
  readdir(handle: number, length = 4096, window?: Window): number | Dirent[] {
    const buffer = window ?? { bytes: Buffer.alloc(length) };
    const request = new RequestData().u32(handle).u32(length);
    const { result, data } = this.service.call(VFS_READDIR, request, [buffer]);
    if (result < 0n) return Number(result);
    return parseDirents(
      data.length > 0 ? data : Buffer.from(buffer.bytes.buffer, buffer.bytes.byteOffset, Number(result)),
    );
  }

  /** All names of a directory but "." and "..", sorted; -errno if it cannot be opened. */
  list(path: string): number | string[] {
    const handle = this.open(path);
    if (handle < 0) return handle;
    const names: string[] = [];
    for (;;) {
      const entries = this.readdir(handle);
      if (typeof entries === "number") throw new Error(`readdir: ${entries}`);
      if (entries.length === 0) break;
      names.push(...entries.map(({ name }) => name));
    }
    this.close(handle);
    return names.filter((name) => name !== "." && name !== "..").sort();
  }

  mkdir(path: string | Uint8Array, mode = 0o755): number {
    return Number(this.withPath(VFS_MKDIR, new RequestData().u32(mode), path).result);
  }

  rmdir(path: string): number {
    return Number(this.withPath(VFS_RMDIR, new RequestData(), path).result);
  }

  unlink(path: string): number {
    return Number(this.withPath(VFS_UNLINK, new RequestData(), path).result);
  }

  /** -errno, or the path of an open directory. */
  where(handle: number, length = 4096): number | string {
    const bytes = Buffer.alloc(length);
    const { result, data } = this.service.call(VFS_WHERE, new RequestData().u32(handle).u32(length), [
      { bytes },
    ]);
    if (result < 0n) return Number(result);
    return (data.length > 0 ? data : bytes.subarray(0, Number(result))).toString("utf8");
  }

  /** Makes a file with contents; 0 or -errno. */
  put(path: string, bytes: Uint8Array | string): number {
    const handle = this.create(path);
    if (handle < 0) return handle;
    const written = this.writeAll(handle, Buffer.from(bytes as string));
    this.close(handle);
    return written < 0 ? written : 0;
  }

  /** A file's contents, or -errno of its open. */
  get(path: string): Buffer | number {
    const handle = this.open(path);
    if (handle < 0) return handle;
    const bytes = this.readAll(handle);
    this.close(handle);
    return bytes;
  }
}
