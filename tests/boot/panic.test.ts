// A fault of the kernel itself, provoked with gdb: one readable report, registers, a backtrace with function names, and
// the machine ends with the panic's status. A fault within the report ends it, too, without a second one.

import { execFile } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { startGuest } from "./qemu.ts";

const PANIC_STATUS = 70;
const STACK_GUARD_OFFSET = 16;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

/** → all that gdb printed. */
function runGdb(args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile("gdb-multiarch", args, { timeout: 20_000 }, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
}

/** Lets the kernel run to its first system call, does `commands` there, and lets it go on. */
async function breakKernel(commands: string[]): Promise<{ out: string; status: number | undefined }> {
  const port = await freePort();
  const guest = startGuest({ extraArgs: ["-S", "-gdb", `tcp:127.0.0.1:${port}`], timeoutMs: 20_000 });
  const script = [
    `target remote 127.0.0.1:${port}`,
    "hbreak kernel_syscall",
    "continue",
    ...commands,
    "detach",
  ];
  const args = ["-batch", "-nx", "build/hnx.elf", ...script.flatMap((command) => ["-ex", command])];
  // The guest's gdb port opens a moment after QEMU starts; gdb itself retries for 15 s.
  const gdb = runGdb(args);
  const result = await guest.finished();
  expect(result.out, await gdb).toContain("[ERROR] kernel:");
  return result;
}

const reports = (out: string): string[] =>
  out.split("\n").filter((line) => line.startsWith("[ERROR] kernel:"));

test("a jump into nothing is reported once, with registers and backtrace", { timeout: 60_000 }, async () => {
  const { out, status } = await breakKernel([
    "set $x7 = 0xabcdef",
    "set $x30 = $pc",
    "set $pc = 0xffffffc000001000",
  ]);
  expect(reports(out)).toHaveLength(1);
  expect(reports(out)[0]).toMatch(/instruction abort at 0xffffffc000001000, syndrome 0x86[0-9a-f]+, in /);
  expect(out).toMatch(/x7=0xabcdef\b/);
  expect(status).toBe(PANIC_STATUS);
});

test("a stack that runs into its guard page is called that", { timeout: 60_000 }, async () => {
  const { out, status } = await breakKernel([`set $sp = (long)&_stack_guard + ${STACK_GUARD_OFFSET}`]);
  expect(reports(out)).toHaveLength(1);
  expect(reports(out)[0]).toContain("stack overflow at 0xffffffc0002");
  expect(status).toBe(PANIC_STATUS);
});
