// Tests of the test: kernels with one fault each, which the simulation must find soon.

import { expect, test } from "vitest";
import { MUTANTS, buildMutant, hunt } from "./mutants.ts";

/** Two hundred thousand steps: what `make test` takes, a quarter of a minute. */
const HISTORIES = 100;

for (const mutant of MUTANTS) {
  test(mutant.name, { timeout: 300_000 }, async () => {
    const caught = hunt(await buildMutant(mutant), HISTORIES);
    process.stdout.write(
      `mutant: ${mutant.name}: step ${caught?.steps ?? "none"}: ${caught?.what ?? "not noticed"}\n`,
    );
    expect(caught, "the simulation does not notice").toBeDefined();
  });
}
