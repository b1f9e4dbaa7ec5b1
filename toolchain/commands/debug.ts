// `hnx debug` and `make debug`: QEMU halted before its first instruction, and gdb, which runs to kernelMain and shows
// its TypeScript line. The guest's serial output goes to build/debug-serial.log. With GDB_BATCH=1 gdb prints where
// it stopped and quits, which is how a test looks at it.

import { spawn, spawnSync } from "node:child_process";
import { openSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { Failure } from "../common/failure.ts";
import { readMachineOptions } from "../common/options.ts";
import { BUILD_DIR, KERNEL_ELF, USER_DIR } from "../common/paths.ts";
import { QEMU, kernelCommandLine, qemuArguments } from "../common/qemu.ts";
import { build } from "../pipeline/build.ts";
import { mangle } from "../pipeline/lines.ts";
import { writeOutput } from "../common/stamp.ts";
import { handledByHelp } from "./usage.ts";

const HELP = `usage: hnx debug

Boots halted on a gdb port and starts gdb, which stops in kernelMain. In gdb, \`program NAME\` adds the symbols of a
user program. Environment: CMD and the other variables of \`hnx run\`; GDB_BATCH=1 prints the stop and quits.
`;
const GDB = "gdb-multiarch";
const SCRIPT = `${BUILD_DIR}/debug.gdb`;
const SERIAL_LOG = `${BUILD_DIR}/debug-serial.log`;
const STOP_FUNCTION = "kernel/main/kernelMain";
/** The stop comes within a second of the guest's start. */
const BATCH_TIMEOUT_MS = 60_000;

/** A TCP port that nothing listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** gdb's commands; the batch form prints the stop and ends the machine. */
export function debugScript(port: number, batch: boolean): string {
  return [
    "set confirm off",
    "set pagination off",
    `file ${KERNEL_ELF}`,
    "define program",
    `  add-symbol-file ${USER_DIR}/$arg0.elf`,
    "end",
    `target remote 127.0.0.1:${port}`,
    `hbreak w2c_kernel_${mangle(STOP_FUNCTION)}`,
    "continue",
    ...(batch ? ["backtrace", "list", "kill", "quit"] : []),
    "",
  ].join("\n");
}

/** Debugs the kernel; the status is gdb's. */
export async function debugCommand(args: string[]): Promise<number> {
  if (handledByHelp(args, HELP)) return 0;
  const options = readMachineOptions(process.env);
  const batch = (process.env.GDB_BATCH ?? "") !== "";
  await build();
  const port = await freePort();
  writeOutput(SCRIPT, debugScript(port, batch));
  const append = kernelCommandLine(options.command === undefined ? "boot" : "run", options.command);
  const extra = ["-S", "-gdb", `tcp:127.0.0.1:${port}`];
  const log = openSync(SERIAL_LOG, "w");
  const machine = spawn(QEMU, qemuArguments({ ...options, append, extra }), {
    stdio: ["ignore", log, "inherit"],
  });
  machine.on("error", (error) => process.stderr.write(`${QEMU} could not start: ${error.message}\n`));
  try {
    const mode = batch ? ["-batch"] : [];
    const timeout = batch ? BATCH_TIMEOUT_MS : undefined;
    const gdb = spawnSync(GDB, ["-nx", "-q", ...mode, "-x", SCRIPT], { stdio: "inherit", timeout });
    if (gdb.error) throw new Failure(`${GDB}: ${gdb.error.message}`);
    return gdb.status ?? 1;
  } finally {
    machine.kill("SIGKILL");
  }
}
