// The machine comes up, runs what it is told, and tells its status: the contract of DESIGN §2 as a user sees it.

import { describe, expect, test } from "vitest";
import { runGuest } from "./qemu.ts";

const DELEGATION_LINES = [
  "[INFO] ipc_services: initializing delegation framework",
  "[INFO] ipc_services: creating well-known service endpoints",
  "[INFO] ipc_services: created endpoint 1 for vfs",
  "[INFO] ipc_services: created endpoint 2 for network",
  "[INFO] ipc_services: created endpoint 3 for loader",
  "[INFO] ipc_services: created endpoint 4 for block",
  "[INFO] ipc_services: all well-known endpoints created",
  "[INFO] ipc_services: delegation framework ready",
];

describe("boot", () => {
  test("prints the eight lines in order, and ends by itself", async () => {
    const { out, status } = await runGuest();
    expect(out.split("\n").filter((line) => line.includes("ipc_services"))).toEqual(DELEGATION_LINES);
    expect(status).toBe(0);
  });

  test("each service receives on its endpoint from a process of its own", async () => {
    const { out } = await runGuest();
    const pids = ["vfs", "network", "loader", "block"].map((name, index) => {
      const match = new RegExp(
        `^\\[INFO\\] ${name}: receiving on endpoint ${index + 1} \\(pid (\\d+)\\)$`,
        "m",
      ).exec(out);
      expect(match, name).not.toBeNull();
      return match?.[1];
    });
    expect(new Set(pids).size).toBe(4);
  });

  test("runs at EL2 as well as at EL1", async () => {
    const { status } = await runGuest({ extraArgs: ["-machine", "virtualization=on"] });
    expect(status).toBe(0);
  });

  test("warns of random numbers that can be foretold, if the boot loader gives no seed", async () => {
    const warning = "no rng-seed from the boot loader";
    expect((await runGuest({})).out).not.toContain(warning);
    const without = await runGuest({ extraArgs: ["-machine", "dtb-randomness=off"] });
    expect(without.out).toContain(`[WARN] kernel: ${warning}`);
    expect(without.status).toBe(0);
  });

  test("uses the memory that there is, 64 MiB or 3 GiB", async () => {
    for (const memory_mib of [64, 3072]) {
      const { out, status } = await runGuest({ cmd: "cat /etc/motd", memory_mib });
      expect(out).toContain("Welcome to HNX");
      expect(status).toBe(0);
    }
  });
});

describe("commands", () => {
  test("a file is made, written, read and listed", async () => {
    const { out, status } = await runGuest({
      cmd: "mkdir /tmp/a; echo hello > /tmp/a/f; cat /tmp/a/f; ls /tmp/a",
    });
    expect(out).toMatch(/\nhello\nf\n$/);
    expect(status).toBe(0);
  });

  test("a missing file is named, and the status is cat's", async () => {
    const { out, status } = await runGuest({ cmd: "cat /nope" });
    expect(out).toContain("cat: /nope: No such file or directory\n");
    expect(status).toBe(1);
  });

  test("the last command's status is the machine's", async () => {
    expect((await runGuest({ cmd: "false; true" })).status).toBe(0);
    expect((await runGuest({ cmd: "true; false" })).status).toBe(1);
    expect((await runGuest({ cmd: "nosuch" })).status).toBe(127);
  });
});
