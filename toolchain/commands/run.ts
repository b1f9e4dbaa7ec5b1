// `hnx run [command]` and `make run-kernel`: builds, boots, and ends with the guest's exit status.
//
//   a command            run it, power off     standard input is the guest's console, its end an end-of-file (^D)
//   a terminal           a shell               Ctrl-C goes to the guest, Ctrl-A X ends QEMU
//   neither              boot until every service receives, power off; standard input is never read

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import os from "node:os";
import { parseArgs } from "node:util";
import { Failure } from "../common/failure.ts";
import { EXIT_USAGE, readMachineOptions } from "../common/options.ts";
import { type BootMode, QEMU, kernelCommandLine, qemuArguments } from "../common/qemu.ts";
import { build } from "../pipeline/build.ts";

const HELP = `usage: hnx run [--mem MIB] [--disk FILE]… [--hostfwd HOST:GUEST]… [--] [COMMAND…]

Builds and boots. With COMMAND: runs it in the guest, powers off and ends with its status. Without: a shell on a
terminal, otherwise boots until every service receives and powers off. Environment: CMD DISK DISK2… HOSTFWD MEM.
`;
/** End of transmission: what a terminal sends for end-of-file. */
const EOT = "\x04";
const SIGNAL_STATUS_BASE = 128;

interface RunArguments {
  help: boolean;
  environment: Record<string, string | undefined>;
}

function readArguments(args: string[]): RunArguments {
  const options = {
    help: { type: "boolean", short: "h" },
    mem: { type: "string" },
    disk: { type: "string", multiple: true },
    hostfwd: { type: "string", multiple: true },
  } as const;
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Failure(`hnx run: ${(error as Error).message}\n${HELP}`, EXIT_USAGE);
  }
  const { values, positionals } = parsed;
  const environment = { ...process.env };
  values.disk?.forEach((file, i) => (environment[i === 0 ? "DISK" : `DISK${i + 1}`] = file));
  if (values.mem) environment.MEM = values.mem;
  if (values.hostfwd) environment.HOSTFWD = values.hostfwd.join(",");
  if (positionals.length > 0) environment.CMD = positionals.join(" ");
  return { help: values.help ?? false, environment };
}

function standardStreams(mode: BootMode): StdioOptions {
  const input = mode === "boot" ? "ignore" : process.stdin.isTTY ? "inherit" : "pipe";
  return [input, "inherit", "inherit"];
}

/** Hands standard input on, and its end as the character that a console takes for it. */
function forwardInput(child: ChildProcess): void {
  const { stdin } = child;
  if (!stdin) return;
  stdin.on("error", () => process.stdin.destroy());
  process.stdin.pipe(stdin, { end: false });
  process.stdin.on("end", () => stdin.write(EOT));
}

function waitForExit(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Failure(`${QEMU} could not start: ${error.message}`)));
    child.on("exit", (code, signal) => {
      process.stdin.destroy();
      resolve(code ?? SIGNAL_STATUS_BASE + os.constants.signals[signal ?? "SIGTERM"]);
    });
  });
}

/** Builds, boots, and returns the guest's exit status. */
export async function runCommand(args: string[]): Promise<number> {
  const { help, environment } = readArguments(args);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const options = readMachineOptions(environment);
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const mode = options.command !== undefined ? "run" : terminal ? "shell" : "boot";
  await build();
  const append = kernelCommandLine(mode, options.command);
  const serial = mode === "shell" ? "mon:stdio" : "stdio";
  const child = spawn(QEMU, qemuArguments({ ...options, append, serial }), { stdio: standardStreams(mode) });
  forwardInput(child);
  return waitForExit(child);
}
