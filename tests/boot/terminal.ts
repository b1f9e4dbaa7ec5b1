// A pseudo-terminal with `make run-kernel` in it, as a person has it. `script` (bsdutils, on every Debian) makes it: what is
// written to its standard input is typed, what the terminal is shown is its output.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

const POLL_MS = 20;

/** Takes escape sequences and carriage returns out of what comes in pieces, of which any may end within a sequence. */
export class PlainText {
  private held = "";

  take(piece: string): string {
    const text = this.held + piece;
    this.held = /\x1b(?:\[[0-9;?]*)?$/.exec(text)?.[0] ?? "";
    const whole = text.slice(0, text.length - this.held.length);
    return whole.replaceAll(/\x1b(?:\[[0-9;?]*[A-Za-z]|[78])|\r/g, "");
  }
}

export class Terminal {
  /** Everything shown so far, escape sequences and carriage returns taken out. */
  shown = "";
  private readonly child: ChildProcessWithoutNullStreams;
  private status: number | null = null;
  private looked = 0;

  constructor(command: string) {
    this.child = spawn("script", ["-q", "-e", "-c", command, "/dev/null"], {
      env: { ...process.env, TERM: "xterm", CMD: undefined },
      detached: true,
    });
    const plain = new PlainText();
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => (this.shown += plain.take(text)));
    this.child.on("close", (code) => (this.status = code ?? -1));
  }

  type(keys: string): void {
    this.child.stdin.write(keys);
  }

  /** Waits until something is shown behind what was waited for last. → the match */
  async see(what: RegExp | string, timeout_ms = 30_000): Promise<RegExpExecArray> {
    const pattern =
      typeof what === "string" ? new RegExp(what.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")) : what;
    for (let waited = 0; waited < timeout_ms; waited += POLL_MS) {
      const match = pattern.exec(this.shown.slice(this.looked));
      if (match) {
        this.looked += match.index + match[0].length;
        return match;
      }
      if (this.status !== null)
        throw new Error(`ended with ${this.status} before ${pattern}:\n${this.shown}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`no ${pattern} within ${timeout_ms} ms behind:\n${this.shown.slice(-2000)}`);
  }

  /** Types a command and waits for the prompt after it. → what it printed */
  async run(command: string): Promise<string> {
    this.type(`${command}\r`);
    await this.see(/\n/);
    return (await this.see(/^([^]*?)hnx\$ /))[1];
  }

  /** Waits until all is over. → exit status */
  async ended(timeout_ms = 30_000): Promise<number> {
    for (let waited = 0; this.status === null && waited < timeout_ms; waited += POLL_MS)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (this.status === null) throw new Error(`does not end:\n${this.shown.slice(-2000)}`);
    return this.status;
  }

  /** Ends whatever still runs in it. */
  close(): void {
    if (this.status === null && this.child.pid !== undefined) process.kill(-this.child.pid, "SIGKILL");
  }
}
