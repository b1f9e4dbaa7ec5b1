// Opens that wait for a disk, and whose callers are dead when the disk answers: what nobody was given is closed.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { DRAIN_CANCELLED_CALL } from "../../../abi/construct.ts";
import { NOTIFY_DRAIN } from "../vfs/client.ts";
import { mounted } from "./client.ts";
import { imageBytes, temporaryFolder } from "./image.ts";

const NAMES = ["first", "second", "third"];

function imageOfFiles(): Buffer {
  const tree = path.join(temporaryFolder(), "tree");
  mkdirSync(tree);
  for (const name of NAMES) writeFileSync(path.join(tree, name), name);
  return imageBytes({ type: "ext2", blockSize: 4096, size: 1 << 20, tree });
}

test("several at once leave no handle open", () => {
  const vfs = mounted(imageOfFiles());
  const { kernel, service } = vfs;
  const goOn = service.goOn;
  service.goOn = undefined;
  const tokens = NAMES.map((name) => {
    vfs.open(`/mnt/${name}`);
    return service.lastToken;
  });
  for (const token of tokens) {
    expect(kernel.kept.delete(token), "the open waits").toBe(true);
    kernel.drainQueue.push({ kind: DRAIN_CANCELLED_CALL, token });
  }
  service.goOn = goOn;
  vfs.block.completeAll();
  service.notify(NOTIFY_DRAIN);
  expect(vfs.umount(), "unmounted: no file is open").toBe(0);
});
