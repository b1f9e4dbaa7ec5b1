// The POSIX surface against the host's: random operations on tmpfs and on an ext2 disk, and the same ones with Node's fs in a
// temporary folder; every result, errno, byte and attribute must be the same. HNX_POSIX_STEPS is their number on each of the
// two (25,000), HNX_SEED another history; fast-check prints seed and path of a failure and shrinks it.
//
// Left out is what POSIX or docs/services/vfs.md leaves open: sizes and link counts of directories, a write at an offset of its
// own with O_APPEND, O_TRUNC without write access, O_CREAT with O_DIRECTORY.

import type { Stats } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  S_IFDIR,
  S_IFMT,
} from "../../../abi/file.ts";
import { DiskClient } from "../ext/client.ts";
import { imageBytes } from "../ext/image.ts";
import { CURRENT_OFFSET, type Stat, VfsClient } from "./client.ts";
import { HostFiles } from "./host.ts";

const COUNT = Number(process.env.HNX_POSIX_STEPS ?? 25_000);
const RUN_STEPS = 300;
const SEED = process.env.HNX_SEED === undefined ? undefined : Number(process.env.HNX_SEED);
const IMAGE_BYTES = 16 << 20;
const MAX_HANDLES = 24;
const MAX_COPY = 65_536;
const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;

/** A file open on both sides. */
interface Pair {
  ours: number;
  host: number;
  flags: number;
}

class World {
  readonly handles: Pair[] = [];
  readonly host = new HostFiles();
  readonly base: string;

  constructor(
    readonly vfs: VfsClient,
    mount: string,
  ) {
    this.base = `${mount}/outer/base/`;
    for (const folder of [`${mount}/outer`, `${mount}/outer/base`])
      if (vfs.mkdir(folder) < 0) throw new Error(`mkdir ${folder}`);
  }

  at(name: string): string {
    return this.base + name;
  }

  pair(index: number): Pair | undefined {
    return this.handles.length > 0 ? this.handles[index % this.handles.length] : undefined;
  }
}

/** An operation on both sides, and how a failure names it. */
interface Step {
  run(world: World): void;
  [fc.toStringMethod](): string;
}
const step = (what: string, run: (world: World) => void): Step => ({ run, [fc.toStringMethod]: () => what });

const TOO_LONG = "y".repeat(256);
const NAMES = ["a", "b", "c", "d", "eightchr", "n".repeat(60), "x".repeat(255), TOO_LONG];
const name = fc.constantFrom(...NAMES.slice(0, 5), ...NAMES.slice(0, 3), ...NAMES);
const plain = fc.oneof(
  { arbitrary: name, weight: 3 },
  { arbitrary: fc.tuple(name, name).map((parts) => parts.join("/")), weight: 3 },
  fc.tuple(name, name, name).map((parts) => parts.join("/")),
);
const winding = fc.oneof(
  fc.tuple(name, name).map(([first, second]) => `${first}/../${second}`),
  fc.tuple(name, name).map(([first, second]) => `./${first}//${second}`),
  fc.constantFrom(".", "a/.."),
);
/** What links say: short, because a link to itself is ELOOP here only if 40 of its texts fit a path. */
const target = fc
  .array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("/"));
/** What is to be made, moved or removed: no slash at the end, of which Linux and POSIX differ if the name is a link's. */
const entry = fc.oneof({ arbitrary: plain, weight: 5 }, winding);
/** Of two paths only the errors of one are compared: which of two comes first is nobody's business. */
const short = entry.filter((text) => !text.includes(TOO_LONG));
const path = fc.oneof(
  { arbitrary: entry, weight: 8 },
  plain.map((text) => `${text}/`),
  plain.map((text) => `${text}/.`),
  fc.constantFrom("", "./"),
);
const LOOKING = [
  O_RDONLY,
  O_RDWR,
  O_RDONLY | O_DIRECTORY,
  O_RDONLY | O_NOFOLLOW,
  O_WRONLY | O_TRUNC,
  O_RDWR | O_APPEND,
];
const MAKING = [
  O_CREAT | O_RDWR,
  O_CREAT | O_RDONLY,
  O_CREAT | O_WRONLY,
  O_CREAT | O_EXCL | O_RDWR,
  O_CREAT | O_NOFOLLOW | O_RDWR,
  O_CREAT | O_RDWR | O_TRUNC,
  O_CREAT | O_WRONLY | O_APPEND,
];
const mode = fc.constantFrom(0o644, 0o600, 0o755, 0o700);
const size = fc.oneof(fc.nat(300), fc.constantFrom(0, 1023, 1024, 1025, 4095, 4096, 4097), fc.nat(200_000));
const offset = fc.option(size, { nil: undefined });
// Node makes no call at all of a read of nothing.
const length = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.constantFrom(240, 241, 4096),
  fc.integer({ min: 1, max: MAX_COPY }),
);
const choice = fc.nat(1000);

