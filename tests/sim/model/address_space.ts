// A process's memory in the model: regions say what may be there, pages what is, frames hold the bytes. Frames are counted as
// the kernel must count them, translation tables included, so that the model knows when memory is exhausted.

import { MAX_REGIONS, PAGE_SIZE } from "../../../abi/limits.ts";
import { PROT_READ, PROT_WRITE, USER_END } from "../../../abi/program.ts";
import { Mismatch } from "./mismatch.ts";
import type { MemoryObject } from "./objects.ts";

export const WASM_PAGE_SHIFT = 4; // 4 KiB pages in a 64 KiB page, log2
export const LEVEL3_SHIFT = 9;
export const LEVEL2_SHIFT = 18;
const USER_PAGES = USER_END / PAGE_SIZE;

/** 4 KiB of memory; without bytes it is all zeros. */
export interface Frame {
  bytes?: Uint8Array;
  /** Where the kernel has it, once that was seen. */
  address?: number;
  isMessagePage?: boolean;
}

/** The kernel has the frame at `address`: it must stay there. */
export function locate(frame: Frame, address: number): void {
  frame.address ??= address;
  if (frame.address !== address) {
    throw new Mismatch(`a frame was at 0x${frame.address.toString(16)} and is at 0x${address.toString(16)}`);
  }
}

export interface Page {
  frame: Frame;
  writable: boolean;
  kind: "anonymous" | "object" | "device";
}

export interface Region {
  page: number;
  pages: number;
  prot: number;
  /** Undefined for anonymous memory. */
  object?: MemoryObject | "device";
}

export const roomInPage = (address: number): number => PAGE_SIZE - (address % PAGE_SIZE);

/** Page frames that nobody has. */
export class FramePool {
  constructor(public free: number) {}

  take(): boolean {
    if (this.free === 0) return false;
    this.free--;
    return true;
  }
}

export class AddressSpace {
  memoryPages = 0;
  memoryMaximum = 0;
  /** Page from which on linear memory outlives its process; 0: none does. */
  keepFrom = 0;
  readonly regions: Region[] = [];
  readonly pages = new Map<number, Page>();
  /** Translation tables that exist: which GiB have one of level 2, which 2 MiB one of level 3. */
  readonly level2 = new Set<number>();
  readonly level3 = new Set<number>();

  /** Whether [address, address + size) lies in linear memory, its first page excluded; an empty range does anywhere. */
  contains(address: bigint, size: bigint): boolean {
    const end = BigInt(this.memoryPages) << 16n;
    return size === 0n || (address >= BigInt(PAGE_SIZE) && address <= end && size <= end - address);
  }

  isTaken(page: number, pages: number): boolean {
    return this.regions.some((region) => page < region.page + region.pages && region.page < page + pages);
  }

  /** False when the table is full. */
  addRegion(region: Region): boolean {
    if (this.regions.length === MAX_REGIONS) return false;
    this.regions.push(region);
    return true;
  }

  private anonymousProtection(page: number): number {
    if (page >= 1 && page < this.memoryPages << WASM_PAGE_SHIFT) return PROT_READ | PROT_WRITE;
    const region = this.regions.find((each) => page >= each.page && page < each.page + each.pages);
    return region && region.object === undefined ? region.prot : 0;
  }

  /** Makes the level-2 table for `page`. False when there was no frame for it. */
  makeLevel2(pool: FramePool, page: number): boolean {
    if (this.level2.has(page >> LEVEL2_SHIFT)) return true;
    if (!pool.take()) return false;
    this.level2.add(page >> LEVEL2_SHIFT);
    return true;
  }

  /** Makes the tables for `page`. False when there was no frame for one. */
  private makeTables(pool: FramePool, page: number): boolean {
    if (!this.makeLevel2(pool, page)) return false;
    if (!this.level3.has(page >> LEVEL3_SHIFT)) {
      if (!pool.take()) return false;
      this.level3.add(page >> LEVEL3_SHIFT);
    }
    return true;
  }

