// A VFS with disks.

import { MOUNT_RDONLY } from "../../../abi/file.ts";
import { VFS_MOUNT, VFS_UMOUNT } from "../../../abi/ops.ts";
import { type Disk, FakeBlock } from "../harness/fake_block.ts";
import { RequestData } from "../harness/message.ts";
import { VfsClient } from "../vfs/client.ts";

export class DiskClient extends VfsClient {
  readonly block: FakeBlock;

  constructor(disks: Disk[], options: ConstructorParameters<typeof VfsClient>[0] = {}) {
    super(options);
    this.block = new FakeBlock(this.service, disks);
  }

  mount(source: string, target = "/mnt", flags = 0, type = ""): number {
    const request = new RequestData().u32(flags).str(type).str(source).str(target);
    return Number(this.service.call(VFS_MOUNT, request).result);
  }

  umount(target = "/mnt"): number {
    return Number(this.service.call(VFS_UMOUNT, new RequestData().str(target)).result);
  }
}

/** A VFS with one image mounted at /mnt. */
export function mounted(contents: Buffer, flags = MOUNT_RDONLY): DiskClient {
  const vfs = new DiskClient([{ name: "vda", contents, bytes: contents.length }]);
  const status = vfs.mount("/dev/vda", "/mnt", flags);
  if (status < 0) throw new Error(`mount: ${status}; ${vfs.kernel.log.join("; ")}`);
  return vfs;
}
