// The part of gdb's remote protocol that walking needs (GDB manual, appendix E), spoken to QEMU's stub over a Unix socket: one
// breakpoint, single steps, registers. Called by walk.ts.
//
//   packet  $data#xx   xx: sum of data's bytes modulo 256, two hexadecimal digits; each is acknowledged with +
//
// QEMU keeps interrupts and timers away while it steps.

import { type Socket, connect } from "node:net";
import { Failure } from "../common/failure.ts";

const PACKET = /\$([^#]*)#[0-9a-f]{2}/;
const REGISTER_PC = 32; // x0–x30, sp, pc: QEMU's aarch64-core.xml
const HARDWARE_BREAKPOINT = 1;
const INSTRUCTION_BYTES = 4;
const CONNECT_RETRY_MS = 20;
const CONNECT_TIMEOUT_MS = 10_000;
const CONNECT_TRIES = CONNECT_TIMEOUT_MS / CONNECT_RETRY_MS;

function checksum(data: string): string {
  const sum = [...Buffer.from(data, "latin1")].reduce((total, byte) => total + byte, 0);
  return (sum & 0xff).toString(16).padStart(2, "0");
}

function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}

export class GdbRemote {
  private received = "";
  private waiting?: (data: string) => void;
  private closed = false;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.received += text;
      this.deliver();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.closed = true;
      this.deliver();
    });
  }

  /** Connects to the stub, which opens its socket a moment after QEMU starts. */
  static async connect(path: string): Promise<GdbRemote> {
    for (let i = 0; i < CONNECT_TRIES; i++) {
      const socket = await tryConnect(path);
      if (socket) {
        const remote = new GdbRemote(socket);
        // QEMU tells single registers only to those that have read their description.
        await remote.ask("qXfer:features:read:target.xml:0,100");
        return remote;
      }
      await new Promise((resolve) => setTimeout(resolve, CONNECT_RETRY_MS));
    }
    throw new Failure(`QEMU's gdb stub does not answer at ${path}`);
  }

  /** Hands the next packet to whoever waits for it; an empty one when the machine is gone. */
  private deliver(): void {
    if (!this.waiting) return;
    const match = PACKET.exec(this.received);
    if (!match && !this.closed) return;
    const waiting = this.waiting;
    this.waiting = undefined;
    if (match) {
      this.received = this.received.slice(match.index + match[0].length);
      this.socket.write("+");
    }
    waiting(match ? match[1] : "");
  }

  private async ask(data: string): Promise<string> {
    this.socket.write(`$${data}#${checksum(data)}`, "latin1");
    const answer = await new Promise<string>((resolve) => {
      this.waiting = resolve;
      this.deliver();
    });
    if (answer === "" || answer.startsWith("E"))
      throw new Failure(`gdb stub: "${data}" was answered "${answer}"`);
    return answer;
  }

  async register(number: number): Promise<bigint> {
    const hex = await this.ask(`p${number.toString(16)}`);
    return Buffer.from(hex, "hex").readBigUInt64LE(0);
  }

  pc(): Promise<bigint> {
    return this.register(REGISTER_PC);
  }

  /** Runs until the next instruction is the one at `address`, which the machine leaves first if it stands there. */
  async runTo(address: bigint): Promise<void> {
    const breakpoint = `${HARDWARE_BREAKPOINT},${address.toString(16)},${INSTRUCTION_BYTES}`;
    await this.step();
    await this.ask(`Z${breakpoint}`);
    await this.ask("c");
    await this.ask(`z${breakpoint}`);
  }

  /** Executes one instruction. */
  async step(): Promise<void> {
    await this.ask("s");
  }

  close(): void {
    this.socket.destroy();
  }
}
