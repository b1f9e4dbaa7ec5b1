// A fake GICv2 (ARM IHI 0048) with the timer and the devices behind it. Device interrupts are pulses that stay pending
// until they are claimed; the timer's is a level: it is pending while the timer is on and the counter has reached it.

import { layout } from "./layout.ts";

export const GIC_DISTRIBUTOR = 0x0800_0000;
export const GIC_CPU = 0x0801_0000;
export const TIMER_INTERRUPT = 27; // the virtual timer's private interrupt 11
const LINES = 96;
const SPURIOUS = 1023;
const [TYPER, ENABLE_SET, ENABLE_CLEAR, TARGETS] = [0x004, 0x100, 0x180, 0x800];
const [CLAIM, END_OF_INTERRUPT] = [0x0c, 0x10];
const REGISTER_BYTES = 0x1000;
const THIS_CORE = 0x01010101;

export class Interrupts {
  private readonly enabled = new Uint8Array(LINES);
  private readonly pulses = new Uint8Array(LINES);
  private active = SPURIOUS;
  /** Counter ticks; what CNTVCT_EL0 reads. */
  counter = 1_000_000n;
  /** The kernel takes an interrupt. */
  onClaim: (id: number) => void = () => undefined;
  /** When the timer interrupts; undefined while it is off. */
  timer: bigint | undefined;

  /** Whether `address` is one of its registers. */
  owns(address: number): boolean {
    return address - GIC_DISTRIBUTOR < REGISTER_BYTES || address - GIC_CPU < REGISTER_BYTES;
  }

  read(address: number): number {
    if (address === GIC_CPU + CLAIM) return this.claim();
    if (address === GIC_DISTRIBUTOR + TYPER) return LINES / 32 - 1;
    return address - GIC_DISTRIBUTOR === TARGETS ? THIS_CORE : 0;
  }

  write(address: number, value: number): void {
    if (address === GIC_CPU + END_OF_INTERRUPT) {
      if ((value & 0x3ff) !== this.active) throw new Error(`end of interrupt ${value} while ${this.active} is active`);
      this.active = SPURIOUS;
      return;
    }
    const offset = address - GIC_DISTRIBUTOR;
    if (offset >= ENABLE_SET && offset < ENABLE_SET + LINES / 8) this.setEnabled((offset - ENABLE_SET) * 8, value, 1);
    else if (offset >= ENABLE_CLEAR && offset < ENABLE_CLEAR + LINES / 8)
      this.setEnabled((offset - ENABLE_CLEAR) * 8, value, 0);
  }

  private setEnabled(first: number, mask: number, value: number): void {
    for (let i = 0; i < 32; i++) if ((mask >>> i) & 1) this.enabled[first + i] = value;
  }

  /** A device interrupts. */
  raise(id: number): void {
    this.pulses[id] = 1;
  }

  get timerIsDue(): boolean {
    return this.timer !== undefined && this.counter >= this.timer;
  }

  private isPending(id: number): boolean {
    return this.enabled[id] === 1 && (id === TIMER_INTERRUPT ? this.timerIsDue : this.pulses[id] === 1);
  }

  /** Whether the core would be interrupted now. */
  get pending(): boolean {
    for (let id = 0; id < LINES; id++) if (this.isPending(id)) return true;
    return false;
  }

  private claim(): number {
    if (this.active !== SPURIOUS) throw new Error("an interrupt is claimed while another one is active");
    for (let id = 0; id < LINES; id++) {
      if (!this.isPending(id)) continue;
      this.pulses[id] = 0;
      this.active = id;
      this.onClaim(id);
      return id;
    }
    return SPURIOUS;
  }

  /** Whether a device's interrupt is unmasked. */
  isEnabled(id: number): boolean {
    return this.enabled[id] === 1;
  }
}

/** Addresses of the fake machine. */
export const UART = 0x0900_0000;
export const UART_INTERRUPT = 33;
export const VIRTIO = 0x0a00_0000;
export const VIRTIO_SLOTS = 4;
export const VIRTIO_STRIDE = 0x1000;
export const FIRST_VIRTIO_INTERRUPT = 48;
export const TREE = layout("TABLES_END") + 0x40000;
export const RAM = 0x40_0000;
