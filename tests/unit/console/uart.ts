// A PL011 (only what the driver uses, by its reference manual) and the kernel around the console service.

import { DEVICE_UART } from "../../../abi/construct.ts";
import { EINVAL, ESRCH } from "../../../abi/errno.ts";
import { MAX_COPY_SLICE } from "../../../abi/limits.ts";
import {
  SYS_DRIVER_REGISTER,
  SYS_IRQ_ACK,
  SYS_LOG_READ,
  SYS_MAP_MMIO,
  SYS_MSG_READ,
  SYS_REQUEST_IRQ,
} from "../../../abi/syscall.ts";
import { FakeKernel } from "../harness/fake_kernel.ts";

const PAGE = 4096;
const MESSAGE_DATA = 0x1080;
const REGISTER = { DR: 0x00, FR: 0x18, LCRH: 0x2c, CR: 0x30, IFLS: 0x34, IMSC: 0x38, ICR: 0x44 };
const RECEIVE = 1 << 4;
const TRANSMIT = 1 << 5;
const FEN = 1 << 4;
const FIFO_SIZE = 16;

export class FakeUart {
  /** Everything sent, in order. */
  sent = "";
  /** Bytes the transmit FIFO still takes; Infinity: the line is never busy. */
  room = Infinity;
  mask = 0;
  pending = 0;
  control = 0;
  lcrh = 0;
  /** Bytes in the receive FIFO, as DR reads: error bits in 8–11. */
  receiveFifo: number[] = [];

  get fifoDepth(): number {
    return this.lcrh & FEN ? FIFO_SIZE : 1;
  }

  get interrupts(): boolean {
    return (this.mask & this.pending) !== 0;
  }

  /** A byte arrives from outside. → whether the FIFO took it */
  arrive(value: number): boolean {
    if (this.receiveFifo.length >= this.fifoDepth) return false;
    this.receiveFifo.push(value);
    this.pending |= RECEIVE;
    return true;
  }

  /** The line takes `count` bytes out of the transmit FIFO. */
  drain(count: number): void {
    this.room = count;
    this.pending |= TRANSMIT;
  }

  read(register: number): number {
    if (register === REGISTER.FR)
      return (this.receiveFifo.length ? 0 : 1 << 4) | (this.room > 0 ? 0 : 1 << 5);
    if (register === REGISTER.LCRH) return this.lcrh;
    if (register !== REGISTER.DR) throw new Error(`read of register ${register}`);
    const value = this.receiveFifo.shift();
    if (value === undefined) throw new Error("read of an empty receive FIFO");
    return value;
  }

  write(register: number, value: number): void {
    if (register === REGISTER.DR) {
      if (this.room <= 0) throw new Error("write to a full transmit FIFO");
      this.room--;
      this.sent += String.fromCharCode(value);
    } else if (register === REGISTER.LCRH) {
      if (this.control) throw new Error("LCRH written while the UART is on");
      if ((value ^ this.lcrh) & FEN) this.receiveFifo = [];
      this.lcrh = value;
    } else if (register === REGISTER.IMSC) this.mask = value;
    else if (register === REGISTER.ICR) this.pending &= ~value;
    else if (register === REGISTER.CR) this.control = value;
    else if (register !== REGISTER.IFLS) throw new Error(`write of register ${register}`);
  }
}

export interface Reply {
  token: bigint;
  result: bigint;
  data: string;
}

/** The kernel, with the log, the device and the calls that wait. */
export class ConsoleKernel extends FakeKernel {
  readonly uart = new FakeUart();
  /** What the kernel has logged and nobody has read. */
  logText = "";
  /** Bytes behind window 0 of each call that waits. */
  readonly callerBytes = new Map<bigint, Buffer>();
  /** Late answers. */
  replies: Reply[] = [];
  /** Callers that died: an answer to them is -ESRCH. */
  readonly dead = new Set<bigint>();
  acknowledged = 0;
  /** Offset of the device in its page. */
  offset = 0;
  deviceError = 0;
  private base = -1;

  constructor() {
    super();
    this.handlers.set(SYS_MAP_MMIO, ([kind, index, address]) => {
      if (this.deviceError) return this.deviceError;
      if (Number(kind) !== DEVICE_UART || index !== 0n || Number(address) % PAGE) return -EINVAL;
      this.slice(Number(address), PAGE);
      this.base = Number(address) + this.offset;
      return this.offset;
    });
    this.handlers.set(SYS_REQUEST_IRQ, () => 0);
    this.handlers.set(SYS_DRIVER_REGISTER, () => 0);
    this.handlers.set(SYS_IRQ_ACK, () => {
      this.acknowledged++;
      return 0;
    });
    this.handlers.set(SYS_LOG_READ, ([address, size]) => this.readLog(Number(address), Number(size)));
    this.handlers.set(SYS_MSG_READ, (args) => this.readCaller(args));
  }

  override imports(): WebAssembly.Imports {
    const { sys } = super.imports();
    const registerOf = (address: number): number => {
      const register = address - this.base;
      if (this.base < 0 || register < 0 || register >= PAGE) throw new Error(`no device at ${address}`);
      return register;
    };
    const device = {
      mmioRead32: (address: number) => this.uart.read(registerOf(address)),
      mmioWrite32: (address: number, value: number) => this.uart.write(registerOf(address), value),
      epReply: (info: bigint, token: bigint, value: bigint) => this.reply(info, token, value),
    };
    return { sys: { ...sys, ...device } };
  }

  private reply(info: bigint, token: bigint, value: bigint): bigint {
    if (this.dead.has(token)) return BigInt(-ESRCH);
    const length = Number((info >> 32n) & 0xffffn);
    this.replies.push({ token, result: value, data: this.slice(MESSAGE_DATA, length).toString("latin1") });
    return 0n;
  }

  private readLog(address: number, size: number): number {
    const part = this.logText.slice(0, size);
    this.logText = this.logText.slice(part.length);
    this.slice(address, size).write(part, "latin1");
    return part.length;
  }

  private readCaller([token, window, offset, address, size]: bigint[]): number {
    const bytes = this.callerBytes.get(token);
    if (this.dead.has(token)) return -ESRCH;
    if (!bytes || window !== 0n) return -EINVAL;
    const count = Math.min(Number(size), MAX_COPY_SLICE);
    return bytes.copy(this.slice(Number(address), count), 0, Number(offset), Number(offset) + count);
  }
}
