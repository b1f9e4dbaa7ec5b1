// The VFS is killed at every moment of an operation, that is between any two stores that change its arena, and the next instance
// takes over: its arena is whole (arena_check.ts), and what was there is there, the operation itself done or not done.
// Random histories print their seed, and HNX_SEED replays one; HNX_CUTS is how many operations they have.

import { describe, expect, test } from "vitest";
import { EBADF } from "../../../abi/errno.ts";
import { O_APPEND, O_CREAT, O_RDWR, O_WRONLY } from "../../../abi/file.ts";
import { VFS_PIPE } from "../../../abi/ops.ts";
import { makeArchive } from "../harness/cpio.ts";
import { random } from "../ext/random.ts";
import { checkArena } from "./arena_check.ts";
import type { VfsClient } from "./client.ts";
import { CutVfs, type Tree, nextInstance, treeOf } from "./cut.ts";

const initrd = makeArchive([{ name: "etc/motd", data: "hello" }]);
const SEED = Number(process.env.HNX_SEED ?? 4711);
const CUTS = Number(process.env.HNX_CUTS ?? 150);
const BLOCK = 4096;
const ARENA = 0x40000;
const LONG = "n".repeat(200);

/** What every operation below begins with. */
function prepared(): CutVfs {
  const cut = new CutVfs(initrd);
  const { vfs } = cut;
  vfs.mkdir("/tmp/d");
  vfs.mkdir("/tmp/d/sub");
  vfs.mkdir("/tmp/empty");
  vfs.put("/tmp/a", "contents of a");
  vfs.put("/tmp/b", Buffer.alloc(3 * BLOCK + 5, "b"));
  vfs.put("/tmp/one", Buffer.alloc(BLOCK, "1"));
  vfs.link("/tmp/a", "/tmp/d/a too");
  vfs.symlink("../a", "/tmp/d/link");
  for (let i = 0; i < 70; i++) vfs.put(`/tmp/empty/${LONG}${i}`, "");
  for (let i = 1; i < 70; i++) vfs.unlink(`/tmp/empty/${LONG}${i}`);
  return cut;
}

/** Kills at every moment of `work`: the tree is as before it or as after it. → how many moments there were */
function killDuring(cut: CutVfs, work: (vfs: VfsClient) => unknown, isEither = sameAsOne): number {
  const before = treeOf(nextInstance(initrd, cut.memory()));
  const states: Tree[] = [];
  cut.during(work, (memory) => states.push(treeOf(nextInstance(initrd, memory))));
  const after = treeOf(nextInstance(initrd, cut.memory()));
  for (const state of states) isEither(state, before, after);
  return states.length;
}

function sameAsOne(state: Tree, before: Tree, after: Tree): void {
  if (JSON.stringify(state) !== JSON.stringify(before)) expect(state).toEqual(after);
}

/** The same, but for files, whose bytes may be there as far as the write came: each is one of the two, and the size too. */
function written(state: Tree, before: Tree, after: Tree): void {
  expect(Object.keys(state)).toEqual(
    Object.keys(Object.keys(state).length === Object.keys(before).length ? before : after),
  );
  for (const [path, is] of Object.entries(state)) {
    const was = before[path] ?? after[path];
    const becomes = after[path] ?? was;
    if (was === becomes) expect(is).toBe(was);
    const [now, old, next] = [is, was, becomes].map(
      (text) => text.match(/^(\d+ \d+) ([^]*)$/) ?? ["", text, ""],
    );
    expect([old[1], next[1]]).toContain(now[1]);
    for (let i = 0; i < now[2].length; i++) {
      if (now[2][i] !== old[2][i] && now[2][i] !== next[2][i])
        throw new Error(`${path}: byte ${i} is neither`);
    }
  }
}

