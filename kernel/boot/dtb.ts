// The flattened device tree (Devicetree Specification 0.4, chapter 5), read once at boot. Everything in it is hostile:
// every offset is checked against the blob's size, every depth against MAX_DEPTH; a fault ends the reading with false.
//
//   header (big-endian u32s): magic, total size, offset of structure, offset of strings, …
//   structure: tokens  1 BEGIN_NODE name\0 pad · 2 END_NODE · 3 PROP length, name offset, value, pad · 4 NOP · 9 END
//
// Properties of a node stand before its children, so a node is understood when its first child begins or it ends.

import {
  addBank,
  addVirtio,
  setBootArguments,
  setGic,
  setInitrd,
  setPsci,
  setRtc,
  setTimerInterrupt,
  setUart,
} from "./machine";
import { seedPool } from "../random/pool";

const MAGIC: u32 = 0xd00dfeed;
const HEADER_SIZE: u32 = 40;
const MAX_TREE_SIZE: u32 = 2 << 20; // bytes; also what one 2 MiB mapping is sure to hold
const MAX_DEPTH: u32 = 16;
const BEGIN_NODE: u32 = 1;
const END_NODE: u32 = 2;
const PROPERTY: u32 = 3;
const NOP: u32 = 4;
const FIRST_SHARED_INTERRUPT: u32 = 32;
const FIRST_PRIVATE_INTERRUPT: u32 = 16;

let tree: usize = 0;
let treeSize: u32 = 0;
const addressCells: usize = memory.data(64, 4); // #address-cells that a node at this depth sets for its children
const sizeCells: usize = memory.data(64, 4);

// The node being read: offsets of values in the tree, 0 when absent, and their sizes.
let compatible: u32 = 0;
let compatibleSize: u32 = 0;
let reg: u32 = 0;
let regSize: u32 = 0;
let interrupts: u32 = 0;
let interruptsSize: u32 = 0;
let isMemory: bool = false;
let methodHvc: bool = false;
let initrdFrom: u64 = 0;
let initrdTo: u64 = 0;

@inline function be32(offset: u32): u32 {
  return bswap(load<u32>(tree + offset));
}

/** Size of the blob at `address`, or 0 if that is no device tree. */
export function treeBytes(address: usize): u32 {
  if (bswap(load<u32>(address)) != MAGIC) return 0;
  const size = bswap(load<u32>(address, 4));
  return size < HEADER_SIZE || size > MAX_TREE_SIZE ? 0 : size;
}

/** Reads the tree into boot/machine.ts. False: malformed. */
export function readDeviceTree(address: usize): bool {
  tree = address;
  treeSize = treeBytes(address);
  if (!treeSize) return false;
  let at = be32(8);
  const strings = be32(12);
  let depth: u32 = 0;
  let pending = false;
  while (has(at, 4)) {
    const token = be32(at);
    at += 4;
    if (token == BEGIN_NODE) {
      if (pending) understand(depth);
      if (depth + 1 >= MAX_DEPTH) return false;
      depth++;
      store<u32>(addressCells + ((<usize>depth) << 2), 2);
      store<u32>(sizeCells + ((<usize>depth) << 2), 1);
      clearNode();
      pending = true;
      while (has(at, 1) && load<u8>(tree + at)) at++;
      at = (at + 4) & ~3;
    } else if (token == END_NODE) {
      if (pending) understand(depth);
      pending = false;
      if (!depth) return false;
      depth--;
    } else if (token == PROPERTY) {
      if (!has(at, 8)) return false;
      const size = be32(at);
      const name = strings + be32(at + 4);
      at += 8;
      if (!has(at, size) || !has(name, 1) || !depth) return false;
      property(name, at, size, depth);
      at = (at + size + 3) & ~3;
    } else if (token != NOP) {
      return depth == 0;
    }
  }
  return false;
}

@inline function has(offset: u32, size: u32): bool {
  return offset <= treeSize && size <= treeSize - offset;
}

function clearNode(): void {
  compatible = 0;
  reg = 0;
  regSize = 0;
  interrupts = 0;
  interruptsSize = 0;
  isMemory = false;
  methodHvc = false;
}

