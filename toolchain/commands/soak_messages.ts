// `hnx soak-messages [MESSAGES [SEED]]`: the soak test of message passing (tests/boot/soak.test.ts), as long as one likes.

import { spawnSync } from "node:child_process";
import { Failure } from "../common/failure.ts";
import { EXIT_USAGE } from "../common/options.ts";
import { build } from "../pipeline/build.ts";
import { VITEST } from "../testing/parts.ts";
import { handledByHelp } from "./usage.ts";

const HELP = `usage: hnx soak-messages [MESSAGES [SEED]]

Boots 16 clients of mixed priorities against one server and checks each of MESSAGES messages (10,000,000): none lost, doubled,
out of order or behind a lower one. SEED replays a run.
`;
const MESSAGES_DEFAULT = 10_000_000;
const MESSAGES_MIN = 1000;
/** Numbers of messages have 32 bits for each client and priority. */
const MESSAGES_MAX = 2 ** 32 - 1;
const SEED_MAX = 2 ** 32 - 1;
const TEST = "tests/boot/soak.test.ts";

function readCount(name: string, text: string, least: number, most: number): string {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  if (value < least || value > most)
    throw new Failure(`${name}: "${text}" is no number from ${least} to ${most}\n${HELP}`, EXIT_USAGE);
  return String(value);
}

/** Builds and soaks; the status is 1 when a message went wrong. */
export async function soakMessagesCommand(args: string[]): Promise<number> {
  if (handledByHelp(args, HELP, true)) return 0;
  if (args.length > 2) throw new Failure(HELP, EXIT_USAGE);
  const [messages = String(MESSAGES_DEFAULT), seed] = args;
  const environment = {
    ...process.env,
    SOAK_MESSAGES: readCount("MESSAGES", messages, MESSAGES_MIN, MESSAGES_MAX),
    ...(seed !== undefined && { SOAK_SEED: readCount("SEED", seed, 0, SEED_MAX) }),
  };
  await build();
  const { status } = spawnSync(process.execPath, [VITEST, "run", TEST], {
    stdio: "inherit",
    env: environment,
  });
  return status === 0 ? 0 : 1;
}
