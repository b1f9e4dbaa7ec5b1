// The kernel's half of the address space, completed from the device tree: RAM as 2 MiB blocks of memory, never executable,
// nothing else but the registers of devices; the entry code's 1 GiB blocks go.

import {
  banks,
  bankCount,
  gicCpuInterface,
  gicDistributor,
  initrdEnd,
  initrdStart,
  rtcBase,
  uartBase,
  virtioCount,
  virtioSlots,
} from "../boot/machine";
import { flushKernelMappings, imageBase, imageSize, kernelLevel1, kernelLevel2 } from "../hal/hw";
import { addFreeRange, allocateFrame } from "./frames";
import { KERNEL_WINDOW } from "./layout";

const FIRST_ENTRY: u32 = 256; // level-1 index of wasm address 0
const BLOCK_SHIFT: u32 = 21;
const BLOCK_SIZE: usize = 1 << 21;
const PAGE_MASK: usize = 4095;
const RAM_BLOCK: u64 = 0x0060000000000701; // attribute 0, read/write, inner shareable, accessed, UXN, PXN
const DEVICE_BLOCK: u64 = 0x0060000000000405; // attribute 1
const TABLE: u64 = 3;
const MAX_RESERVED: u32 = 4;

const reserved: usize = memory.data(32, 8); // MAX_RESERVED × { u32 start, u32 end }, page-aligned, sorted by start
let reservedCount: u32 = 0;

/** Physical address of a kernel address: the same but in the image's window. */
export function physicalOf(address: usize): u64 {
  return address - KERNEL_WINDOW < imageSize() ? address - KERNEL_WINDOW + imageBase() : address;
}

function reserve(start: usize, end: usize): void {
  if (end <= start || reservedCount == MAX_RESERVED) return;
  let i = reservedCount++;
  for (; i > 0 && load<u32>(reserved + ((<usize>(i - 1)) << 3)) > <u32>start; i--) {
    store<u64>(reserved + ((<usize>i) << 3), load<u64>(reserved + ((<usize>(i - 1)) << 3)));
  }
  store<u32>(reserved + ((<usize>i) << 3), <u32>(start & ~PAGE_MASK));
  store<u32>(reserved + ((<usize>i) << 3), <u32>((end + PAGE_MASK) & ~PAGE_MASK), 4);
}

/** The whole 2 MiB blocks of bank `b`. */
function firstBlock(b: u32): usize {
  return (<usize>load<u32>(banks + ((<usize>b) << 3)) + BLOCK_SIZE - 1) & ~(BLOCK_SIZE - 1);
}
function endOfBlocks(b: u32): usize {
  return (<usize>load<u32>(banks + ((<usize>b) << 3), 4)) & ~(BLOCK_SIZE - 1);
}

/** Hands RAM that nobody uses to the frame allocator. tree, treeSize: the device tree's place. */
export function findFreeMemory(tree: usize, treeSize: u32): void {
  reserve(imageBase(), imageBase() + imageSize());
  reserve(tree, tree + treeSize);
  reserve(initrdStart, initrdEnd);
  for (let b: u32 = 0; b < bankCount; b++) {
    let start = firstBlock(b);
    const end = endOfBlocks(b);
    for (let i: u32 = 0; i < reservedCount; i++) {
      const from: usize = load<u32>(reserved + ((<usize>i) << 3));
      const to: usize = load<u32>(reserved + ((<usize>i) << 3), 4);
      if (to <= start || from >= end) continue;
      if (from > start) addFreeRange(start, from);
      start = max(start, to);
    }
    addFreeRange(start, end);
  }
}

/** Whether [start, end) is RAM that the kernel maps. */
export function isMappedMemory(start: usize, end: usize): bool {
  for (let b: u32 = 0; b < bankCount; b++)
    if (start >= firstBlock(b) && end <= endOfBlocks(b) && start < end) return true;
  return false;
}

/** Builds the final mapping. False when there was no frame for a table. */
export function completeKernelMap(): bool {
  const level1 = kernelLevel1();
  for (let b: u32 = 0; b < bankCount; b++) {
    let at = firstBlock(b);
    const end = endOfBlocks(b);
    for (; at < end; at += BLOCK_SIZE) {
      const slot = level1 + ((<usize>(FIRST_ENTRY + <u32>(at >> 30))) << 3);
      if ((load<u64>(slot) & 3) != TABLE) {
        const table = allocateFrame();
        if (!table) return false;
        fillTable(table, at, end);
        store<u64>(slot, (<u64>table) | TABLE);
      }
    }
  }
  mapDevice(uartBase);
  mapDevice(rtcBase);
  mapDevice(gicDistributor);
  mapDevice(gicCpuInterface);
  for (let i: u32 = 0; i < virtioCount; i++) mapDevice(load<u32>(virtioSlots + ((<usize>i) << 3)));
  flushKernelMappings();
  return true;
}

/** Level-2 entries for [at, end), as far as they lie in at's GiB. */
function fillTable(table: usize, at: usize, end: usize): void {
  const gib = at >> 30;
  for (; at < end && at >> 30 == gib; at += BLOCK_SIZE) {
    store<u64>(table + (((at >> BLOCK_SHIFT) & 511) << 3), (<u64>at) | RAM_BLOCK);
  }
}

/** Maps the 2 MiB around a device's registers; only in GiB 0, whose table the entry code made, and not in the window. */
function mapDevice(address: usize): void {
  const block = address & ~(BLOCK_SIZE - 1);
  if (!address || address >> 30 || block == KERNEL_WINDOW) return;
  store<u64>(kernelLevel2() + ((block >> BLOCK_SHIFT) << 3), (<u64>block) | DEVICE_BLOCK);
}
