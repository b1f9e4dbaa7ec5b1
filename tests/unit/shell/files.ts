// A file tree for programs under Node. Names are byte strings (latin1), as on the machine. Results are values or -errno.

import { EBADF, EEXIST, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, EROFS, EXDEV } from "../../../abi/errno.ts";
import {
  O_ACCESS_MODE,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_TRUNC,
  S_IFCHR,
  S_IFDIR,
  S_IFREG,
  STATFS_BYTES,
  STAT_BYTES,
} from "../../../abi/file.ts";

export interface FileNode {
  mode: number;
  links: number;
  bytes: Buffer;
  entries?: Map<string, FileNode>;
  /** A device: reads take from `bytes`, writes append to `written`. */
  written?: string;
  /** Every write fails so. */
  writeError?: number;
  readOnly?: boolean;
  /** A directory of another file system. */
  otherDisk?: boolean;
  /** What readdir gives instead of the entries. */
  records?: Buffer[];
  /** The name of the module that it starts. */
  program?: string;
}

/** An open file. Descriptors that were duplicated share it. */
export interface OpenFile {
  node: FileNode;
  flags: number;
  position: number;
}

export function makeDirectory(): FileNode {
  return { mode: S_IFDIR | 0o755, links: 2, bytes: Buffer.alloc(0), entries: new Map() };
}

export function makeFile(content: string | Uint8Array = "", mode = 0o644): FileNode {
  return { mode: S_IFREG | mode, links: 1, bytes: Buffer.from(content as string) };
}

export function makeDevice(input = ""): FileNode {
  return { mode: S_IFCHR | 0o620, links: 1, bytes: Buffer.from(input), written: "" };
}

export class FileTree {
  readonly root = makeDirectory();

  /** The node at `path`, or -errno. */
  find(path: string): FileNode | number {
    if (path === "") return -ENOENT;
    let node = this.root;
    const names = path.split("/").filter((name) => name !== "" && name !== ".");
    for (const name of names) {
      if (!node.entries) return -ENOTDIR;
      const next = node.entries.get(name);
      if (!next) return -ENOENT;
      node = next;
    }
    return path.endsWith("/") && !node.entries ? -ENOTDIR : node;
  }

  /** Puts a node in the tree, making directories on the way. */
  add(path: string, node: FileNode): FileNode {
    const names = path.split("/").filter((name) => name !== "");
    const last = names.pop();
    if (last === undefined) throw new Error("no name");
    let directory = this.root;
    for (const name of names) {
      const next = directory.entries?.get(name) ?? makeDirectory();
      directory.entries?.set(name, next);
      directory = next;
    }
    directory.entries?.set(last, node);
    return node;
  }

  /** The content of a file. Throws when there is none. */
  text(path: string): string {
    const node = this.find(path);
    if (typeof node === "number") throw new Error(`${path}: errno ${-node}`);
    return node.bytes.toString("utf8");
  }

  open(path: string, flags: number): OpenFile | number {
    let node = this.find(path);
    if (path === "") return -ENOENT;
    if (node === -ENOENT && flags & O_CREAT) {
      const parent = this.parentOf(path);
      if (typeof parent === "number") return parent;
      node = this.add(path, makeFile());
    }
    if (typeof node === "number") return node;
    const writes = (flags & O_ACCESS_MODE) !== O_RDONLY;
    if (flags & O_DIRECTORY && !node.entries) return -ENOTDIR;
    if (writes && node.entries) return -EISDIR;
    if (writes && node.readOnly) return -EROFS;
    if (flags & O_TRUNC) node.bytes = Buffer.alloc(0);
    return { node, flags, position: 0 };
  }

  mkdir(path: string): number {
    const trimmed = path.replace(/\/+$/, "");
    const found = this.find(trimmed || "/");
    if (typeof found !== "number") return -EEXIST;
    if (found !== -ENOENT) return found;
    const parent = this.parentOf(trimmed);
    if (typeof parent === "number") return parent;
    this.add(trimmed, makeDirectory());
    return 0;
  }

