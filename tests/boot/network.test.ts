// Sockets on the real machine, and the death of the services that make them.

import { expect, test } from "vitest";
import { initrdWithKiller } from "./manifest.ts";
import { runGuest } from "./qemu.ts";

test("a program's sockets over the loopback interface", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-net" });
  expect(out).toContain("selftest-net: 0 wrong\n");
  expect(status).toBe(0);
});

test("netstat shows who listens, and what the stack has counted: two pings and their replies, nothing else", async () => {
  const cmd = "httpd -q /www 8080 & ping 127.0.0.1 2; netstat; netstat -s";
  const { out, status } = await runGuest({ cmd });
  expect(out).toMatch(/^tcp +0 +\*:8080 +\*:\* +LISTEN +pid \d+$/m);
  const counts = new Map(
    [...out.matchAll(/^ +(\d+) ([a-z ]+)$/gm)].map(([, count, name]) => [name, Number(count)]),
  );
  expect(counts.size).toBe(35);
  const moved = Object.fromEntries([...counts].filter(([, count]) => count > 0));
  expect(moved).toEqual({ "ip in": 4, "ip out": 4, "icmp in": 4, "icmp out": 4 });
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
