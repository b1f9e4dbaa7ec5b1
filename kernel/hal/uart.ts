// The PL011 (ARM DDI 0183) for the kernel's own log: polled output, before the console service owns the device and again
// in a panic.

import { mmioRead32, mmioWrite32 } from "./hw";

const UART_DR: usize = 0x00; // data
const UART_FR: usize = 0x18; // flags
const UART_CR: usize = 0x30; // control
const UART_IMSC: usize = 0x38; // interrupt mask
const FR_TXFF: u32 = 1 << 5; // transmit FIFO full
const CR_ENABLE: u32 = 1 | (1 << 8) | (1 << 9); // UARTEN, TXE, RXE

let registers: usize = 0;

/** base: address of the device's registers; 0 while there is none. */
export function initializeUart(base: usize): void {
  registers = base;
  if (base) mmioWrite32(base + UART_CR, CR_ENABLE);
}

/** Takes the device from whatever driver had it: no more interrupts. */
export function seizeUart(): void {
  if (!registers) return;
  mmioWrite32(registers + UART_IMSC, 0);
  mmioWrite32(registers + UART_CR, CR_ENABLE);
}

export function uartWrite(byte: u32): void {
  if (!registers) return;
  while (mmioRead32(registers + UART_FR) & FR_TXFF) {}
  mmioWrite32(registers + UART_DR, byte);
}
