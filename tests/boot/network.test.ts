// Sockets on the real machine, and the death of the services that make them.

import { expect, test } from "vitest";
import { initrdWithKiller } from "./manifest.ts";
import { runGuest } from "./qemu.ts";

test("a program's sockets over the loopback interface", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-net" });
  expect(out).toContain("selftest-net: 0 wrong\n");
  expect(status).toBe(0);
});

test("one wait for files, pipes, sockets and the console, woken by others", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-poll" });
  expect(out).toContain("selftest-poll: 0 wrong\n");
  expect(status).toBe(0);
});

test.each([
  ["the network service, restarted: its sockets are reset, and nobody else's", "restarted", "always"],
  ["the network service, for good: everything is refused", "down", "never"],
  ["the card's driver, restarted: sockets go on, and so does the card", "driver", "always"],
] as const)("killing %s", async (_, argument, restart) => {
  const { out, status } = await runGuest({
    cmd: `selftest-net-death ${argument}; echo still here`,
    initrd: initrdWithKiller(restart),
    network: true,
    timeoutMs: 60_000,
  });
  expect(out).toContain("selftest-net-death: 0 wrong\n");
  expect(out).toMatch(
    argument === "driver" ? /netdriver \(pid \d+\): killed/ : /network \(pid \d+\): killed/,
  );
  expect(out).toContain("still here\n");
  expect(status).toBe(0);
});
