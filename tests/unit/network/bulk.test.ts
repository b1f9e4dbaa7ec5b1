// Whole streams over good and bad wires. Each run prints nothing unless it fails; a failure names its seed, which replays it.

import { beforeAll, expect, test } from "vitest";
import { stackModule } from "./host.ts";
import { transfer } from "./transfer.ts";

const MIB = 1 << 20;
let module: WebAssembly.Module;

beforeAll(async () => {
  module = await stackModule();
});

test("a clean wire: the stream arrives and throughput fills the window", () => {
  const { duration_us } = transfer(module, 1, 8 * MIB, { latency_us: 5000 });
  const window_per_rtt = 65536 / 10_000;
  expect((8 * MIB) / duration_us).toBeGreaterThan(0.9 * window_per_rtt);
});

test.each([1, 2, 3, 4])("a bad wire, seed %i", (seed) => {
  transfer(module, seed, 4 * MIB, { loss: 0.05, reordering: 0.05, duplication: 0.01, corruption: 0.001 });
});
