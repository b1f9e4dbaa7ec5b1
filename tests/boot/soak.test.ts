// Message passing under load: 16 clients of mixed priorities against one server (space/apps/selftest-soak/plan.ts says what is
// checked and how). One million messages; `./hnx soak-messages` sends ten. The seed is random and printed; SOAK_SEED replays it.

import { expect, test } from "vitest";
import { runGuest } from "./qemu.ts";
import { soakInitrd } from "./soak.ts";

const MESSAGES = Number(process.env.SOAK_MESSAGES ?? 1_000_000);
const SEED = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 32));
/** A message is some 1,100 instructions: 5 µs and more in QEMU, several times that on a busy machine. */
const TIME_PER_MESSAGE_US = 100;
const TIMEOUT_MS = 60_000 + (MESSAGES * TIME_PER_MESSAGE_US) / 1000;
/** Of the messages, at least this share is in the queue when the one before it is received: else nothing was tested. */
const WAITED_SHARE = 0.25;

test(
  `${MESSAGES} messages: none lost or doubled, all in order, none behind a lower one (seed ${SEED})`,
  { timeout: TIMEOUT_MS + 10_000 },
  async () => {
    const { out, status } = await runGuest({
      cmd: `selftest-soak ${MESSAGES} ${SEED}`,
      initrd: soakInitrd(),
      timeoutMs: TIMEOUT_MS,
    });
    expect(out).toContain("selftest-soak: 0 lost, 0 doubled, 0 damaged, 0 overtaken, 0 behind lower ones\n");
    const counts = /selftest-soak: (\d+) messages of 16 clients, (\d+) calls, (\d+) waited, seed (\d+)/.exec(
      out,
    );
    expect(counts?.map(Number).filter((_, i) => i === 1 || i === 4)).toEqual([MESSAGES, SEED]);
    expect(Number(counts?.[2])).toBeGreaterThan(0);
    expect(Number(counts?.[3])).toBeGreaterThan(MESSAGES * WAITED_SHARE);
    expect(status).toBe(0);
  },
);
