// What must hold of page frames: each is free or has exactly one owner, their number never changes, and every process sees
// exactly the memory that the model says. Walking all tables takes a while, so this runs every few steps.

import { MAX_OBJECTS, MAX_PROCESSES, PAGE_SIZE } from "../../abi/limits.ts";
import { Violation } from "./invariants.ts";
import { RAM } from "./interrupts.ts";
import { layout, wide, word } from "./layout.ts";
import { type Frame, locate } from "./model/address_space.ts";
import type { Model } from "./model/model.ts";
import { type Process, STATE } from "./model/state.ts";
import type { View } from "./view.ts";

const LEVEL1_ENTRIES = 16;
const ENTRIES = 512;
const FRAME_MASK = 0xffff_f000;
const OWNED_HIGH = Number(wide("PTE_OWNED") >> 32n);
const DEVICE = layout("PTE_DEVICE");
const EXECUTE_NEVER_HIGH = 1 << (54 - 32); // UXN
const READ_ONLY = 1 << 7;
const STATE_FIELD = word("THREAD_STATE");
const OBJECT_TABLE = layout("OBJECT_TABLE");
const OBJECT_SIZE = layout("OBJECT_SIZE");
const O = {
  kind: word("OBJECT_KIND"),
  pages: word("OBJECT_PAGES"),
  base: word("OBJECT_BASE"),
  id: word("OBJECT_ID"),
};
const PAGED = 1;
const KIND_MASK = 0xffff; // the half-word above it says whether it is sealed
const ZEROS = new Uint8Array(PAGE_SIZE);

export class MemoryInvariants {
  private readonly u32: Uint32Array;

  constructor(
    private readonly view: View,
    private readonly model: Model,
    /** Frames in the machine, and those that the kernel took for itself at boot. */
    private readonly total: number,
    private readonly kernels: number,
  ) {
    this.u32 = view.machine.u32;
  }

  /** Every frame has one owner, and none is lost. */
  checkFrames(): void {
    const owners = new Map<number, string>();
    const claim = (frame: number, owner: string): void => {
      const other = owners.get(frame);
      if (other) throw new Violation(`frame 0x${frame.toString(16)} belongs to ${other} and to ${owner}`);
      if (frame % PAGE_SIZE || frame < RAM || frame >= this.view.machine.ramEnd)
        throw new Violation(`${owner} has 0x${frame.toString(16)}, which is no frame`);
      owners.set(frame, owner);
    };
    for (let slot = 1; slot < MAX_PROCESSES; slot++) this.claimProcess(slot, claim);
    for (let i = 1; i < MAX_OBJECTS; i++) this.claimObject(i, claim);
    const held = owners.size + this.kernels;
    const { free } = this.model.pool;
    if (held + free !== this.total)
      throw new Violation(`${held} frames are held and ${free} should be free, but there are ${this.total}`);
  }

  private claimProcess(slot: number, claim: (frame: number, owner: string) => void): void {
    const state = this.view.field(slot, STATE_FIELD);
    const level1 = this.view.process(slot) >> 2;
    for (let i = 0; i < LEVEL1_ENTRIES; i++) {
      const level2 = this.u32[level1 + 2 * i] & FRAME_MASK;
      if (level2 === 0) continue;
      if (state === STATE.FREE) throw new Violation(`slot ${slot} is free and has tables`);
      claim(level2, `tables of process ${slot}`);
      for (let j = 0; j < ENTRIES; j++) {
        const level3 = this.u32[(level2 >> 2) + 2 * j] & FRAME_MASK;
        if (level3 === 0) continue;
        claim(level3, `tables of process ${slot}`);
        this.claimPages(slot, level3 >> 2, claim);
      }
    }
  }

  private claimPages(slot: number, level3: number, claim: (frame: number, owner: string) => void): void {
    for (let k = 0; k < ENTRIES; k++) {
      const low = this.u32[level3 + 2 * k];
      if (low !== 0 && this.u32[level3 + 2 * k + 1] & OWNED_HIGH)
        claim((low & FRAME_MASK) >>> 0, `process ${slot}`);
    }
  }

  private claimObject(index: number, claim: (frame: number, owner: string) => void): void {
    const o = (OBJECT_TABLE + index * OBJECT_SIZE) >> 2;
    if ((this.u32[o + O.kind] & KIND_MASK) !== PAGED) return;
    const base = this.u32[o + O.base];
    claim(base, `object ${index}`);
    const frames = this.model.object(this.u32[o + O.id])?.frames;
    if (frames?.length !== this.u32[o + O.pages]) throw new Violation(`object ${index} should not be there`);
    frames.forEach((frame, i) => {
      claim(this.u32[(base >> 2) + i], `object ${index}`);
      locate(frame, this.u32[(base >> 2) + i]);
    });
  }

  /** A process sees what the model says: the same pages, their protection, their bytes. */
  checkProcess(p: Process): void {
    let mapped = 0;
    const level1 = this.view.process(p.slot) >> 2;
    for (let i = 0; i < LEVEL1_ENTRIES; i++) {
      const level2 = this.u32[level1 + 2 * i] & FRAME_MASK;
      for (let j = 0; level2 !== 0 && j < ENTRIES; j++) {
        const level3 = this.u32[(level2 >> 2) + 2 * j] & FRAME_MASK;
        for (let k = 0; level3 !== 0 && k < ENTRIES; k++) {
          const at = (level3 >> 2) + 2 * k;
          if (this.u32[at] === 0) continue;
          mapped++;
          this.checkPage(p, (i << 18) | (j << 9) | k, this.u32[at], this.u32[at + 1]);
        }
      }
    }
    if (mapped !== p.memory.pages.size)
      throw new Violation(`pid ${p.pid} has ${mapped} pages, should have ${p.memory.pages.size}`);
  }

  private checkPage(p: Process, number: number, low: number, high: number): void {
    const page = p.memory.pages.get(number);
    const where = (): string => `page 0x${number.toString(16)} of pid ${p.pid}`;
    if (!page) throw new Violation(`${where()} should not be there`);
    const writable = (low & READ_ONLY) === 0;
    if (writable !== page.writable) throw new Violation(`${where()} is ${writable ? "" : "not "}writable`);
    if (writable && !(high & EXECUTE_NEVER_HIGH))
      throw new Violation(`${where()} can be written and executed`);
    if (((low & DEVICE) !== 0) !== (page.kind === "device"))
      throw new Violation(`${where()}: device or memory?`);
    if (((high & OWNED_HIGH) !== 0) !== (page.kind === "anonymous"))
      throw new Violation(`${where()}: whose is it?`);
    if (page.kind !== "device") this.checkBytes(page.frame, (low & FRAME_MASK) >>> 0, where);
  }

  /** The message page's contents are compared message by message. */
  private checkBytes(frame: Frame, address: number, where: () => string): void {
    locate(frame, address);
    if (frame.isMessagePage) return;
    const there = this.view.machine.u8.subarray(address, address + PAGE_SIZE);
    if (Buffer.compare(there, frame.bytes ?? ZEROS) !== 0) throw new Violation(`${where()} has other bytes`);
  }

  /** All that this step wrote to memory of processes is there. */
  checkWritten(): void {
    for (const { process, address, size } of this.model.written) {
      if (!process.alive) continue;
      const expected = process.memory.peek(address, size);
      const there = this.view.memory(process.slot, address, size);
      if (Buffer.compare(there, expected) !== 0)
        throw new Violation(
          `0x${address.toString(16)} of pid ${process.pid} has other bytes than were written there`,
        );
    }
    this.model.written = [];
  }
}
