// Memory that a driver shares with its device: pages of a memory object, pinned, mapped here, their physical addresses known.
// For drivers with the dma privilege. It lives as long as the driver: the kernel resets the driver's devices before it
// frees a page of it.

import { PAGE_SIZE } from "../../../abi/limits";
import { PROT_READ, PROT_WRITE } from "../../../abi/program";
import { SYS_DMA_ALLOC, SYS_OBJECT_MAP } from "../../../abi/syscall";
import { reservePages } from "../process";
import { syscall } from "../sys";

const ADDRESS_BYTES: u32 = 8; // of a physical address

function mapObject(object: u64, address: usize, pages: u32): i64 {
  return syscall(SYS_OBJECT_MAP, object, address, 0, pages, <u64>(PROT_READ | PROT_WRITE), 0);
}

export class DmaMemory {
  /** 0, or the -errno that kept us from getting it. */
  error: i32;
  /** Where it starts in this module's memory. */
  address: usize;
  private frames: usize;

  /** pages: consecutive here; physically each for itself. */
  constructor(pages: u32) {
    this.frames = heap.alloc(pages * ADDRESS_BYTES);
    const object = syscall(SYS_DMA_ALLOC, pages, this.frames, 0, 0, 0, 0);
    this.address = reservePages(pages);
    this.error = <i32>(object < 0 ? object : mapObject(object, this.address, pages));
  }

  /** Address of page `index`, here. */
  page(index: u32): usize {
    return this.address + index * PAGE_SIZE;
  }

  /** Address of page `index`, for the device. */
  physical(index: u32): u64 {
    return load<u64>(this.frames + index * ADDRESS_BYTES);
  }
}
