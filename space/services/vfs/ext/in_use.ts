// Inodes of ext volumes that are open, and those whose last name is gone. The latter give their blocks back when nobody has
// them open any more: in steps, one operation each, which may have to wait; so they stand in this table until it is done.

import { MAX_HANDLES } from "../tmpfs/layout";

/** Room for as many as can be open, and as many again without a name. */
const MAX_USES: u32 = 2 * MAX_HANDLES;
const HEADS: u32 = 256;
const USE_SIZE: usize = 16;

@unmanaged
export class Use {
  inode: u32; // 0: free
  opens: u32;
  volume: u16;
  hasNoName: u16;
  next: u32; // use of the same head: index + 1
}

const uses: usize = memory.data(32768, 8); // MAX_USES of USE_SIZE bytes
const heads: usize = memory.data(1024, 8); // HEADS of u32: index + 1
let freshUse: u32 = 0;
let freeUse: u32 = 0; // index + 1
let nameless: u32 = 0; // uses without a name that nobody has open
let usedCount: u32 = 0;

@inline
function useAt(index: u32): Use {
  return changetype<Use>(uses + <usize>index * USE_SIZE);
}
@inline
function headOf(inode: u32): usize {
  return heads + ((<usize>(inode & (HEADS - 1))) << 2);
}

/** The use of an inode, or null. */
export function findUse(volume: u32, inode: u32): Use | null {
  let index = load<u32>(headOf(inode));
  while (index) {
    const use = useAt(index - 1);
    if (use.inode == inode && <u32>use.volume == volume) return use;
    index = use.next;
  }
  return null;
}

/** Whether one more inode can be noted as having no name. Handles have their places for sure. */
export function hasRoomForNameless(): bool {
  return usedCount < MAX_USES - MAX_HANDLES;
}

/** The use of an inode, made if there is none. */
function ensureUse(volume: u32, inode: u32): Use {
  const known = findUse(volume, inode);
  if (known) return known;
  let index = freeUse;
  if (index) freeUse = useAt(index - 1).next;
  else index = ++freshUse;
  const use = useAt(index - 1);
  use.inode = inode;
  use.opens = 0;
  use.volume = <u16>volume;
  use.hasNoName = 0;
  use.next = load<u32>(headOf(inode));
  store<u32>(headOf(inode), index);
  usedCount += 1;
  return use;
}

function dropUse(use: Use): void {
  const index = <u32>((changetype<usize>(use) - uses) / USE_SIZE) + 1;
  let at = headOf(use.inode);
  while (load<u32>(at) != index) at = changetype<usize>(useAt(load<u32>(at) - 1)) + offsetof<Use>("next");
  store<u32>(at, use.next);
  use.inode = 0;
  use.next = freeUse;
  freeUse = index;
  usedCount -= 1;
}

export function noteOpened(volume: u32, inode: u32): void {
  const use = ensureUse(volume, inode);
  use.opens += 1;
}

export function noteClosed(volume: u32, inode: u32): void {
  const use = findUse(volume, inode);
  if (!use) return;
  use.opens -= 1;
  if (use.opens) return;
  if (use.hasNoName) nameless += 1;
  else dropUse(use);
}

/** The inode's last name is gone. */
export function noteNameless(volume: u32, inode: u32): void {
  const use = ensureUse(volume, inode);
  use.hasNoName = 1;
  if (!use.opens) nameless += 1;
}

/** Whether inodes wait for their blocks to be given back. */
@inline
export function hasNameless(): bool {
  return nameless != 0;
}

/** The first such inode from use `from` on; its index + 1, or 0. */
export function nextNameless(from: u32): u32 {
  for (let index = from; index < freshUse; index++) {
    const use = useAt(index);
    if (use.inode && use.hasNoName && !use.opens) return index + 1;
  }
  return 0;
}
export function useOf(index: u32): Use {
  return useAt(index - 1);
}

/** Its blocks are given back, or never can be. */
export function endNameless(use: Use): void {
  nameless -= 1;
  dropUse(use);
}

/** Whether any inode of a volume waits so. */
export function volumeHasNameless(volume: u32): bool {
  for (let index: u32 = 0; nameless && index < freshUse; index++) {
    const use = useAt(index);
    if (use.inode && use.hasNoName && !use.opens && <u32>use.volume == volume) return true;
  }
  return false;
}
