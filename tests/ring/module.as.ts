// space/lib/ring for tests under Node: both ends of a ring, or both sides of a packet queue, in one memory. AssemblyScript;
// compiled by machine.ts, whose imports stand for the processor and the kernel.

import { BufferPool, PacketQueue } from "../../space/lib/ring/packet_queue";
import { RingEnd } from "../../space/lib/ring/ring";

export { packetQueueBytes } from "../../space/lib/ring/packet_queue";
export { ringBytes } from "../../space/lib/ring/ring";

export function makeEnd(
  base: usize,
  entries: u32,
  entry_bytes: u32,
  producer: bool,
  peer: u32,
  bits: u64,
  first: u32,
): RingEnd {
  return new RingEnd(base, entries, entry_bytes, producer, peer, bits, first);
}
export function available(end: RingEnd): i32 {
  return end.available();
}
export function look(end: RingEnd): i32 {
  return end.look();
}
export function entry(end: RingEnd, ahead: u32): usize {
  return end.entry(ahead);
}
export function advance(end: RingEnd, count: u32): i32 {
  return end.advance(count);
}
export function publish(end: RingEnd): i32 {
  return end.publish();
}
export function requestSignal(end: RingEnd): i32 {
  return end.requestSignal();
}
export function cancelSignal(end: RingEnd): void {
  end.cancelSignal();
}

export function makePool(base: usize, buffers: u32, buffer_bytes: u32, mine: bool): BufferPool {
  return new BufferPool(base, buffers, buffer_bytes, mine);
}
export function poolHas(pool: BufferPool, offset: u32): bool {
  return pool.isMine(offset, 0);
}
export function makeQueue(
  pool: BufferPool,
  base: usize,
  filler: bool,
  peer: u32,
  bits: u64,
  first: u32,
): PacketQueue {
  return new PacketQueue(pool, base, filler, peer, bits, first);
}
export function take(queue: PacketQueue): i32 {
  return queue.take();
}
export function takenOffset(queue: PacketQueue): u32 {
  return queue.offset;
}
export function takenLength(queue: PacketQueue): u32 {
  return queue.length_bytes;
}
export function give(queue: PacketQueue, offset: u32, length_bytes: u32): i32 {
  return queue.give(offset, length_bytes);
}
export function giveAll(queue: PacketQueue): i32 {
  return queue.giveAll();
}
export function flush(queue: PacketQueue): i32 {
  return queue.flush();
}
export function requestPacketSignal(queue: PacketQueue): i32 {
  return queue.requestSignal();
}
