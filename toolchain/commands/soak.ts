// `hnx soak`: random histories of the whole kernel under Node (tests/sim) for as long as asked, or the one of a seed again.

import { Failure } from "../common/failure.ts";
import { EXIT_USAGE } from "../common/options.ts";
import { build } from "../pipeline/build.ts";
import { handledByHelp } from "./usage.ts";

const HELP = `usage: hnx soak [--seed SEED]

Runs random histories of the kernel under Node for MINUTES minutes (a variable of make or of the environment; 1 if it is
not set), from a seed that it prints; or the history of one seed. The status is 1 when one fails.
`;
const MS_PER_MINUTE = 60_000;
const MINUTES_DEFAULT = 1;
const SEED_LIMIT = 2 ** 32;
const BATCH = 10;

function readNumber(text: string, what: string, limit: number): number {
  const value = /^\d{1,10}(?:\.\d+)?$/.test(text) ? Number(text) : limit;
  if (value >= limit) throw new Failure(`${what}: "${text}" is no number below ${limit}`, EXIT_USAGE);
  return value;
}

/** The status is 1 when a history fails, 0 when none did in the time given. */
export async function soakCommand(args: string[]): Promise<number> {
  const hasSeed = args[0] === "--seed" && args.length === 2;
  if (handledByHelp(hasSeed ? [] : args, HELP)) return 0;
  await build(["kernel"]);
  const histories = await import("../../tests/sim/soak.ts"); // reads what the build has just made
  const module = histories.loadKernel();
  try {
    if (hasSeed) {
      histories.replay(module, readNumber(args[1], "--seed", SEED_LIMIT));
      process.stdout.write(`seed ${args[1]}: nothing wrong\n`);
    } else {
      const minutes = readNumber(process.env.MINUTES ?? String(MINUTES_DEFAULT), "MINUTES", 10_000);
      soak((first) => histories.runHistories(module, first, BATCH), minutes);
    }
    return 0;
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** Has `run` do batches of seeds, each from the one it is given on, until the time is over. It returns steps. */
function soak(run: (first: number) => number, minutes: number): void {
  const end = Date.now() + minutes * MS_PER_MINUTE;
  const first = Math.floor(Math.random() * (SEED_LIMIT / 2));
  process.stdout.write(`soak: ${minutes} minutes from seed ${first}\n`);
  let steps = 0;
  for (let seed = first; Date.now() < end; seed += BATCH) steps += run(seed);
  process.stdout.write(`soak: ${steps} steps, nothing wrong\n`);
}
