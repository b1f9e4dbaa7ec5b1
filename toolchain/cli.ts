// Entry of every command: `hnx <command> …`, and what the Makefile's targets call. Exit status: the command's own
// (for `run` the guest's), 1 for a failure, 64 for a wrong command line.

import { Failure, describeError } from "./common/failure.ts";
import { EXIT_USAGE } from "./common/options.ts";
import { enterRoot } from "./common/paths.ts";

interface Command {
  summary: string;
  load(): Promise<(args: string[]) => Promise<number>>;
}

const COMMANDS: Record<string, Command> = {
  run: {
    summary: "boot and run a command, or a shell on a terminal",
    load: async () => (await import("./commands/run.ts")).runCommand,
  },
  build: {
    summary: "compile what has changed: everything, or the modules named",
    load: async () => (await import("./commands/build.ts")).buildCommand,
  },
  image: {
    summary: "build the kernel image and the initrd, and say where they are",
    load: async () => (await import("./commands/image.ts")).imageCommand,
  },
  debug: {
    summary: "QEMU halted on a gdb port, and gdb with .ts source lines",
    load: async () => (await import("./commands/debug.ts")).debugCommand,
  },
  test: {
    summary: "run the tests: all parts, or those named",
    load: async () => (await import("./commands/test.ts")).testCommand,
  },
  soak: {
    summary: "run random histories of the kernel under Node for MINUTES minutes, or one seed's again",
    load: async () => (await import("./commands/soak.ts")).soakCommand,
  },
  lint: {
    summary: "check types, style and the house rules",
    load: async () => (await import("./commands/lint.ts")).lintCommand,
  },
  bench: {
    summary: "count instructions per operation",
    load: async () => (await import("./commands/bench.ts")).benchCommand,
  },
  "bench-check": {
    summary: "compare the benchmarks with the recorded ones",
    load: async () => (await import("./commands/bench.ts")).benchCheckCommand,
  },
  "soak-messages": {
    summary: "millions of messages between clients of mixed priorities, each checked",
    load: async () => (await import("./commands/soak_messages.ts")).soakMessagesCommand,
  },
  "new-program": {
    summary: "lay out a program that builds, boots and passes its own tests",
    load: async () => (await import("./commands/new.ts")).newProgramCommand,
  },
  "new-service": {
    summary: "lay out a service, with a client and an entry in system.json",
    load: async () => (await import("./commands/new.ts")).newServiceCommand,
  },
  setup: {
    summary: "install what is missing (every other command does it too)",
    load: async () => async () => 0,
  },
};

function helpText(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return ["usage: hnx COMMAND [ARGUMENTS]   (hnx COMMAND --help says more)", "", ...lines, ""].join("\n");
}

async function main(argv: string[]): Promise<number> {
  const [name, ...args] = argv;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    process.stdout.write(helpText());
    return name === undefined ? EXIT_USAGE : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new Failure(`hnx: there is no command "${name}"\n${helpText()}`, EXIT_USAGE);
  return (await command.load())(args);
}

enterRoot();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = error instanceof Failure ? error.exitCode : 1;
}
