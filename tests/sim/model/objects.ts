// Memory objects in the model: frames that processes share.

import type { Frame } from "./address_space.ts";
import type { Process } from "./state.ts";

export class MemoryObject {
  /** Its creator, until it closes the object or dies. */
  creator?: Process;
  /** Against whose quota it counts, until it is gone. */
  charged?: Process;
  sealed = false;
  /** Regions that map it. */
  mappings = 0;
  /** What was granted to whom: PROT_… bits. */
  readonly access = new Map<Process, number>();
  readonly pinned = new Set<Process>();

  constructor(
    readonly id: number,
    readonly frames: Frame[],
    /** The boot archive: frames that the allocator does not have. */
    readonly isArchive = false,
  ) {}
}