const operations: [string, (vfs: VfsClient) => unknown][] = [
  ["mkdir", (vfs) => vfs.mkdir("/tmp/d/new")],
  ["rmdir", (vfs) => vfs.rmdir("/tmp/d/sub")],
  ["unlink of one name of two", (vfs) => vfs.unlink("/tmp/a")],
  ["unlink", (vfs) => vfs.unlink("/tmp/b")],
  ["link", (vfs) => vfs.link("/tmp/b", "/tmp/d/b")],
  ["symlink", (vfs) => vfs.symlink("to nowhere", "/tmp/d/new link")],
  ["rename", (vfs) => vfs.rename("/tmp/b", "/tmp/d/c")],
  ["rename of a file with two names", (vfs) => vfs.rename("/tmp/a", "/tmp/c")],
  ["rename over a file", (vfs) => vfs.rename("/tmp/b", "/tmp/d/a too")],
  ["rename of a directory", (vfs) => vfs.rename("/tmp/d", "/tmp/e")],
  ["rename of a directory into another", (vfs) => vfs.rename("/tmp/d/sub", "/tmp/sub")],
  ["rename of a directory over another", (vfs) => (vfs.mkdir("/tmp/z"), vfs.rename("/tmp/d", "/tmp/z"))],
  ["truncate to nothing", (vfs) => vfs.truncate("/tmp/b", 0n)],
  ["truncate", (vfs) => vfs.truncate("/tmp/b", BigInt(BLOCK + 7))],
  ["truncate to more", (vfs) => vfs.truncate("/tmp/a", BigInt(5 * BLOCK))],
  ["creat", (vfs) => vfs.close(vfs.create("/tmp/d/new file"))],
  ["the last name of a directory of many blocks", (vfs) => vfs.unlink(`/tmp/empty/${LONG}0`)],
];

describe("killed at any moment of", () => {
  for (const [name, work] of operations) {
    if (name === "rename of a directory over another") continue;
    test(name, () => {
      expect(killDuring(prepared(), work)).toBeGreaterThan(2);
    });
  }

  test("rename of a directory over another", () => {
    const cut = prepared();
    cut.vfs.mkdir("/tmp/z");
    killDuring(cut, (vfs) => vfs.rename("/tmp/d", "/tmp/z"));
    expect(treeOf(cut.vfs)).toHaveProperty("/tmp/z/sub");
  });

  test("a write that adds blocks, and index blocks above the one that there was", () => {
    const cut = prepared();
    const handle = cut.vfs.open("/tmp/one", O_WRONLY | O_APPEND);
    expect(killDuring(cut, (vfs) => vfs.write(handle, Buffer.alloc(3 * BLOCK, 2)), written)).toBeGreaterThan(
      5,
    );
    expect(killDuring(cut, (vfs) => vfs.write(handle, "x", BigInt(1030 * BLOCK)), written)).toBeGreaterThan(
      2,
    );
  });

  test("an overwrite", () => {
    const cut = prepared();
    const handle = cut.vfs.open("/tmp/b", O_WRONLY);
    killDuring(cut, (vfs) => vfs.write(handle, Buffer.alloc(2 * BLOCK, "c"), 100n), written);
  });
});

test("a handle that the killed operation had opened is closed, and others stay", () => {
  const cut = prepared();
  const open = cut.vfs.open("/tmp/a");
  const moments: VfsClient[] = [];
  let value = 0;
  cut.during(
    (vfs) => (value = vfs.open("/tmp/new", O_CREAT | O_RDWR)),
    (memory) => moments.push(nextInstance(initrd, memory)),
  );
  const inside = moments.filter((next) => next.read(value, 1) === -EBADF);
  expect(inside.length).toBe(moments.length);
  for (const next of moments) {
    expect(checkArena(next.service.memory).openHandles).toBe(1);
    expect(next.read(open, 8, 0n)).toEqual(Buffer.from("contents"));
  }
});

test("both ends of a half-made pipe are closed; a pipe that is there keeps what is in it", () => {
  const cut = prepared();
  const { data } = cut.vfs.service.call(VFS_PIPE, Buffer.alloc(0));
  const [reader, writer] = [data.readUInt32LE(0), data.readUInt32LE(4)];
  cut.vfs.write(writer, "in the pipe");
  const moments: VfsClient[] = [];
  cut.during(
    (vfs) => vfs.service.call(VFS_PIPE, Buffer.alloc(0)),
    (memory) => moments.push(nextInstance(initrd, memory)),
  );
  expect(moments.length).toBeGreaterThan(4);
  for (const next of moments) {
    expect(checkArena(next.service.memory).openHandles).toBe(2);
    expect(next.write(writer, "!")).toBe(1);
    expect(next.read(reader, 100)).toEqual(Buffer.from("in the pipe!"));
    next.close(reader);
    next.close(writer);
    expect(checkArena(next.service.memory).openHandles).toBe(0);
  }
});

