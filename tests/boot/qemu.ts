// Starts HNX in QEMU for a test and collects what it prints. Used by every boot test.
// The images must be built before (make test does it). The test initrd is used, which has every program.
//
//   const { out, status } = await runGuest({ cmd: "cat /etc/motd" });          runs to the end
//   const guest = startGuest({ cmd: "httpd", forwards: [{ host, guest: 80 }] });   a machine to talk to
//   await guest.waitFor("listening"); …; await guest.stop();

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { TEST_INITRD } from "../../toolchain/common/paths.ts";
import { QEMU, kernelCommandLine, qemuArguments } from "../../toolchain/common/qemu.ts";

export interface GuestOptions {
  /** The shell command to run; without one the machine boots until every service receives, and powers off. */
  cmd?: string;
  initrd?: string;
  /** A kernel image other than the build's. */
  kernel?: string;
  /** Replaces the whole kernel command line. */
  append?: string;
  /** Added to the kernel command line before "--". */
  bootArguments?: string;
  timeoutMs?: number;
  extraArgs?: readonly string[];
  disks?: string[];
  forwards?: { host: number; guest: number }[];
  /** A network card, with or without forwards. */
  network?: boolean;
  memory_mib?: number;
  /** Typed on the guest's console as soon as it starts. */
  input?: string;
}

export interface GuestResult {
  /** Everything the guest printed, with line ends as "\n". */
  out: string;
  /** The guest's exit status; undefined when it was stopped because its time was up. */
  status: number | undefined;
  /** What QEMU itself said. */
  qemu: string;
}

const TIMEOUT_DEFAULT_MS = 30_000;
const MEMORY_DEFAULT_MIB = 256;
const STATUS_BY_SIGNAL = 128;

function commandLine({ cmd, append, bootArguments }: GuestOptions): string {
  if (append !== undefined) return append;
  return kernelCommandLine(cmd === undefined ? "boot" : "run", cmd, bootArguments);
}

function start(options: GuestOptions): ChildProcessWithoutNullStreams {
  const args = qemuArguments({
    disks: options.disks ?? [],
    forwards: options.forwards ?? [],
    network: options.network,
    memory_mib: options.memory_mib ?? MEMORY_DEFAULT_MIB,
    append: commandLine(options),
    initrd: options.initrd ?? TEST_INITRD,
    kernel: options.kernel,
    extra: options.extraArgs,
  });
  return spawn(QEMU, args, { stdio: ["pipe", "pipe", "pipe"] });
}

/** A running machine. stop() or finished() ends every use. */
export class Guest {
  out = "";
  private qemu = "";
  private exited = false;
  private timedOut = false;
  private waiters: (() => void)[] = [];
  private readonly exit: Promise<number>;

  constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    timeout_ms: number,
  ) {
    const timer = setTimeout(() => {
      this.timedOut = true;
      child.kill("SIGKILL");
    }, timeout_ms);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.out += text.replaceAll("\r", "");
      this.wake();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.qemu += text));
    child.stdin.on("error", () => undefined);
    this.exit = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        clearTimeout(timer);
        this.exited = true;
        this.wake();
        resolve(code ?? STATUS_BY_SIGNAL);
      });
    });
  }

  private wake(): void {
    this.waiters.splice(0).forEach((waiter) => waiter());
  }

  /** Types `text` on the guest's console. */
  type(text: string): void {
    this.child.stdin.write(text);
  }

  /** Waits until the guest has printed `text`; throws when it ends without that. */
  async waitFor(text: string | RegExp): Promise<void> {
    const found = (): boolean => (typeof text === "string" ? this.out.includes(text) : text.test(this.out));
    while (!found()) {
      if (this.exited)
        throw new Error(`the guest ended without printing ${String(text)}:\n${this.out}${this.qemu}`);
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
  }

  /** Waits until the machine has powered off. */
  async finished(): Promise<GuestResult> {
    const status = await this.exit;
    return { out: this.out, status: this.timedOut ? undefined : status, qemu: this.qemu };
  }

  /** Pulls the plug, as a power cut would, and returns what was printed. */
  async stop(): Promise<GuestResult> {
    this.child.kill("SIGKILL");
    return this.finished();
  }
}

/** Starts a machine and returns at once. */
export function startGuest(options: GuestOptions = {}): Guest {
  const guest = new Guest(start(options), options.timeoutMs ?? TIMEOUT_DEFAULT_MS);
  if (options.input !== undefined) guest.type(options.input);
  return guest;
}

/** Starts a machine and waits until it has powered off, or stops it when its time is up. */
export function runGuest(options: GuestOptions = {}): Promise<GuestResult> {
  return startGuest(options).finished();
}