/** Whether the NUL-terminated bytes at `offset` are `text`. */
function isText(offset: u32, text: string): bool {
  const n = <u32>text.length;
  if (!has(offset, n + 1) || load<u8>(tree + offset + n)) return false;
  for (let i: u32 = 0; i < n; i++) {
    if (load<u8>(tree + offset + i) != load<u16>(changetype<usize>(text) + ((<usize>i) << 1))) return false;
  }
  return true;
}

function property(name: u32, at: u32, size: u32, depth: u32): void {
  if (isText(name, "#address-cells") && size == 4) store<u32>(addressCells + ((<usize>depth) << 2), be32(at));
  else if (isText(name, "#size-cells") && size == 4) store<u32>(sizeCells + ((<usize>depth) << 2), be32(at));
  else if (isText(name, "compatible")) {
    compatible = at;
    compatibleSize = size;
  } else if (isText(name, "reg")) {
    reg = at;
    regSize = size;
  } else if (isText(name, "interrupts")) {
    interrupts = at;
    interruptsSize = size;
  } else if (isText(name, "device_type")) isMemory = size == 7 && isText(at, "memory");
  else if (isText(name, "method")) methodHvc = size == 4 && isText(at, "hvc");
  else if (isText(name, "bootargs") && size) setBootArguments(tree + at, size - 1);
  else if (isText(name, "rng-seed")) seedPool(tree + at, size);
  else if (isText(name, "linux,initrd-start")) initrdFrom = cells(at, size >> 2);
  else if (isText(name, "linux,initrd-end")) initrdTo = cells(at, size >> 2);
}

/** One or two cells as a number; other counts give 0. */
function cells(at: u32, count: u32): u64 {
  if (count == 1) return be32(at);
  return count == 2 ? ((<u64>be32(at)) << 32) | be32(at + 4) : 0;
}

function isCompatible(text: string): bool {
  let at = compatible;
  if (!at) return false;
  const end = compatible + compatibleSize;
  while (at < end) {
    if (isText(at, text)) return true;
    while (at < end && load<u8>(tree + at)) at++;
    at++;
  }
  return false;
}

/** The node's first interrupt from entry `index` of three cells: its id at the interrupt controller. */
function interruptId(index: u32): u32 {
  const at = interrupts + index * 12;
  if (!interrupts || interruptsSize < (index + 1) * 12) return 0;
  return be32(at + 4) + (be32(at) == 1 ? FIRST_PRIVATE_INTERRUPT : FIRST_SHARED_INTERRUPT);
}

/** The node's properties are all read: keep what the kernel wants of it. */
function understand(depth: u32): void {
  const parent = (depth - 1) << 2;
  const ac = depth > 1 ? load<u32>(addressCells + parent) : 2;
  const sc = depth > 1 ? load<u32>(sizeCells + parent) : 1;
  if (initrdTo > initrdFrom) setInitrd(initrdFrom, initrdTo);
  if (isCompatible("arm,psci-1.0") || isCompatible("arm,psci-0.2")) setPsci(methodHvc ? 1 : 0);
  if (isCompatible("arm,armv8-timer")) setTimerInterrupt(interruptId(2));
  if (ac < 1 || ac > 2 || sc < 1 || sc > 2 || !reg) return;
  const entry = (ac + sc) << 2;
  if (regSize < entry) return;
  const base = cells(reg, ac);
  if (isMemory) {
    for (let at: u32 = 0; at + entry <= regSize; at += entry)
      addBank(cells(reg + at, ac), cells(reg + at + (ac << 2), sc));
  }
  if (base >= 0x1_0000_0000) return;
  if (isCompatible("arm,pl011")) setUart(<usize>base, interruptId(0));
  else if (isCompatible("arm,pl031")) setRtc(<usize>base);
  else if (isCompatible("virtio,mmio")) addVirtio(<usize>base, interruptId(0));
  else if ((isCompatible("arm,cortex-a15-gic") || isCompatible("arm,gic-400")) && regSize >= 2 * entry) {
    setGic(<usize>base, <usize>cells(reg + entry, ac));
  }
}
