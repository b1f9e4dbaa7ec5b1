// Random operations on the VFS and on a model of it: every result must be the same, the arena sound at every step's end.
// fast-check prints seed and path of a failure, which replay it.

import fc from "fast-check";
import { expect, test } from "vitest";
import { ENOTDIR } from "../../../abi/errno.ts";
import { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from "../../../abi/file.ts";
import { checkArena } from "./arena_check.ts";
import { CURRENT_OFFSET, VfsClient } from "./client.ts";
import { Model } from "./model.ts";

const RUNS = 100;
const STEPS = 120;
const CHECK_EVERY = 20;

interface World {
  vfs: VfsClient;
  model: Model;
  /** Values of handles, open and closed ones. */
  handles: number[];
}
type Step = (world: World) => void;

const NAMES = ["a", "b", "c", "eightchr", "n".repeat(40), "n".repeat(41), "long".repeat(40)];
const name = fc.constantFrom(...NAMES);
const path = fc.oneof(
  name,
  fc.tuple(name, name).map((parts) => parts.join("/")),
  fc.tuple(name, name, name).map((parts) => parts.join("/")),
);
const flags = fc.constantFrom(
  O_RDONLY,
  O_RDWR,
  O_CREAT | O_RDWR,
  O_CREAT | O_WRONLY,
  O_CREAT | O_EXCL | O_RDWR,
  O_WRONLY | O_TRUNC,
  O_CREAT | O_RDWR | O_TRUNC,
  O_CREAT | O_WRONLY | O_APPEND,
);
const offset = fc.option(fc.oneof(fc.nat(300), fc.nat(20_000), fc.constant(4096), fc.constant(5_000_000)), {
  nil: undefined,
});
const length = fc.oneof(fc.nat(300), fc.constantFrom(0, 240, 241, 256, 257, 4096), fc.nat(30_000));
const choice = fc.nat(1000);

const at = (value: number | undefined): bigint => (value === undefined ? CURRENT_OFFSET : BigInt(value));
/** Bytes as text: vitest compares buffers byte by byte, which takes far longer than all the rest. */
const digest = (result: number | Buffer): number | string =>
  typeof result === "number" ? result : result.toString("latin1");
const pick = ({ handles }: World, index: number): number => handles[index % handles.length] ?? 12345;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(path, flags).map(([file, mode]): Step => (world) => {
    const value = world.vfs.open(`/tmp/${file}`, mode);
    expect(Math.min(value, 0)).toBe(world.model.open(file, mode, value));
    if (value > 0) world.handles.push(value);
  }),
  choice.map((index): Step => (world) => {
    const value = pick(world, index);
    expect(world.vfs.close(value)).toBe(world.model.close(value));
  }),
  fc.tuple(choice, length, offset, fc.nat(255)).map(([index, size, where, fill]): Step => (world) => {
    const value = pick(world, index);
    const data = Buffer.alloc(size, fill);
    expect(world.vfs.write(value, data, at(where))).toBe(world.model.write(value, data, where));
  }),
  fc.tuple(choice, length, offset).map(([index, size, where]): Step => (world) => {
    const value = pick(world, index);
    expect(digest(world.vfs.read(value, size, at(where)))).toBe(digest(world.model.read(value, size, where)));
  }),
  path.map(
    (each): Step =>
      ({ vfs, model }) =>
        expect(vfs.mkdir(`/tmp/${each}`)).toBe(model.mkdir(each)),
  ),
  path.map(
    (each): Step =>
      ({ vfs, model }) =>
        expect(vfs.rmdir(`/tmp/${each}`)).toBe(model.rmdir(each)),
  ),
  path.map(
    (each): Step =>
      ({ vfs, model }) =>
        expect(vfs.unlink(`/tmp/${each}`)).toBe(model.unlink(each)),
  ),
  path.map((each): Step => ({ vfs, model }) => {
    const stat = vfs.stat(`/tmp/${each}`);
    let seen: number | string = stat as number;
    if (typeof stat !== "number") {
      seen = (stat.mode & 0xf000) === 0x4000 ? `directory, links ${stat.links}` : Number(stat.size);
    }
    expect(seen).toBe(model.stat(each));
  }),
  path.map((each): Step => ({ vfs, model }) => {
    const stat = vfs.stat(`/tmp/${each}`);
    const isFile = typeof stat !== "number" && (stat.mode & 0xf000) !== 0x4000;
    expect(isFile ? -ENOTDIR : vfs.list(`/tmp/${each}`)).toEqual(model.list(each));
  }),
);

test(`${RUNS} random histories of up to ${STEPS} steps`, () => {
  const property = fc.property(
    fc.array(step, { minLength: STEPS / 2, maxLength: STEPS, size: "max" }),
    (steps) => {
      const world: World = { vfs: new VfsClient(), model: new Model(), handles: [] };
      for (const [i, doStep] of steps.entries()) {
        doStep(world);
        if (i % CHECK_EVERY === 0) checkArena(world.vfs.service.memory);
      }
      for (const value of world.handles) world.vfs.close(value);
      checkArena(world.vfs.service.memory);
    },
  );
  fc.assert(property, { numRuns: RUNS });
});
