// The PL011 UART, by its Technical Reference Manual (ARM DDI 0183): registers, and what this driver does with them.
// Every access goes through mmioRead32/mmioWrite32, which a test replaces.
//
//   0x00 DR    data: bits 0–7 the byte, 8 framing, 9 parity, 10 break, 11 overrun error (receive)
//   0x18 FR    flags: 3 BUSY  4 RXFE receive FIFO empty  5 TXFF transmit FIFO full
//   0x2c LCRH  line: 4 FEN FIFOs on, 5–6 WLEN word length (3: eight bits)
//   0x30 CR    control: 0 UARTEN  8 TXE  9 RXE
//   0x34 IFLS  FIFO levels that interrupt: 0–2 transmit, 3–5 receive (0: an eighth)
//   0x38 IMSC  interrupt mask: 4 RX  5 TX  6 RT receive timeout      0x40 MIS pending and unmasked   0x44 ICR clear
//
// The baud rate (IBRD, FBRD) is the firmware's: it knows the clock, we do not.

import { mmioRead32, mmioWrite32 } from "../../lib/sys";

const DR: usize = 0x00;
const FR: usize = 0x18;
const LCRH: usize = 0x2c;
const CR: usize = 0x30;
const IFLS: usize = 0x34;
const IMSC: usize = 0x38;
const ICR: usize = 0x44;

const DR_BAD_BYTE: u32 = 0x700; // framing, parity or break: the byte means nothing
const FR_BUSY: u32 = 1 << 3;
const FR_RXFE: u32 = 1 << 4;
const FR_TXFF: u32 = 1 << 5;
const LCRH_8N1_FIFO: u32 = 0x70; // eight bits, no parity, one stop bit, FEN
const LCRH_FEN: u32 = 1 << 4;
const CR_ENABLE: u32 = 0x301; // UARTEN, TXE, RXE
const INTERRUPT_RECEIVE: u32 = (1 << 4) | (1 << 6);
const INTERRUPT_TRANSMIT: u32 = 1 << 5;
const ALL_INTERRUPTS: u32 = 0x7ff;

/** Polls of FR while the last bytes of the kernel's log leave: more than 32 bytes at 9600 baud take. A stuck line ends it. */
const MAX_BUSY_POLLS: u32 = 10_000_000;

/** What `receive` gives for a byte that arrived damaged. */
export const BAD_BYTE: i32 = -1;

export class Pl011 {
  private mask: u32 = 0;

  /** base: address of the registers in this module's memory. */
  constructor(private base: usize) {}

  /** Whether the receive FIFO has a byte. */
  @inline get hasInput(): bool {
    return (mmioRead32(this.base + FR) & FR_RXFE) == 0;
  }

  /** Whether the transmit FIFO takes a byte. */
  @inline get hasRoom(): bool {
    return (mmioRead32(this.base + FR) & FR_TXFF) == 0;
  }

  /** Whether the FIFOs are on already; switching them on throws away what is in them. */
  get fifosOn(): bool {
    return (mmioRead32(this.base + LCRH) & LCRH_FEN) != 0;
  }

  /** Takes a byte out of the receive FIFO, or BAD_BYTE. Only when hasInput. */
  @inline receive(): i32 {
    const data = mmioRead32(this.base + DR);
    return data & DR_BAD_BYTE ? BAD_BYTE : <i32>(data & 0xff);
  }

  /** Puts a byte into the transmit FIFO. Only when hasRoom. */
  @inline send(byte: u32): void {
    mmioWrite32(this.base + DR, byte);
  }

  /** Waits until what was sent before us has left: the FIFO switch would throw it away. */
  waitUntilSent(): void {
    let polls: u32 = 0;
    while (mmioRead32(this.base + FR) & FR_BUSY && polls < MAX_BUSY_POLLS) polls++;
  }

  /** Switches the FIFOs on; they are empty then. */
  startFifos(): void {
    mmioWrite32(this.base + CR, 0);
    mmioWrite32(this.base + LCRH, LCRH_8N1_FIFO);
  }

  /** Switches the UART on with no interrupt but those that are asked for later. */
  start(): void {
    mmioWrite32(this.base + IMSC, 0);
    mmioWrite32(this.base + IFLS, 0);
    mmioWrite32(this.base + ICR, ALL_INTERRUPTS);
    mmioWrite32(this.base + CR, CR_ENABLE);
  }

  /** Forgets pending interrupts. To be called before the FIFOs are served: what comes after must interrupt again. */
  clearInterrupts(): void {
    mmioWrite32(this.base + ICR, ALL_INTERRUPTS);
  }

  listen(on: bool): void {
    this.setMask(on ? this.mask | INTERRUPT_RECEIVE : this.mask & ~INTERRUPT_RECEIVE);
  }

  awaitRoom(on: bool): void {
    this.setMask(on ? this.mask | INTERRUPT_TRANSMIT : this.mask & ~INTERRUPT_TRANSMIT);
  }

  private setMask(mask: u32): void {
    if (mask == this.mask) return;
    this.mask = mask;
    mmioWrite32(this.base + IMSC, mask);
  }
}
