// Whole streams over good and bad wires. Each run prints nothing unless it fails; a failure names its seed, which replays it.

import { beforeAll, expect, test } from "vitest";
import { stackModule } from "./host.ts";
import { transfer } from "./transfer.ts";

const MIB = 1 << 20;
/** 256 MiB on 20 seeds take 13 seconds; BULK_SEEDS in the environment sets how many seeds there are. */
const SIZE_MIB = 256;
const SEEDS = Array.from({ length: Number(process.env.BULK_SEEDS ?? 20) }, (_, i) => i + 1);
let module: WebAssembly.Module;

beforeAll(async () => {
  module = await stackModule();
});

test("a clean wire: the stream arrives and throughput fills the window", () => {
  const { duration_us } = transfer(module, 1, 8 * MIB, { latency_us: 5000 });
  const window_per_rtt = 65536 / 10_000;
  expect((8 * MIB) / duration_us).toBeGreaterThan(0.9 * window_per_rtt);
});

test.each(SEEDS)(`${SIZE_MIB} MiB over a bad wire, seed %i`, (seed) => {
  transfer(module, seed, SIZE_MIB * MIB, {
    loss: 0.05,
    reordering: 0.05,
    duplication: 0.01,
    corruption: 0.001,
  });
});

test("a wire that is bad in one direction only, or slow, or far", () => {
  transfer(module, 11, MIB, { loss: 0.2, latency_us: 100 });
  transfer(module, 12, MIB, { latency_us: 300_000, reordering: 0.5, extraDelay_us: 100_000 });
  transfer(module, 13, MIB, { bits_per_us: 1, latency_us: 10 });
  transfer(module, 14, MIB, { duplication: 1, corruption: 0.05 });
});