  remove(path: string, wantDirectory: boolean): number {
    const node = this.find(path);
    if (typeof node === "number") return node;
    if (wantDirectory && !node.entries) return -ENOTDIR;
    if (!wantDirectory && node.entries) return -EISDIR;
    if (node.entries?.size) return -ENOTEMPTY;
    if (node.readOnly) return -EROFS;
    const parent = this.parentOf(path.replace(/\/+$/, ""));
    if (typeof parent === "number") return parent;
    parent.entries?.delete(path.replace(/\/+$/, "").split("/").pop() ?? "");
    return 0;
  }

  /** Another name for the file at `path`. */
  link(path: string, name: string): number {
    const node = this.find(path);
    if (typeof node === "number") return node;
    if (typeof this.find(name) !== "number") return -EEXIST;
    const parent = this.parentOf(name);
    if (typeof parent === "number") return parent;
    this.add(name, node);
    return 0;
  }

  rename(path: string, target: string): number {
    const node = this.find(path);
    if (typeof node === "number") return node;
    const parent = this.parentOf(target);
    if (typeof parent === "number") return parent;
    if (parent.otherDisk) return -EXDEV;
    const from = this.parentOf(path);
    if (typeof from === "number") return from;
    from.entries?.delete(path.split("/").pop() ?? "");
    this.add(target, node);
    return 0;
  }

  private parentOf(path: string): FileNode | number {
    const slash = path.lastIndexOf("/");
    const parent = slash < 0 ? this.root : this.find(path.slice(0, slash + 1));
    return typeof parent !== "number" && !parent.entries ? -ENOTDIR : parent;
  }
}

/** Reads up to `size` bytes at the position. */
export function readFile(file: OpenFile, size: number): Buffer | number {
  const { node } = file;
  if ((file.flags & O_ACCESS_MODE) === 1) return -EBADF;
  if (node.entries) return -EISDIR;
  const part = node.bytes.subarray(file.position, file.position + size);
  file.position += part.length;
  return part;
}

export function writeFile(file: OpenFile, bytes: Buffer): number {
  const { node } = file;
  if ((file.flags & O_ACCESS_MODE) === O_RDONLY) return -EBADF;
  if (node.writeError) return -node.writeError;
  if (node.written !== undefined) {
    node.written += bytes.toString("latin1");
    return bytes.length;
  }
  if (file.flags & O_APPEND) file.position = node.bytes.length;
  const before = Buffer.alloc(file.position);
  node.bytes.copy(before);
  node.bytes = Buffer.concat([before, bytes, node.bytes.subarray(file.position + bytes.length)]);
  file.position += bytes.length;
  return bytes.length;
}

/** Cuts a file, or fills it up with zeros. */
export function truncateFile({ node }: OpenFile, size: number): number {
  const bytes = Buffer.alloc(size);
  node.bytes.copy(bytes);
  node.bytes = bytes;
  return 0;
}

/** A StatFs record: 1,000 blocks of 4 KiB, a quarter of them free, 50 of 100 inodes. */
export function statFsRecord(): Buffer {
  const record = Buffer.alloc(STATFS_BYTES);
  [4096, 100, 50, 0].forEach((value, i) => record.writeUInt32LE(value, i * 4));
  record.writeBigUInt64LE(1000n, 16);
  record.writeBigUInt64LE(250n, 24);
  return record;
}

/** A Stat record (abi/file.ts). */
export function statRecord(node: FileNode): Buffer {
  const record = Buffer.alloc(STAT_BYTES);
  record.writeUInt32LE(node.mode, 0);
  record.writeUInt32LE(node.links, 4);
  record.writeBigUInt64LE(BigInt(node.entries || node.written !== undefined ? 0 : node.bytes.length), 16);
  return record;
}

/** The Dirent records of a directory, "." and ".." included. */
export function direntRecords(node: FileNode): Buffer[] | number {
  if (!node.entries) return -ENOTDIR;
  if (node.records) return [...node.records];
  const all: [string, FileNode][] = [[".", node], ["..", node], ...node.entries];
  return all.map(([name, { mode }]) => {
    const bytes = Buffer.from(name, "latin1");
    const record = Buffer.alloc((8 + bytes.length + 3) & ~3);
    record.writeUInt16LE(record.length, 4);
    record.writeUInt8(mode >> 12, 6);
    record.writeUInt8(bytes.length, 7);
    bytes.copy(record, 8);
    return record;
  });
}
