// A VFS that is looked at at each moment at which it could be killed: `look` gets a copy of its memory before every store after
// which the arena is another than at the last look.

import { checkArena } from "./arena_check.ts";
import { VfsClient } from "./client.ts";

const ARENA = 0x40000;
/** Little memory, so that a copy of all of it is cheap: page frames. */
const FRAMES = 4096;
const MAX_SIZE = 1 << 20;

export type Tree = Record<string, string>;

export class CutVfs {
  readonly vfs: VfsClient;
  private last = Buffer.alloc(0);
  private look?: (memory: Uint8Array) => void;

  constructor(
    readonly initrd: Uint8Array,
    memoryBefore?: Uint8Array,
  ) {
    this.vfs = new VfsClient({ initrd, memoryBefore, configure: small, onStore: () => this.stored() });
  }

  private stored(): void {
    if (!this.look) return;
    const now = Buffer.from(this.vfs.service.memory.buffer, ARENA);
    if (now.equals(this.last)) return;
    this.last = Buffer.from(now);
    this.look(this.memory());
  }

  /** Does something and looks at every moment of it, before its first store and after its last apart. */
  during<T>(work: (vfs: VfsClient) => T, look: (memory: Uint8Array) => void): T {
    this.last = Buffer.from(this.memory().subarray(ARENA));
    this.look = look;
    const result = work(this.vfs);
    this.look = undefined;
    return result;
  }

  memory(): Uint8Array {
    return new Uint8Array(this.vfs.service.memory.buffer.slice(0));
  }
}

function small(kernel: VfsClient["kernel"]): void {
  kernel.framesTotal = FRAMES;
}

/** The next instance, over what the last one left. Throws if its arena is not whole. */
export function nextInstance(initrd: Uint8Array, memoryBefore: Uint8Array): VfsClient {
  const next = new VfsClient({ initrd, memoryBefore, configure: small });
  if (next.startStatus !== 0) throw new Error(`start: ${next.startStatus}`);
  checkArena(next.service.memory);
  return next;
}

/** Everything below a directory: path → what is there. A directory's links are its own matter, a file's stand there. */
export function treeOf(vfs: VfsClient, folder = ""): Tree {
  const tree: Tree = {};
  const names = vfs.list(folder || "/");
  if (typeof names === "number") throw new Error(`${folder}: ${names}`);
  for (const name of names) {
    const path = `${folder}/${name}`;
    const isText = !name.includes("\ufffd"); // a name that was damaged need not be
    if (["/dev", "/etc", "/proc"].includes(path) || !isText) continue;
    const stat = vfs.lstat(path);
    if (typeof stat === "number") throw new Error(`${path}: ${stat}`);
    const type = stat.mode >> 12;
    if (type === 4) Object.assign(tree, { [path]: "directory" }, treeOf(vfs, path));
    else if (type === 10) tree[path] = `link ${vfs.readlink(path)}`;
    else tree[path] = `${stat.links} ${stat.size} ${contentsOf(vfs, path, stat.size)}`;
  }
  return tree;
}

function contentsOf(vfs: VfsClient, path: string, size: bigint): string {
  if (size > MAX_SIZE) return "large";
  const bytes = vfs.get(path);
  if (typeof bytes === "number") throw new Error(`${path}: ${bytes}`);
  return bytes.toString("latin1");
}
