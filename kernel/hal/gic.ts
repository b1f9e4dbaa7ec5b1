// The GICv2 (ARM IHI 0048): distributor and CPU interface. One core, all interrupts in group 0 or as the firmware left
// them, level or edge as the distributor is configured.

import { mmioRead32, mmioWrite32 } from "./hw";

const GICD_CTLR: usize = 0x000;
const GICD_TYPER: usize = 0x004;
const GICD_ISENABLER: usize = 0x100;
const GICD_ICENABLER: usize = 0x180;
const GICD_IPRIORITYR: usize = 0x400;
const GICD_ITARGETSR: usize = 0x800;
const GICC_CTLR: usize = 0x00;
const GICC_PMR: usize = 0x04;
const GICC_IAR: usize = 0x0c;
const GICC_EOIR: usize = 0x10;
const DEFAULT_PRIORITIES: u32 = 0x80808080;
const FIRST_SHARED: u32 = 32; // ids below are private to a core
export const SPURIOUS: u32 = 1020; // ids from here on are no interrupts

let distributor: usize = 0;
let cpuInterface: usize = 0;
let lines: u32 = 0;

/** distributorBase, cpuBase: addresses of the two register blocks. */
export function initializeGic(distributorBase: usize, cpuBase: usize): void {
  distributor = distributorBase;
  cpuInterface = cpuBase;
  mmioWrite32(distributor + GICD_CTLR, 0);
  lines = ((mmioRead32(distributor + GICD_TYPER) & 31) + 1) << 5;
  for (let id: u32 = 0; id < lines; id += 32)
    mmioWrite32(distributor + GICD_ICENABLER + (id >> 3), 0xffffffff);
  for (let id: u32 = 0; id < lines; id += 4)
    mmioWrite32(distributor + GICD_IPRIORITYR + id, DEFAULT_PRIORITIES);
  const self = mmioRead32(distributor + GICD_ITARGETSR) & 0xff;
  for (let id = FIRST_SHARED; id < lines; id += 4) {
    mmioWrite32(distributor + GICD_ITARGETSR + id, self * 0x01010101);
  }
  mmioWrite32(distributor + GICD_CTLR, 1);
  mmioWrite32(cpuInterface + GICC_PMR, 0xff);
  mmioWrite32(cpuInterface + GICC_CTLR, 1);
}

export function enableInterrupt(id: u32): void {
  if (id < lines) mmioWrite32(distributor + GICD_ISENABLER + ((id >> 5) << 2), 1 << (id & 31));
}

export function disableInterrupt(id: u32): void {
  if (id < lines) mmioWrite32(distributor + GICD_ICENABLER + ((id >> 5) << 2), 1 << (id & 31));
}

/** Takes the highest pending interrupt: its id, or ≥ SPURIOUS when there is none. */
export function claimInterrupt(): u32 {
  return mmioRead32(cpuInterface + GICC_IAR) & 0x3ff;
}

export function endInterrupt(id: u32): void {
  mmioWrite32(cpuInterface + GICC_EOIR, id);
}