test("a close is done or not done, and an orphan goes with its last handle", () => {
  const cut = prepared();
  const handle = cut.vfs.open("/tmp/orphan", O_CREAT | O_RDWR);
  cut.vfs.write(handle, Buffer.alloc(2 * BLOCK, 1));
  cut.vfs.unlink("/tmp/orphan");
  const counts = new Set<number>();
  cut.during(
    (vfs) => vfs.close(handle),
    (memory) => {
      const next = nextInstance(initrd, memory);
      const { openHandles } = checkArena(next.service.memory);
      counts.add(openHandles);
      expect(next.read(handle, 1, 0n)).toEqual(openHandles ? Buffer.from([1]) : -EBADF);
      expect(next.open("/tmp/a")).not.toBe(handle);
    },
  );
  expect([...counts].sort()).toEqual([0, 1]);
});

test("the taking over itself is killed at any moment, and done again", () => {
  const cut = prepared();
  const before = treeOf(cut.vfs);
  const handle = cut.vfs.open("/tmp/b");
  const first = new CutVfs(initrd, cut.memory());
  let moments = 0;
  first.during(
    (vfs) => expect(vfs.service.start()).toBe(0),
    (memory) => {
      if (moments++ % 7) return; // there are thousands: each block and inode is one
      const next = nextInstance(initrd, memory);
      expect(treeOf(next)).toEqual(before);
      expect(next.read(handle, 1)).toEqual(Buffer.from("b"));
    },
  );
  expect(moments).toBeGreaterThan(50);
});

/** One random operation on few names, so that they meet. */
function randomOperation(vfs: VfsClient, pick: (n: number) => number, handles: number[]): unknown {
  const name = (): string => `/tmp${["", "/d", "/d/sub", "/empty"][pick(4)]}/${"abcde"[pick(5)]}`;
  const bytes = Buffer.alloc(pick(3 * BLOCK), 65 + pick(26));
  switch (pick(12)) {
    case 0:
      return vfs.mkdir(name());
    case 1:
      return vfs.rmdir(name());
    case 2:
      return vfs.unlink(name());
    case 3:
      return vfs.link(name(), name());
    case 4:
      return vfs.symlink(name(), name());
    case 5:
    case 6:
      return vfs.rename(name(), name());
    case 7:
      return vfs.truncate(name(), BigInt(pick(3 * BLOCK)));
    case 8:
      return handles.push(vfs.open(name(), O_CREAT | O_RDWR));
    case 9:
      return handles.length > 0 && vfs.close(handles.splice(pick(handles.length), 1)[0]);
    default:
      return vfs.put(name(), bytes);
  }
}

test(`random histories, killed at any moment of each operation (seed ${SEED})`, () => {
  const pick = random(SEED);
  const cut = prepared();
  const handles: number[] = [];
  for (let step = 0; step < CUTS; step++) {
    const moments: Uint8Array[] = [];
    cut.during(
      (vfs) => randomOperation(vfs, pick, handles),
      (memory) => pick(3) === 0 && moments.push(memory),
    );
    const after = treeOf(cut.vfs);
    for (const memory of moments) {
      try {
        nextInstance(initrd, memory);
      } catch (error) {
        throw new Error(`seed ${SEED}, operation ${step}`, { cause: error });
      }
    }
    expect(treeOf(nextInstance(initrd, cut.memory()))).toEqual(after);
  }
}, 60_000);

test(`an arena with random damage is made whole or anew, and works (seed ${SEED})`, () => {
  const pick = random(SEED);
  const cut = prepared();
  const { vfs } = cut;
  vfs.open("/tmp/a");
  const good = cut.memory();
  const { firstBlock } = checkArena(vfs.service.memory);
  // Where something stands: superblock and mounts, handles, the first inodes, chains, bitmap, the first data.
  const places = [
    [48, 2048],
    [8192, 256],
    [40_960, 8192],
    [266 * BLOCK, 65_536],
    [282 * BLOCK + firstBlock / 8, 64],
    [firstBlock * BLOCK, 40 * BLOCK],
  ];
  for (let round = 0; round < CUTS * 4; round++) {
    const memory = good.slice();
    for (let i = 0; i <= pick(6); i++) {
      const [start, size] = places[pick(places.length)];
      const at = ARENA + Math.floor(start) + pick(size);
      memory[at] = pick(2) ? pick(256) : memory[at] ^ (1 << pick(8));
    }
    try {
      const next = nextInstance(initrd, memory);
      treeOf(next);
      expect(next.put("/tmp/works", "yes")).toBe(0);
      expect(next.get("/tmp/works")).toEqual(Buffer.from("yes"));
      next.get("/etc/motd");
      checkArena(next.service.memory);
    } catch (error) {
      throw new Error(`seed ${SEED}, round ${round}`, { cause: error });
    }
  }
}, 60_000);
