// space/lib/node under Node: what of it needs no other process.

import { expect, test } from "vitest";
import { Machine } from "../shell/machine.ts";

test("files, process and time do what their namesakes do", () => {
  const { out, status } = new Machine(["selftest-node"]).run(["selftest-node"]);
  expect(out).toMatch(/^selftest-node: \d\d checked, 0 wrong\n$/);
  expect(status).toBe(0);
});
