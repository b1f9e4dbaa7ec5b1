// What a file system of POSIX's does, in a few plain JavaScript objects: the reference that model.test.ts compares with.
// It has no limits, no blocks and no paths longer than a few names. Results: values ≥ 0 or -errno.

import { EBADF, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, EPERM } from "../../../abi/errno.ts";
import { O_ACCESS_MODE, O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } from "../../../abi/file.ts";

interface ModelFile {
  bytes: Buffer;
}
type ModelDirectory = Map<string, ModelNode>;
type ModelNode = ModelFile | ModelDirectory;

interface ModelHandle {
  node: ModelNode;
  flags: number;
  position: number;
}

const isDirectory = (node: ModelNode): node is ModelDirectory => node instanceof Map;

export class Model {
  readonly root: ModelDirectory = new Map();
  readonly handles = new Map<number, ModelHandle>();

  /** The directory that has the last name of a path below /tmp, and that name; or -errno. */
  private parentOf(path: string): [ModelDirectory, string] | number {
    const names = path.split("/");
    let directory = this.root;
    for (const name of names.slice(0, -1)) {
      const next = directory.get(name);
      if (!next) return -ENOENT;
      if (!isDirectory(next)) return -ENOTDIR;
      directory = next;
    }
    return [directory, names.at(-1) ?? ""];
  }

  private checkExisting(node: ModelNode, flags: number): number {
    if (flags & O_CREAT && flags & O_EXCL) return -EEXIST;
    const isWriting = (flags & O_ACCESS_MODE) !== O_RDONLY;
    return isDirectory(node) && (isWriting || flags & O_CREAT) ? -EISDIR : 0;
  }

  /** Opens a path under the handle's value that the VFS gave; 0 or -errno. */
  open(path: string, flags: number, value: number): number {
    const place = this.parentOf(path);
    if (typeof place === "number") return place;
    const [directory, name] = place;
    let node = directory.get(name);
    if (node) {
      const status = this.checkExisting(node, flags);
      if (status < 0) return status;
    } else {
      if (!(flags & O_CREAT)) return -ENOENT;
      node = { bytes: Buffer.alloc(0) };
      directory.set(name, node);
    }
    if (flags & O_TRUNC && !isDirectory(node)) node.bytes = Buffer.alloc(0);
    this.handles.set(value, { node, flags, position: 0 });
    return 0;
  }

  close(value: number): number {
    return this.handles.delete(value) ? 0 : -EBADF;
  }

  write(value: number, data: Buffer, offset: number | undefined): number {
    const handle = this.handles.get(value);
    if (!handle || (handle.flags & O_ACCESS_MODE) === O_RDONLY || isDirectory(handle.node)) return -EBADF;
    const file = handle.node;
    const at = offset ?? (handle.flags & O_APPEND ? file.bytes.length : handle.position);
    if (data.length > 0 && at + data.length > file.bytes.length) {
      file.bytes = Buffer.concat([file.bytes, Buffer.alloc(at + data.length - file.bytes.length)]);
    }
    data.copy(file.bytes, at);
    if (offset === undefined && data.length > 0) handle.position = at + data.length;
    return data.length;
  }

  read(value: number, length: number, offset: number | undefined): number | Buffer {
    const handle = this.handles.get(value);
    if (!handle || (handle.flags & O_ACCESS_MODE) === O_WRONLY) return -EBADF;
    if (isDirectory(handle.node)) return -EISDIR;
    const at = offset ?? handle.position;
    const bytes = handle.node.bytes.subarray(at, at + length);
    if (offset === undefined) handle.position += bytes.length;
    return bytes;
  }

  mkdir(path: string): number {
    const place = this.parentOf(path);
    if (typeof place === "number") return place;
    if (place[0].has(place[1])) return -EEXIST;
    place[0].set(place[1], new Map());
    return 0;
  }

  /** The node of a path, with the directory that has it, or -errno. */
  private find(path: string): { directory: ModelDirectory; name: string; node: ModelNode } | number {
    const place = this.parentOf(path);
    if (typeof place === "number") return place;
    const node = place[0].get(place[1]);
    return node ? { directory: place[0], name: place[1], node } : -ENOENT;
  }

  rmdir(path: string): number {
    const found = this.find(path);
    if (typeof found === "number") return found;
    if (!isDirectory(found.node)) return -ENOTDIR;
    if (found.node.size > 0) return -ENOTEMPTY;
    found.directory.delete(found.name);
    return 0;
  }

  unlink(path: string): number {
    const found = this.find(path);
    if (typeof found === "number") return found;
    if (isDirectory(found.node)) return -EISDIR;
    found.directory.delete(found.name);
    return 0;
  }

  rename(from: string, to: string): number {
    const parent = this.parentOf(from);
    if (typeof parent === "number") return parent;
    const target = this.parentOf(to);
    if (typeof target === "number") return target;
    const source = this.find(from);
    if (typeof source === "number") return source;
    const [directory, name] = target;
    const { node } = source;
    if (isDirectory(node) && this.isBelow(directory, node)) return -EINVAL;
    const replaced = directory.get(name);
    if (replaced === node) return 0;
    if (replaced) {
      if (isDirectory(node) && !isDirectory(replaced)) return -ENOTDIR;
      if (!isDirectory(node) && isDirectory(replaced))
        return this.isBelow(source.directory, replaced) ? -ENOTEMPTY : -EISDIR; // as Linux
      if (isDirectory(replaced) && replaced.size > 0) return -ENOTEMPTY;
    }
    source.directory.delete(source.name);
    directory.set(name, node);
    return 0;
  }

  /** Whether `inner` is `outer` or below it. */
  private isBelow(inner: ModelDirectory, outer: ModelDirectory): boolean {
    if (inner === outer) return true;
    return [...outer.values()].some((node) => isDirectory(node) && this.isBelow(inner, node));
  }

  link(path: string, name: string): number {
    const source = this.find(path);
    if (typeof source === "number") return source;
    const target = this.parentOf(name);
    if (typeof target === "number") return target;
    if (target[0].has(target[1])) return -EEXIST;
    if (isDirectory(source.node)) return -EPERM;
    target[0].set(target[1], source.node);
    return 0;
  }

  truncate(path: string, size: number): number {
    const found = this.find(path);
    if (typeof found === "number") return found;
    if (isDirectory(found.node)) return -EISDIR;
    const bytes = Buffer.alloc(size);
    found.node.bytes.copy(bytes);
    found.node.bytes = bytes;
    return 0;
  }

  /** -errno, a file's size, or "directory" and the number of links that it has. */
  stat(path: string): number | string {
    const found = this.find(path);
    if (typeof found === "number") return found;
    const { node } = found;
    if (!isDirectory(node)) return node.bytes.length;
    return `directory, links ${2 + [...node.values()].filter(isDirectory).length}`;
  }

  list(path: string): number | string[] {
    if (path === "") return [...this.root.keys()].sort();
    const found = this.find(path);
    if (typeof found === "number") return found;
    return isDirectory(found.node) ? [...found.node.keys()].sort() : -ENOTDIR;
  }
}
