// The one thing that the kernel does to a virtio device: stopping it when its driver has died.

import { virtioCount, virtioSlots } from "../boot/machine";
import { mmioRead32, mmioWrite32 } from "./hw";

const MAGIC_VALUE: usize = 0x00;
const STATUS: usize = 0x70; // virtio 1.2, 4.2.2: writing 0 resets the device, which then uses no queue any more
const MAGIC: u32 = 0x74726976; // "virt"

/** Resets the device in slot `index`, if there is such a slot. */
export function resetVirtio(index: u32): void {
  if (index >= virtioCount) return;
  const registers: usize = load<u32>(virtioSlots + ((<usize>index) << 3));
  if (mmioRead32(registers + MAGIC_VALUE) == MAGIC) mmioWrite32(registers + STATUS, 0);
}
