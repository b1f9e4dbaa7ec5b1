// `hnx run [command]` and `make run-kernel`: builds, boots, and ends with the guest's exit status.
//
//   a command            run it, power off     standard input is the guest's console, its end an end-of-file (^D)
//   a terminal           a shell               Ctrl-C goes to the guest, Ctrl-A X ends QEMU
//   neither              boot until every service receives, power off; standard input is never read
//
// With TRACE=FILE or --trace FILE a trace of the run is left in FILE.

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import os from "node:os";
import { Failure } from "../common/failure.ts";
import { EXIT_USAGE, readMachineOptions } from "../common/options.ts";
import { type BootMode, QEMU, hasRoomForNetwork, kernelCommandLine, qemuArguments } from "../common/qemu.ts";
import { Relay } from "../common/relay.ts";
import { build } from "../pipeline/build.ts";
import { TraceRecording } from "../trace/recording.ts";

const HELP = `usage: hnx run [--mem MIB] [--disk FILE]… [--hostfwd HOST:GUEST]… [--trace FILE] [--] [COMMAND…]

Builds and boots. With COMMAND: runs it in the guest, powers off and ends with its status. Without: a shell on a
terminal, otherwise boots until every service receives and powers off. With --trace FILE the kernel records what happens,
and FILE is a Chrome trace of it (docs/TRACE.md). Environment: CMD DISK DISK2… HOSTFWD MEM TRACE.
`;
/** End of transmission: what a terminal sends for end-of-file. */
const EOT = "\x04";
/** ^] goes to QEMU (`^] x` ends it) and not to the guest: its own choice, ^A, is a key of the shell's line editor. */
const ESCAPE_CHARACTER = 0x1d;
const SIGNAL_STATUS_BASE = 128;

interface RunArguments {
  help: boolean;
  environment: Record<string, string | undefined>;
}

/** Option → the variable that it sets; --disk sets DISK, DISK2 … in turn, --hostfwd collects. */
const OPTIONS: Record<string, string> = {
  "--mem": "MEM",
  "--disk": "DISK",
  "--hostfwd": "HOSTFWD",
  "--trace": "TRACE",
};

function setOption(
  environment: RunArguments["environment"],
  option: string,
  value: string,
  disks: number,
): void {
  const variable = OPTIONS[option];
  if (option === "--disk" && disks > 1) environment[`${variable}${disks}`] = value;
  else if (option === "--hostfwd" && environment[variable]) environment[variable] += `,${value}`;
  else environment[variable] = value;
}

/** Reads options up to the first word that is none; everything from there on is the guest's command. */
export function readRunArguments(
  args: readonly string[],
  variables: RunArguments["environment"],
): RunArguments {
  const environment = { ...variables };
  let disks = 0;
  let at = 0;
  for (; at < args.length && args[at].startsWith("-"); at += 2) {
    const option = args[at];
    if (option === "--help" || option === "-h") return { help: true, environment };
    if (option === "--") break;
    if (!Object.hasOwn(OPTIONS, option))
      throw new Failure(`hnx run: unknown option ${option}\n${HELP}`, EXIT_USAGE);
    if (at + 1 >= args.length) throw new Failure(`hnx run: ${option} needs a value\n${HELP}`, EXIT_USAGE);
    if (option === "--disk") disks++;
    setOption(environment, option, args[at + 1], disks);
  }
  const command = args.slice(args[at] === "--" ? at + 1 : at);
  if (command.length > 0) environment.CMD = command.join(" ");
  return { help: false, environment };
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
  const { help, environment } = readRunArguments(args, process.env);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const options = readMachineOptions(environment);
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const mode = options.command !== undefined ? "run" : terminal ? "shell" : "boot";
  await build();
  const recording = environment.TRACE ? new TraceRecording(environment.TRACE) : undefined;
  const append = kernelCommandLine(mode, options.command, recording?.bootArgument);
  const serial = mode === "shell" ? "mon:stdio" : "stdio";
  const network = hasRoomForNetwork(options.disks);
  const extra = mode === "shell" ? ["-echr", String(ESCAPE_CHARACTER)] : [];
  const relay = await Relay.open(options.forwards);
  const { forwards } = relay;
  const child = spawn(QEMU, qemuArguments({ ...options, forwards, network, append, serial, extra }), {
    stdio: standardStreams(mode),
  });
  forwardInput(child);
  const status = await waitForExit(child).finally(() => relay.close());
  recording?.finish();
  return status;
}