  /** Enters a page. False when there was no frame for its tables. */
  map(pool: FramePool, number: number, page: Page): boolean {
    if (!this.makeTables(pool, number)) return false;
    this.pages.set(number, page);
    return true;
  }

  /** An anonymous page of its own at `number`. False when memory is exhausted. */
  mapFresh(pool: FramePool, number: number, writable: boolean): boolean {
    if (!pool.take()) return false;
    if (this.map(pool, number, { frame: {}, writable, kind: "anonymous" })) return true;
    pool.free++;
    return false;
  }

  /** The frame behind a page that is read or written, made now if need be. "fault": nothing may be there or not be written. */
  touch(pool: FramePool, number: number, write: boolean): Frame | "fault" | "exhausted" {
    if (number >= USER_PAGES) return "fault";
    const page = this.pages.get(number);
    if (page) return page.kind === "device" || (write && !page.writable) ? "fault" : page.frame;
    const prot = this.anonymousProtection(number);
    if (!prot || (write && !(prot & PROT_WRITE))) return "fault";
    if (!this.mapFresh(pool, number, (prot & PROT_WRITE) !== 0)) return "exhausted";
    return (this.pages.get(number) as Page).frame;
  }

  /** Empties [page, page + pages). */
  clear(pool: FramePool, page: number, pages: number): void {
    for (let i = page; i < page + pages; i++) {
      if (this.pages.get(i)?.kind === "anonymous") pool.free++;
      this.pages.delete(i);
    }
  }

  /** Gives everything back. */
  free(pool: FramePool): void {
    for (const { kind } of this.pages.values()) if (kind === "anonymous") pool.free++;
    pool.free += this.level2.size + this.level3.size;
    this.pages.clear();
    this.level2.clear();
    this.level3.clear();
  }

  /** Frames it has: its own pages and its tables. */
  get frames(): number {
    let own = 0;
    for (const { kind } of this.pages.values()) if (kind === "anonymous") own++;
    return own + this.level2.size + this.level3.size;
  }

  private copy(
    pool: FramePool,
    address: number,
    size: number,
    write: boolean,
    move: (frame: Frame, offset: number, done: number, n: number) => void,
  ): number {
    let done = 0;
    while (done < size) {
      const frame = this.touch(pool, Math.floor((address + done) / PAGE_SIZE), write);
      if (typeof frame === "string") break;
      const offset = (address + done) % PAGE_SIZE;
      const n = Math.min(size - done, roomInPage(offset));
      move(frame, offset, done, n);
      done += n;
    }
    return done;
  }

  /** Copies `bytes` to `address`; a bad page ends it. → how many. */
  write(pool: FramePool, address: number, bytes: Uint8Array): number {
    return this.copy(pool, address, bytes.length, true, (frame, offset, done, n) => {
      frame.bytes ??= new Uint8Array(PAGE_SIZE);
      frame.bytes.set(bytes.subarray(done, done + n), offset);
    });
  }

  /** What lies at [address, address + size), as far as there is anything. */
  peek(address: number, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    for (let done = 0; done < size;) {
      const n = Math.min(size - done, roomInPage(address + done));
      const page = this.pages.get(Math.floor((address + done) / PAGE_SIZE));
      if (!page) return bytes.subarray(0, done);
      const offset = (address + done) % PAGE_SIZE;
      if (page.frame.bytes) bytes.set(page.frame.bytes.subarray(offset, offset + n), done);
      done += n;
    }
    return bytes;
  }

  /** Copies up to `size` bytes from `address`; a bad page ends it. */
  read(pool: FramePool, address: number, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    const done = this.copy(pool, address, size, false, (frame, offset, at, n) => {
      if (frame.bytes) bytes.set(frame.bytes.subarray(offset, offset + n), at);
    });
    return bytes.subarray(0, done);
  }
}
