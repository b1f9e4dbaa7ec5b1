// The rows of the block service, if the machine has a disk: reads of 64 KiB without a file system. Counted with the core's
// retired instructions and not the clock, which also runs while everybody waits for the disk.

import { BLOCK_SECTOR_SHIFT } from "../../../abi/block";
import { PAGE_SIZE } from "../../../abi/limits";
import { PROT_READ, PROT_WRITE } from "../../../abi/program";
import { SYS_OBJECT_CREATE, SYS_OBJECT_MAP } from "../../../abi/syscall";
import { BlockDevice, attachMemory, findDevice, readSectors } from "../../lib/block";
import { println } from "../../lib/console";
import { reservePages } from "../../lib/process";
import { instructions, syscall } from "../../lib/sys";

const READ_PAGES: u32 = 16; // 64 KiB
const READ_SECTORS: u32 = (READ_PAGES * PAGE_SIZE) >> BLOCK_SECTOR_SHIFT;
const ROUNDS: u32 = 200;

/** Prints block_read_64k: instructions of the whole system per 4 KiB. → false: there is a disk, and it does not work */
export function diskRows(): bool {
  const disk = new BlockDevice();
  if (findDevice("vda", disk) < 0 || disk.sectors < READ_SECTORS) return true;
  const object = syscall(SYS_OBJECT_CREATE, READ_PAGES, 0, 0, 0, 0, 0);
  const address = reservePages(READ_PAGES);
  const protection = <u64>(PROT_READ | PROT_WRITE);
  if (object < 0 || syscall(SYS_OBJECT_MAP, object, address, 0, READ_PAGES, protection, 0) < 0) return false;
  const attachment = attachMemory(<u32>object, READ_PAGES);
  if (attachment < 0 || !read(disk, <u32>attachment, 0)) return false;
  const started = instructions();
  for (let round: u32 = 0; round < ROUNDS; round++) {
    if (!read(disk, <u32>attachment, round)) return false;
  }
  println(`bench block_read_64k ${(instructions() - started) / ROUNDS / READ_PAGES}`);
  return true;
}

/** Reads the next 64 KiB, and from the disk's start again at its end. */
function read(disk: BlockDevice, attachment: u32, round: u32): bool {
  const first = (<u64>round * READ_SECTORS) % (disk.sectors - READ_SECTORS + 1);
  return readSectors(disk.id, first, READ_SECTORS, attachment, 0) == 0;
}
