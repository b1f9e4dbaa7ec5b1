// Changing ext2 volumes: after random operations the volume is what a model of it says, e2fsck finds nothing, and nothing
// that the operations did not touch is lost. A failure names its seed; HNX_SEED replays it.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { O_CREAT, O_RDWR } from "../../../abi/file.ts";
import { Model } from "../vfs/model.ts";
import { DiskClient, mounted } from "./client.ts";
import { checkImage, imageBytes, temporaryFolder } from "./image.ts";
import { random } from "./random.ts";

const SEED = Number(process.env.HNX_SEED ?? 20_261_127);
const OPERATIONS = Number(process.env.HNX_OPERATIONS ?? 5000);
const MIB = 1 << 20;
const folder = temporaryFolder();

function check(image: Buffer): void {
  const file = path.join(folder, "checked");
  writeFileSync(file, image);
  expect(checkImage(file)).toBe("");
}

/** Compares the volume's directory with the model's, and all below it. */
function compare(vfs: DiskClient, model: Model, inside: string): void {
  const names = model.list(inside) as string[];
  expect(vfs.list(`/mnt/${inside}`)).toEqual(names);
  for (const name of names) {
    const file = inside === "" ? name : `${inside}/${name}`;
    const stat = model.stat(file);
    if (typeof stat === "string") {
      compare(vfs, model, file);
      continue;
    }
    const value = -1;
    expect(model.open(file, 0, value)).toBe(0);
    const expected = model.read(value, 1 << 30, 0) as Buffer;
    expect((vfs.get(`/mnt/${file}`) as Buffer).equals(expected)).toBe(true);
    model.close(value);
  }
}

describe("single operations leave a clean volume", () => {
  for (const blockSize of [1024, 4096] as const) {
    test(`${blockSize} byte blocks`, () => {
      const image = imageBytes({ type: "ext2", blockSize, size: 16 * MIB });
      const vfs = mounted(image, 0);
      expect(vfs.put("/mnt/small", "hello")).toBe(0);
      expect(vfs.put("/mnt/large", Buffer.alloc(3 * MIB, 0x5a))).toBe(0);
      expect(vfs.mkdir("/mnt/d")).toBe(0);
      expect(vfs.put("/mnt/d/inner", "x".repeat(5000))).toBe(0);
      expect(vfs.symlink("small", "/mnt/short")).toBe(0);
      expect(vfs.symlink("d/".repeat(60) + "inner", "/mnt/long")).toBe(0);
      expect(vfs.link("/mnt/small", "/mnt/d/hard")).toBe(0);
      expect(vfs.rename("/mnt/d", "/mnt/e")).toBe(0);
      expect(vfs.truncate("/mnt/large", 1_000_001n)).toBe(0);
      expect(vfs.put("/mnt/gone", Buffer.alloc(2 * MIB, 1))).toBe(0);
      expect(vfs.unlink("/mnt/gone")).toBe(0);
      const handle = vfs.open("/mnt/sparse", O_CREAT | O_RDWR);
      expect(vfs.write(handle, "end", 9_000_000n)).toBe(3);
      expect(vfs.get("/mnt/small")).toEqual(Buffer.from("hello"));
      expect(vfs.umount()).toBe(-16);
      vfs.close(handle);
      expect(vfs.umount()).toBe(0);
      check(image);
      const again = mounted(image, 0);
      expect(again.get("/mnt/e/hard")).toEqual(Buffer.from("hello"));
      expect((again.get("/mnt/large") as Buffer).equals(Buffer.alloc(1_000_001, 0x5a))).toBe(true);
      expect(again.readlink("/mnt/long")).toBe("d/".repeat(60) + "inner");
      expect(again.readlink("/mnt/short")).toBe("small");
      expect(again.stat("/mnt/sparse")).toMatchObject({ size: 9_000_003n });
      expect(again.umount()).toBe(0);
      check(image);
    });
  }
});

/** Random operations on names and data, each done to the volume and to a model. */
function operate(vfs: DiskClient, model: Model, pick: (limit: number) => number): void {
  const names = ["a", "b", "c", "d", "n".repeat(40), "long".repeat(50)];
  const name = (): string => names[pick(names.length)];
  const file = (): string => [name(), `${name()}/${name()}`, `${name()}/${name()}/${name()}`][pick(3)];
  const path1 = file();
  const inside = `/mnt/${path1}`;
  switch (pick(9)) {
    case 0:
      expect(vfs.mkdir(inside)).toBe(model.mkdir(path1));
      return;
    case 1:
      expect(vfs.rmdir(inside)).toBe(model.rmdir(path1));
      return;
    case 2:
      expect(vfs.unlink(inside)).toBe(model.unlink(path1));
      return;
    case 3: {
      const path2 = file();
      expect([path1, path2, vfs.rename(inside, `/mnt/${path2}`)]).toEqual([
        path1,
        path2,
        model.rename(path1, path2),
      ]);
      return;
    }
    case 4: {
      const path2 = file();
      expect(vfs.link(inside, `/mnt/${path2}`)).toBe(model.link(path1, path2));
      return;
    }
    case 5: {
      const size = [0, pick(5000), pick(300_000)][pick(3)];
      expect(vfs.truncate(inside, BigInt(size))).toBe(model.truncate(path1, size));
      return;
    }
    default: {
      const handle = vfs.open(inside, O_CREAT | O_RDWR);
      expect(Math.min(handle, 0)).toBe(model.open(path1, O_CREAT | O_RDWR, handle));
      if (handle < 0) return;
      const data = Buffer.alloc([pick(300), pick(5000), pick(65_000)][pick(3)], pick(256));
      const at = [0, pick(10_000), pick(400_000)][pick(3)];
      const written = vfs.write(handle, data, BigInt(at));
      expect(written).toBe(model.write(handle, data, at));
      vfs.close(handle);
      model.close(handle);
    }
  }
}

describe(`${OPERATIONS} random operations, seed ${SEED}`, () => {
  for (const [blockSize, frames] of [
    [1024, 65_536],
    [4096, 65_536],
    [1024, 2048],
  ] as const) {
    test(`${blockSize} byte blocks, a machine of ${frames} frames`, () => {
      const tree = path.join(folder, `tree${blockSize}`);
      mkdirSync(path.join(tree), { recursive: true });
      const image = imageBytes({ type: "ext2", blockSize, size: 48 * MIB, tree });
      const pick = random(SEED + blockSize + frames);
      const disks = [{ name: "vda", contents: image, bytes: image.length }];
      const vfs = new DiskClient(disks, { configure: (kernel) => (kernel.framesTotal = frames) });
      vfs.block.choose = pick;
      expect(vfs.mount("vda")).toBe(0);
      expect(vfs.rmdir("/mnt/lost+found")).toBe(0);
      const model = new Model();
      for (let i = 0; i < OPERATIONS; i++) {
        try {
          operate(vfs, model, pick);
        } catch (error) {
          throw new Error(`operation ${i} of seed ${SEED}`, { cause: error });
        }
      }
      compare(vfs, model, "");
      expect(vfs.umount()).toBe(0);
      check(image);
      const again = mounted(image, 0);
      compare(again, model, "");
      expect(readFileSync(path.join(folder, "checked")).equals(image)).toBe(true);
    });
  }
});