/** A buffer's bytes as text, which is quickly compared. */
const text = (result: number | Buffer): number | string =>
  typeof result === "number" ? result : result.toString("latin1");
const ourOffset = (value: number | undefined): bigint =>
  value === undefined ? CURRENT_OFFSET : BigInt(value);

function ourAttributes(stat: Stat | number): unknown {
  if (typeof stat === "number") return stat;
  const isDirectory = (stat.mode & S_IFMT) === S_IFDIR;
  return [stat.mode, isDirectory ? 0 : stat.links, isDirectory ? 0 : Number(stat.size)];
}
function hostAttributes(stat: Stats | number): unknown {
  if (typeof stat === "number") return stat;
  return [stat.mode, stat.isDirectory() ? 0 : stat.nlink, stat.isDirectory() ? 0 : stat.size];
}

function openBoth(world: World, file: string, how: number, permissions: number): void {
  if (world.handles.length >= MAX_HANDLES) return;
  const ours = world.vfs.open(world.at(file), how, permissions);
  const host = world.host.open(file, how, permissions);
  expect(Math.min(ours, 0)).toBe(Math.min(host, 0));
  if (ours > 0) world.handles.push({ ours, host, flags: how });
}

function closeBoth(world: World, index: number): void {
  const pair = world.pair(index);
  if (!pair) return;
  world.handles.splice(world.handles.indexOf(pair), 1);
  expect(world.vfs.close(pair.ours)).toBe(world.host.close(pair.host));
}

/** An operation with a path, of which both say the same. */
const both = (
  what: string,
  ours: (vfs: VfsClient, file: string) => unknown,
  host: (files: HostFiles, file: string) => unknown,
  paths = path,
): fc.Arbitrary<Step> =>
  paths.map((file) =>
    step(`${what} ${file}`, (world) =>
      expect(ours(world.vfs, world.at(file))).toEqual(host(world.host, file)),
    ),
  );

/** The same with two. */
const withTwo = (
  what: string,
  paths: [fc.Arbitrary<string>, fc.Arbitrary<string>],
  call: (world: World, from: string, to: string) => [number, number],
): fc.Arbitrary<Step> =>
  fc.tuple(...paths).map(([from, to]) =>
    step(`${what} ${from} ${to}`, (world) => {
      const [ours, host] = call(world, from, to);
      expect(ours).toBe(host);
    }),
  );

function listOurs(vfs: VfsClient, file: string): number | string[] {
  const handle = vfs.open(file, O_RDONLY | O_DIRECTORY);
  if (handle < 0) return handle;
  vfs.close(handle);
  return vfs.list(file);
}

/** Sets the times, and compares what stat says then. */
function touchBoth(world: World, file: string, seconds: number): void {
  const time_ns = BigInt(seconds) * NS_PER_SECOND;
  expect(world.vfs.utimens(world.at(file), time_ns, time_ns)).toBe(world.host.utimes(file, seconds));
  const [ours, host] = [world.vfs.stat(world.at(file)), world.host.stat(file)];
  if (typeof ours === "number" || typeof host === "number") return;
  expect(ours.mtime_ns).toBe(BigInt(host.mtimeMs) * NS_PER_MS);
}

const onHandle = (
  what: string,
  index: number,
  call: (pair: Pair, vfs: VfsClient, host: HostFiles) => void,
): Step =>
  step(`${what} [${index}]`, (world) => {
    const pair = world.pair(index);
    if (pair) call(pair, world.vfs, world.host);
  });

