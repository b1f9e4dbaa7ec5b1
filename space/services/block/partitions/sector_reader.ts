// Reads sectors of a disk and waits for them: for the start of the service only, when nobody can ask anything yet.

import { BLOCK_SECTOR_SHIFT } from "../../../../abi/block";
import { FLAG_NOTIFICATION } from "../../../../abi/message";
import { SYS_CLOCK, SYS_IRQ_ACK } from "../../../../abi/syscall";
import { EPID_NONE, message } from "../../../lib/hnx_ipc";
import { epRecv, syscall } from "../../../lib/sys";
import { Disk } from "../disk";

/** For all reads of one disk: a disk that takes longer would hold up the machine's start. */
const SCAN_TIMEOUT_NS: i64 = 2_000_000_000;

/** Notification bits that came while a disk was waited for, and are not its own: to be handled after the start. */
export let missedBits: u64 = 0;

export class SectorReader {
  /** Sectors that the disk's blocks have: what LBAs count. */
  blockSectors: u32;
  /** Where a read's data stands, until the next read. */
  buffer: usize;
  private end_ns: i64;

  constructor(private disk: Disk) {
    this.blockSectors = disk.blockBytes >> BLOCK_SECTOR_SHIFT;
    this.buffer = disk.buffer;
    this.end_ns = syscall(SYS_CLOCK, 0, 0, 0, 0, 0, 0) + SCAN_TIMEOUT_NS;
  }

  /** Blocks of the disk. */
  get blocks(): u64 {
    return this.disk.sectors / this.blockSectors;
  }

  /** Reads one block of the disk to buffer. → false: there is no such block, or the disk cannot read it */
  readBlock(block: u64): bool {
    if (block >= this.blocks || this.disk.hasFailed) return false;
    this.disk.beginRead(block * this.blockSectors, this.blockSectors);
    while (this.disk.isReading) this.wait();
    return this.disk.readResult >= 0;
  }

  private wait(): void {
    const left_ns = this.end_ns - syscall(SYS_CLOCK, 0, 0, 0, 0, 0, 0);
    if (left_ns <= 0) return this.disk.fail("does not answer while its partitions are read");
    const m = message();
    if (epRecv(EPID_NONE, left_ns) < 0 || !(m.flags & FLAG_NOTIFICATION)) return;
    const bits = load<u64>(m.data);
    const own = (<u64>1) << this.disk.index;
    missedBits |= bits & ~own;
    if (!(bits & own)) return;
    this.disk.interrupt();
    if (!this.disk.hasFailed) syscall(SYS_IRQ_ACK, this.disk.index, 0, 0, 0, 0, 0);
  }
}
