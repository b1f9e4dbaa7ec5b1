// A memory object mapped here and attached to the disks, for the self-test of the block service.

import { PROT_READ, PROT_WRITE } from "../../../abi/program";
import { SYS_OBJECT_CREATE, SYS_OBJECT_MAP } from "../../../abi/syscall";
import { attachMemory } from "../../lib/block";
import { reservePages } from "../../lib/process";
import { syscall } from "../../lib/sys";

export class SharedMemory {
  object: u32 = 0;
  address: usize = 0;
  attachment: u32 = 0;

  /** Creates, maps and attaches `pages` pages; rights: what the disks may do. 0 or -errno */
  create(pages: u32, rights: u32 = PROT_READ | PROT_WRITE): i32 {
    const object = syscall(SYS_OBJECT_CREATE, pages, 0, 0, 0, 0, 0);
    if (object < 0) return <i32>object;
    this.object = <u32>object;
    this.address = reservePages(pages);
    const protection = <u64>(PROT_READ | PROT_WRITE);
    const mapped = syscall(SYS_OBJECT_MAP, object, this.address, 0, pages, protection, 0);
    if (mapped < 0) return <i32>mapped;
    const attachment = attachMemory(this.object, pages, rights);
    if (attachment < 0) return <i32>attachment;
    this.attachment = <u32>attachment;
    return 0;
  }
}