const STEPS: fc.Arbitrary<Step>[] = [
  ...[
    { paths: path, how: fc.constantFrom(...LOOKING) },
    { paths: entry, how: fc.constantFrom(...MAKING) },
  ].map(({ paths, how }) =>
    fc
      .tuple(paths, how, mode)
      .map(([file, bits, permissions]) =>
        step(`open ${file} 0x${bits.toString(16)}`, (world) => openBoth(world, file, bits, permissions)),
      ),
  ),
  choice.map((index) => step(`close [${index}]`, (world) => closeBoth(world, index))),
  fc.tuple(choice, length, offset).map(([index, count, at]) =>
    onHandle(`read ${count} at ${at}`, index, (pair, vfs, host) => {
      expect(text(vfs.read(pair.ours, count, ourOffset(at)))).toBe(text(host.read(pair.host, count, at)));
    }),
  ),
  fc.tuple(choice, length, offset).map(([index, count, at]) =>
    onHandle(`write ${count} at ${at}`, index, (pair, vfs, host) => {
      if (pair.flags & O_APPEND && at !== undefined) return;
      const bytes = Buffer.alloc(count, `${index} ${count} `);
      expect(vfs.write(pair.ours, bytes, ourOffset(at))).toBe(host.write(pair.host, bytes, at));
    }),
  ),
  choice.map((index) =>
    onHandle("fstat", index, (pair, vfs, host) => {
      expect(ourAttributes(vfs.fstat(pair.ours))).toEqual(hostAttributes(host.fstat(pair.host)));
    }),
  ),
  fc.tuple(choice, size).map(([index, bytes]) =>
    onHandle(`ftruncate ${bytes}`, index, (pair, vfs, host) => {
      expect(vfs.ftruncate(pair.ours, BigInt(bytes))).toBe(host.ftruncate(pair.host, bytes));
    }),
  ),
  both(
    "stat",
    (vfs, file) => ourAttributes(vfs.stat(file)),
    (host, file) => hostAttributes(host.stat(file)),
  ),
  both(
    "lstat",
    (vfs, file) => ourAttributes(vfs.lstat(file)),
    (host, file) => hostAttributes(host.lstat(file)),
  ),
  both(
    "readlink",
    (vfs, file) => vfs.readlink(file),
    (host, file) => host.readlink(file),
  ),
  both("list", listOurs, (host, file) => host.list(file)),
  both(
    "mkdir",
    (vfs, file) => vfs.mkdir(file),
    (host, file) => host.mkdir(file, 0o755),
    entry,
  ),
  both(
    "rmdir",
    (vfs, file) => vfs.rmdir(file),
    (host, file) => host.rmdir(file),
    entry,
  ),
  both(
    "unlink",
    (vfs, file) => vfs.unlink(file),
    (host, file) => host.unlink(file),
    entry,
  ),
  both(
    "chmod",
    (vfs, file) => vfs.chmod(file, 0o751),
    (host, file) => host.chmod(file, 0o751),
  ),
  fc
    .tuple(path, size)
    .map(([file, bytes]) =>
      step(`truncate ${file} ${bytes}`, ({ vfs, host, base }) =>
        expect(vfs.truncate(base + file, BigInt(bytes))).toBe(host.truncate(file, bytes)),
      ),
    ),
  fc
    .tuple(path, fc.nat(2_000_000_000))
    .map(([file, seconds]) => step(`touch ${file} ${seconds}`, (world) => touchBoth(world, file, seconds))),
  withTwo("rename", [short, short], ({ vfs, host, base }, from, to) => [
    vfs.rename(base + from, base + to),
    host.rename(from, to),
  ]),
  withTwo("link", [short, short], ({ vfs, host, base }, from, to) => [
    vfs.link(base + from, base + to),
    host.link(from, to),
  ]),
  withTwo("symlink", [target, entry], ({ vfs, host, base }, target, file) => [
    vfs.symlink(target, base + file),
    host.symlink(target, file),
  ]),
];

/** Runs random histories until `COUNT` operations were compared. */
function compare(makeWorld: () => World, end: (world: World) => void): void {
  let left = COUNT;
  let isFailing = false; // and being shrunk
  const steps = fc.array(fc.oneof(...STEPS), { minLength: 1, maxLength: RUN_STEPS, size: "max" });
  const property = fc.property(steps, (run) => {
    if (left <= 0 && !isFailing) return;
    const world = makeWorld();
    try {
      for (const each of run) each.run(world);
      left -= run.length;
      for (const { ours } of world.handles) world.vfs.close(ours);
      end(world);
    } catch (error) {
      isFailing = true;
      throw error;
    } finally {
      world.host.end();
    }
  });
  fc.assert(property, { numRuns: COUNT, ...(SEED === undefined ? {} : { seed: SEED }) });
  expect(left, "operations not done").toBeLessThanOrEqual(0);
}

test(`tmpfs answers ${COUNT} operations as the host does`, () => {
  compare(
    () => new World(new VfsClient(), "/tmp"),
    () => undefined,
  );
});

test(`an ext2 disk answers ${COUNT} operations as the host does`, () => {
  const empty = imageBytes({ type: "ext2", blockSize: 1024, size: IMAGE_BYTES });
  compare(
    () => {
      const contents = Buffer.from(empty);
      const vfs = new DiskClient([{ name: "vda", contents, bytes: contents.length }]);
      if (vfs.mount("vda", "/mnt") < 0) throw new Error("mount");
      return new World(vfs, "/mnt");
    },
    ({ vfs }) => expect((vfs as DiskClient).umount()).toBe(0),
  );
});
