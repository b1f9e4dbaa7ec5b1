// The tools that tell of the machine, on the machine.

import { expect, test } from "vitest";
import { runGuest } from "./qemu.ts";

test("ps and ipcstat show the services where the boot log says they are", async () => {
  const { out, status } = await runGuest({ cmd: "ps; ipcstat" });
  expect(status).toBe(0);
  for (const [name, endpoint] of Object.entries({ console: 5, vfs: 1, network: 2, block: 4, loader: 3 })) {
    const pid = new RegExp(`${name}: receiving on endpoint ${endpoint} \\(pid (\\d+)\\)`).exec(out)?.[1];
    expect(out).toMatch(new RegExp(`^ +${pid} +1 [WR] .* ${name}$`, "m"));
    expect(out).toMatch(new RegExp(`^ +${endpoint} up +${pid} .* ${name}$`, "m"));
  }
  expect(out).toMatch(/^ +\d+ +\d+ R .* ps$/m);
});

test("a script is run by whatever program starts it, and says so in no log", async () => {
  const make = "echo '#!/bin/echo by script' > /tmp/s; chmod 755 /tmp/s";
  const { out } = await runGuest({ cmd: `${make}; echo a b | xargs /tmp/s; env /tmp/s c` });
  expect(out).toContain("by script /tmp/s a b\n");
  expect(out).toContain("by script /tmp/s c\n");
  expect(out).not.toContain("not a program");
});

test("dmesg repeats the log; date is this host's", async () => {
  const { out } = await runGuest({ cmd: "dmesg; date -s; uptime" });
  expect(out.split("[INFO] ipc_services: delegation framework ready").length).toBe(3);
  const seconds = Number(/^(\d{9,})$/m.exec(out)?.[1]);
  expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(30);
  expect(out).toMatch(/^up 00:00:\d\d, \d+ processes$/m);
});

test("processor time goes to who uses it", async () => {
  const { out } = await runGuest({ cmd: "crash spin & sleep 1; top -n 1; kill crash; wait; ps" });
  const load = Number(/^ +\d+ R +(\d+)\.\d .* crash$/m.exec(out)?.[1]);
  expect(load).toBeGreaterThan(60);
  expect(out.slice(out.indexOf("PPID"))).not.toContain("crash");
});

test("a process ends only what descends from it", async () => {
  const { out, status } = await runGuest({ cmd: "kill 3; kill -9 vfs; kill nobody" });
  expect(status).toBe(1);
  expect(out).toContain("sh: kill: 3: Operation not permitted\n");
  expect(out).toContain("sh: kill: vfs: Operation not permitted\n");
  expect(out).toContain("sh: kill: nobody: no such process of this shell\n");
});

test("cp leaves a file alone that is its own target, by whatever name", async () => {
  const commands = [
    "cd /tmp",
    "echo data > a",
    "ln a b",
    "ln -s a c",
    "mkdir d",
    ...["cp a a", "cp a ./a", "cp a b", "cp a c", "cp a .", "cp -r d d"].map(
      (command) => `${command}; echo $?`,
    ),
    "cat a",
    "cp a /tmp/d; cat d/a",
  ];
  const { out } = await runGuest({ cmd: commands.join("; ") });
  const said = out.split("\n").filter((line) => !line.startsWith("["));
  expect(said.filter((line) => line.includes("is the same file as "))).toHaveLength(5);
  expect(said.filter((line) => line === "1")).toHaveLength(6);
  expect(said.filter((line) => line === "data")).toHaveLength(2);
});
