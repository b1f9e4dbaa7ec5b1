// The console service as its clients see it: reads and writes that may be answered late, typed bytes, the log.

import { VFS_READ, VFS_WRITE } from "../../../abi/ops.ts";
import { RequestData } from "../harness/message.ts";
import { ServiceUnderTest } from "../harness/service.ts";
import { writeArguments } from "../shell/arguments.ts";
import { ConsoleKernel, type FakeUart, type Reply } from "./uart.ts";

export const HANDLE = 1;
export const NOTIFY_DRAIN = 1n << 32n;
export const NOTIFY_LOG = 1n << 33n;
const UART_INTERRUPT = 1n << 0n;
const FLAG_WINDOWS = 4;
const INLINE_MAX = 240;
const LATER = -(1n << 63n);

export interface Outcome {
  token: bigint;
  /** undefined: answered later */
  result?: number;
  data: string;
}

export class Console {
  readonly kernel = new ConsoleKernel();
  readonly service: ServiceUnderTest;

  /** terminal: argv "tty". before: changes the machine before the service starts. */
  constructor(terminal: boolean, before?: (kernel: ConsoleKernel) => void) {
    before?.(this.kernel);
    this.service = new ServiceUnderTest("console", this.kernel);
    writeArguments(this.service.memory, terminal ? ["console", "tty"] : ["console"]);
    this.startStatus = this.service.start();
  }

  readonly startStatus: number;

  get uart(): FakeUart {
    return this.kernel.uart;
  }

  /** What has been sent since the last look. */
  takeSent(): string {
    const { sent } = this.uart;
    this.uart.sent = "";
    return sent;
  }

  /** The late answers since the last look. */
  takeReplies(): Reply[] {
    return this.kernel.replies.splice(0);
  }

  read(size: number, handle = HANDLE, flags = 0): Outcome {
    return this.call(VFS_READ, new RequestData().u32(handle).u32(size).u64(-1n), flags);
  }

  write(text: string, handle = HANDLE): Outcome {
    const bytes = Buffer.from(text, "latin1");
    const data = new RequestData().u32(handle).u32(bytes.length).u64(-1n);
    if (bytes.length <= INLINE_MAX) return this.call(VFS_WRITE, data.bytes(bytes), 0);
    this.kernel.callerBytes.set(this.service.lastToken + 1n, bytes);
    return this.call(VFS_WRITE, data, FLAG_WINDOWS);
  }

  call(op: number, data: RequestData, flags = 0): Outcome {
    const answer = this.service.call(op, data, [], { flags });
    const late = answer.result === LATER;
    const text = late ? "" : answer.data.toString("latin1");
    return { token: this.service.lastToken, result: late ? undefined : Number(answer.result), data: text };
  }

  /** Delivers the UART's interrupt if it is pending and unmasked. */
  interrupt(): void {
    if (this.uart.interrupts) this.service.notify(UART_INTERRUPT);
  }

  /** Types bytes, as fast as the FIFO takes them. → how many arrived */
  type(text: string | number[]): number {
    const bytes = typeof text === "string" ? [...Buffer.from(text, "latin1")] : text;
    for (const [i, byte] of bytes.entries()) {
      if (!this.uart.arrive(byte)) {
        this.interrupt();
        if (!this.uart.arrive(byte)) return i;
      }
    }
    this.interrupt();
    return bytes.length;
  }

  /** The line takes `count` more bytes. */
  drain(count: number): void {
    this.uart.drain(count);
    this.interrupt();
  }

  notify(bits: bigint): void {
    this.service.notify(bits);
  }
}
