// /proc on the machine: a file system that is a service of its own, mounted by its endpoint.

import { expect, test } from "vitest";
import { runGuest } from "./qemu.ts";

const lines = (out: string): string[] =>
  out.split("\n").filter((line) => line !== "" && !line.startsWith("["));

test("processes and the machine's figures are files", async () => {
  const commands = [
    "cat /proc/1/status",
    "cat /proc/meminfo",
    "cat /proc/stat",
    "cat /proc/uptime",
    "cat /proc/endpoints",
    "ls -d /proc /proc/1",
    "cd /proc/1",
    "pwd",
    "cat status",
  ];
  const { out, status } = await runGuest({ cmd: commands.join("; ") });
  expect(status).toBe(0);
  expect(out).toMatch(/^Name:\tinit\nState:\t.*\nPid:\t1\nPPid:\t0\n/m);
  expect(out).toMatch(/^MemTotal:\t\d{6} kB\nMemFree:\t\d{6} kB$/m);
  expect(out).toMatch(/^processes \d+$/m);
  expect(out).toMatch(/^\d+\.\d\d$/m);
  expect(out).toMatch(/^1 up \d+ \d+ \d+$/m);
  expect(out).toContain("\n/proc/1\nName:\tinit\n");
});

test("what is not there, and what cannot be done, says so", async () => {
  const commands = [
    "cat /proc/4000000000",
    "cat /proc/1/nope",
    "cat /proc/1",
    "echo x > /proc/uptime",
    "rm /proc/uptime",
    "mkdir /proc/x",
    "mount 99999 /mnt service",
    "umount /proc",
  ];
  const { out } = await runGuest({ cmd: commands.join("; ") });
  const expected = [
    "cat: /proc/4000000000: No such file or directory",
    "cat: /proc/1/nope: No such file or directory",
    "cat: /proc/1: Is a directory",
    "/proc/uptime: Read-only file system",
    "rm: /proc/uptime: Read-only file system",
    "mkdir: /proc/x: Read-only file system",
    "mount: 99999: No such device",
    "umount: /proc: Device or resource busy",
  ];
  const said = lines(out);
  expected.forEach((text, i) => expect(said[i]).toContain(text));
});

test("mounted elsewhere it shows the same; restarted again and again it is read on", async () => {
  const rounds = Array.from({ length: 20 }, (_, i) => i).join(" ");
  const commands = [
    "mount 13 /mnt service",
    `for i in ${rounds}; do svc restart procfs; cat /proc/uptime /mnt/1/status | wc -l; done`,
    "umount /mnt",
    "ls /mnt",
  ];
  const { out, status } = await runGuest({ cmd: commands.join("; "), timeoutMs: 90_000 });
  expect(status).toBe(0);
  expect(lines(out)).toEqual(Array<string>(20).fill("11"));
});
