// One packet queue of the card's driver, with its calls as exports, for tests under Node. AssemblyScript.

import { PacketVirtqueue, QUEUE_DMA_PAGES } from "../../../space/services/netdriver/queue";
import { DmaMemory } from "../../../space/lib/virtio/dma";
import { VirtioTransport } from "../../../space/lib/virtio/transport";

const REGISTERS: usize = 0x100; // of the test's, not memory

const dma = new DmaMemory(QUEUE_DMA_PAGES);
const transport = new VirtioTransport(REGISTERS);
const queue = new PacketVirtqueue(dma, 0, 0);

/** Where the queue's two pages lie. */
export function page(index: u32): usize {
  return dma.page(index);
}
export function setUp(): bool {
  return queue.setUp(transport);
}
export function hasRoom(): bool {
  return queue.hasRoom;
}
export function outCount(): u32 {
  return queue.outCount;
}
export function add(physical: u64, bytes: u32, isInput: bool, tag: u32): void {
  queue.add(physical, bytes, isInput, tag);
}
export function publish(): void {
  queue.publish(transport);
}
export function interruptWhenUsed(wanted: bool): void {
  queue.interruptWhenUsed(wanted);
}
export function takeUsed(): i32 {
  return queue.takeUsed();
}
export function usedBytes(): u32 {
  return queue.usedBytes;
}
