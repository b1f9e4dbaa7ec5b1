// What the device tree said of the machine. Filled by boot/dtb.ts, read by everybody after.

import { MAX_VIRTIO_SLOTS } from "../../abi/construct";

export const MAX_BANKS: u32 = 4; // stretches of RAM; more are left unused

export let bankCount: u32 = 0;
export const banks: usize = memory.data(32, 8); // MAX_BANKS × { u32 start, u32 end }
export let ignoredBytes: u64 = 0; // RAM that 32-bit kernel pointers do not reach, or that did not fit the table
export let initrdStart: usize = 0;
export let initrdEnd: usize = 0;
export let bootArguments: usize = 0; // bytes in the device tree, without a terminator
export let bootArgumentsSize: u32 = 0;
export let uartBase: usize = 0;
export let uartInterrupt: u32 = 0;
export let rtcBase: usize = 0; // PL031; 0: none
export let gicDistributor: usize = 0;
export let gicCpuInterface: usize = 0;
export let timerInterruptId: u32 = 0;
export let psciHvc: u32 = 0;
export let hasPsci: u32 = 0;
export let virtioCount: u32 = 0;
export const virtioSlots: usize = memory.data(256, 8); // MAX_VIRTIO_SLOTS × { u32 address, u32 interrupt }

export function addBank(start: u64, size: u64): void {
  const limit: u64 = 0x1_0000_0000;
  const end = start < limit ? min(start + size, limit) : start;
  if (bankCount == MAX_BANKS || start >= limit || end < start) {
    ignoredBytes += size;
    return;
  }
  ignoredBytes += size - (end - start);
  store<u32>(banks + ((<usize>bankCount) << 3), <u32>start);
  store<u32>(banks + ((<usize>bankCount) << 3), <u32>min(end, limit - 4096), 4);
  bankCount++;
}
export function setInitrd(start: u64, end: u64): void {
  initrdStart = <usize>start;
  initrdEnd = <usize>end;
}
export function setBootArguments(at: usize, size: u32): void {
  bootArguments = at;
  bootArgumentsSize = size;
}
export function setUart(base: usize, interrupt: u32): void {
  if (uartBase) return;
  uartBase = base;
  uartInterrupt = interrupt;
}
export function setRtc(base: usize): void {
  if (base >> 30 == 0) rtcBase = base; // what mapDevice (memory/kernel_map.ts) reaches
}
export function setGic(distributor: usize, cpu: usize): void {
  gicDistributor = distributor;
  gicCpuInterface = cpu;
}
export function setTimerInterrupt(id: u32): void {
  timerInterruptId = id;
}
export function setPsci(hvc: u32): void {
  hasPsci = 1;
  psciHvc = hvc;
}
export function addVirtio(base: usize, interrupt: u32): void {
  if (virtioCount == MAX_VIRTIO_SLOTS) return;
  store<u32>(virtioSlots + ((<usize>virtioCount) << 3), <u32>base);
  store<u32>(virtioSlots + ((<usize>virtioCount) << 3), interrupt, 4);
  virtioCount++;
}
