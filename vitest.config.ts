// How vitest runs: the parts of `make test` are folders and files given on its command line (toolchain/test).

import { defineConfig } from "vitest/config";

/** A boot test starts QEMU several times. */
const TEST_TIMEOUT_MS = 120_000;

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    maxWorkers: 2,
    cache: false,
  },
});
