// Supervision on the machine: every service is killed again and again in the middle of its work, hangs, and is replaced by a new
// program. space/apps/selftest-supervision does it and checks that nothing hangs, is damaged or is lost. HNX_SEED replays a run.

import { createSocket } from "node:dgram";
import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { initrdWithKiller } from "./manifest.ts";
import { runGuest } from "./qemu.ts";

const KILLS = 20;
const SEED = Number(process.env.HNX_SEED ?? Math.floor(Math.random() * 2 ** 31));
const TIMEOUT_MS = 150_000;
const SECTOR = 512;
const SECTORS = 4096;
const DISK = "build/test/supervision.img";
/** Counting instructions makes times independent of the host's load; without sleeping, back-offs take no time at all. */
const COUNTING = ["-icount", "shift=0,sleep=off"];
/** A disk and a network are the host's, and take the host's time. */
const COUNTING_WITH_HOST = ["-icount", "shift=0"];
const OF_THE_HOST = ["block", "netdriver"];

/** Every word of a sector is the sector's number. */
function makeDisk(): void {
  const image = Buffer.alloc(SECTORS * SECTOR);
  for (let at = 0; at < image.length; at += 4) image.writeUInt32LE(Math.floor(at / SECTOR), at);
  mkdirSync("build/test", { recursive: true });
  writeFileSync(DISK, image);
}

/** What the network driver's workload talks to: sends back what comes. */
const echo = createSocket("udp4").on("message", (data, from) => echo.send(data, from.port, from.address));

beforeAll(async () => {
  makeDisk();
  await new Promise<void>((resolve) => echo.bind(0, "127.0.0.1", resolve));
});
afterAll(() => echo.close());

describe(`killed ${KILLS} times while programs use it (seed ${SEED}), is back in time, and loses nothing:`, () => {
  test.each(["vfs", "block", "network", "netdriver", "loader", "console"])(
    "%s",
    async (service) => {
      const { out, status } = await runGuest({
        cmd: `export ECHO_PORT=${echo.address().port}; selftest-supervision ${service} ${KILLS} ${SEED}; svc`,
        initrd: initrdWithKiller("always"),
        disks: [DISK],
        network: service === "netdriver",
        bootArguments: service === "netdriver" ? "ip=10.0.2.15/24,10.0.2.2" : undefined,
        extraArgs: OF_THE_HOST.includes(service) ? COUNTING_WITH_HOST : COUNTING,
        timeoutMs: TIMEOUT_MS,
      });
      expect(out).toMatch(new RegExp(`selftest-supervision: ${service}: 23 kills, at most`));
      expect(out).toContain("selftest-supervision: 0 wrong\n");
      expect(out).toMatch(new RegExp(`^${service} +running +\\d+ +\\d+ +23$`, "m"));
      expect(out).toMatch(/^service-killer +running /m);
      expect(status).toBe(0);
    },
    TIMEOUT_MS + 10_000,
  );
});

describe("a hung service is ended and started again when it", () => {
  test.each(["sleep", "spin"])(
    "%ss",
    async (how) => {
      // The processor is busy while a service spins: counted instructions would take minutes for seconds.
      const { out, status } = await runGuest({
        cmd: `selftest-supervision hang ${how}`,
        extraArgs: how === "sleep" ? COUNTING : [],
        timeoutMs: TIMEOUT_MS,
      });
      expect(out).toMatch(/network \(pid \d+\) does not answer: ended\n/);
      expect(out).toContain("selftest-supervision: 0 wrong\n");
      expect(status).toBe(0);
    },
    TIMEOUT_MS + 10_000,
  );
});

test("svc update replaces each service from a file, and what it serves goes on", async () => {
  const services = ["console", "vfs", "network", "block", "loader"];
  const updates = services.map((name) => `cat /sbin/${name} > /tmp/new; svc update ${name} /tmp/new`);
  const { out, status } = await runGuest({
    cmd: `echo kept > /tmp/kept; ${updates.join("; ")}; svc; cat /tmp/kept; selftest-net`,
    disks: [DISK],
  });
  for (const name of services) expect(out).toMatch(new RegExp(`^${name} +running +\\d+ +\\d+ +1$`, "m"));
  expect(out).toContain("\nkept\n");
  expect(out).not.toContain("svc:");
  expect(status).toBe(0);
});

test("svc update replaces the network card's driver, and packets go on", async () => {
  const update = "cat /sbin/netdriver > /tmp/new; svc update netdriver /tmp/new";
  const { out, status } = await runGuest({
    cmd: `ip -w; ping 10.0.2.2 1; ${update}; svc; ip -w; ping 10.0.2.2 1`,
    network: true,
  });
  expect(out).toMatch(/^netdriver +running +\d+ +15 +1$/m);
  expect(out.match(/1 sent, 1 received/g)).toHaveLength(2);
  expect(status).toBe(0);
});

test("svc update of what is no program changes nothing", async () => {
  const { out } = await runGuest({ cmd: "svc update vfs /etc/motd; svc update none /sbin/vfs; svc" });
  expect(out).toContain("svc: vfs /etc/motd: Exec format error\n");
  expect(out).toContain("svc: none /sbin/vfs: No such file or directory\n");
  expect(out).toMatch(/^vfs +running +\d+ +1 +0$/m);
});
