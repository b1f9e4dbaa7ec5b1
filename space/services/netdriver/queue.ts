// One virtqueue of the card (Virtual I/O Device 1.2, 2.7, split virtqueue), for packets of one descriptor each. Called by
// nic.ts. Two pages of DMA memory:
//
//   page 0  256 descriptors  { u64 address, u32 bytes, u16 flags, u16 next }
//   page 1  0x000 driver area  u16 flags, u16 index, 256 × u16 descriptor
//           0x400 device area  u16 flags, u16 index, 256 × { u32 descriptor, u32 bytes written }
//
// The device is not believed: what it wrote is read once (a volatile read) and checked; which descriptors are in its hands
// stands in our own memory.

import { VirtioTransport } from "../../lib/virtio/transport";
import { DmaMemory } from "../../lib/virtio/dma";
import { memoryBarrier, mmioRead32 } from "../../lib/sys";

export const QUEUE_DMA_PAGES: u32 = 2;
const QUEUE_SIZE_MAX: u32 = 256; // descriptors that fill a page

// What takeUsed() finds, besides a tag.
export const NOTHING_USED: i32 = -1;
export const DEVICE_LIES: i32 = -2; // it used what it does not have, or wrote more than there was room for

const DESCRIPTOR_SIZE: u32 = 16;
const DESCRIPTOR_LENGTH: u32 = 8; // u32 bytes, u16 flags, u16 next: one u64
const DESCRIPTOR_WRITE: u64 = 2; // the device writes there
const FLAGS_SHIFT: u64 = 32;
const DEVICE_AREA: u32 = 0x400;
const RING: u32 = 4;
const INDEX: u32 = 2;
const DEVICE_ENTRY_SIZE: u32 = 8;
const DEVICE_NO_NOTIFY: u32 = 1; // flag of the device: it looks by itself
const DRIVER_NO_INTERRUPT: u16 = 1; // flag of ours: buffers that come back need no interrupt
const INDEX_SHIFT: u32 = 16;
const INDEX_MASK: u32 = 0xffff;
const NOT_OUT: u32 = u32.MAX_VALUE;

export class PacketVirtqueue {
  /** Bytes that the device wrote to the buffer that takeUsed() gave. */
  usedBytes: u32 = 0;
  private size: u32 = 0;
  private free: u32 = 0;
  private driverIndex: u32 = 0; // buffers made available, mod 2^16
  private toldIndex: u32 = 0; // how many of them the device was told of
  private deviceIndex: u32 = 0; // buffers taken back, mod 2^16
  private freeList: StaticArray<u16> = new StaticArray<u16>(<i32>QUEUE_SIZE_MAX);
  private tags: StaticArray<u32> = new StaticArray<u32>(<i32>QUEUE_SIZE_MAX); // NOT_OUT: the descriptor is free
  private room: StaticArray<u32> = new StaticArray<u32>(<i32>QUEUE_SIZE_MAX); // bytes the device may write

  /** number: the device's name for the queue. firstPage: of its QUEUE_DMA_PAGES in `memory`. */
  constructor(
    private memory: DmaMemory,
    private firstPage: u32,
    private number: u32,
  ) {}

  /** Sets the queue up, empty, for a device whose features are agreed on. → false: it has no such queue */
  setUp(transport: VirtioTransport): bool {
    const max = transport.queueSizeMax(this.number);
    let size = QUEUE_SIZE_MAX;
    while (size > max) size >>= 1;
    if (!size) return false;
    this.size = size;
    this.free = size;
    for (let i: u32 = 0; i < size; i++) {
      unchecked((this.freeList[i] = <u16>i));
      unchecked((this.tags[i] = NOT_OUT));
    }
    this.driverIndex = this.toldIndex = this.deviceIndex = 0;
    const rings = this.memory.page(this.firstPage + 1);
    memory.fill(rings, 0, DEVICE_AREA + RING + QUEUE_SIZE_MAX * DEVICE_ENTRY_SIZE);
    const physical = this.memory.physical(this.firstPage + 1);
    const descriptors = this.memory.physical(this.firstPage);
    transport.setUpQueue(this.number, size, descriptors, physical, physical + DEVICE_AREA);
    return true;
  }

  @inline get hasRoom(): bool {
    return this.free != 0;
  }

  /** Buffers in the device's hands. */
  @inline get outCount(): u32 {
    return this.size - this.free;
  }

  /** Puts a buffer into the queue, which has room; the device hears of it with publish(). isInput: the device writes to it. */
  add(physical: u64, bytes: u32, isInput: bool, tag: u32): void {
    const id = <u32>unchecked(this.freeList[--this.free]);
    unchecked((this.tags[id] = tag));
    unchecked((this.room[id] = isInput ? bytes : 0));
    const at = this.memory.page(this.firstPage) + id * DESCRIPTOR_SIZE;
    const flags = isInput ? DESCRIPTOR_WRITE : 0;
    store<u64>(at, physical);
    store<u64>(at, (<u64>bytes) | (flags << FLAGS_SHIFT), DESCRIPTOR_LENGTH);
    const slot = this.driverIndex & (this.size - 1);
    store<u16>(this.memory.page(this.firstPage + 1) + (slot << 1), <u16>id, RING);
    this.driverIndex = (this.driverIndex + 1) & INDEX_MASK;
  }

  /** Shows the device what was added, and tells it unless it looks by itself. */
  publish(transport: VirtioTransport): void {
    if (this.driverIndex == this.toldIndex) return;
    this.toldIndex = this.driverIndex;
    const rings = this.memory.page(this.firstPage + 1);
    memoryBarrier(); // the buffers are there before the index says so (2.7.13.2)
    store<u16>(rings, <u16>this.driverIndex, INDEX);
    memoryBarrier(); // the index is there before we look whether the device waits (2.7.13.4.1)
    if (!(mmioRead32(rings + DEVICE_AREA) & DEVICE_NO_NOTIFY)) transport.notifyQueue(this.number);
  }

  /** Whether buffers that come back interrupt. Look at takeUsed() once more after switching it on. */
  interruptWhenUsed(wanted: bool): void {
    store<u16>(this.memory.page(this.firstPage + 1), wanted ? 0 : DRIVER_NO_INTERRUPT);
    memoryBarrier();
  }

  /** Takes back a buffer that the device is done with. → its tag, NOTHING_USED or DEVICE_LIES */
  takeUsed(): i32 {
    const used = this.memory.page(this.firstPage + 1) + DEVICE_AREA;
    const waiting = ((mmioRead32(used) >> INDEX_SHIFT) - this.deviceIndex) & INDEX_MASK;
    if (waiting == 0) return NOTHING_USED;
    if (waiting > this.outCount) return DEVICE_LIES;
    memoryBarrier(); // what the device wrote before the index is read after it
    const entry = used + RING + (this.deviceIndex & (this.size - 1)) * DEVICE_ENTRY_SIZE;
    const id = mmioRead32(entry);
    this.usedBytes = mmioRead32(entry + 4);
    if (id >= this.size) return DEVICE_LIES;
    const tag = unchecked(this.tags[id]);
    if (tag == NOT_OUT || this.usedBytes > unchecked(this.room[id])) return DEVICE_LIES;
    unchecked((this.tags[id] = NOT_OUT));
    unchecked((this.freeList[this.free++] = <u16>id));
    this.deviceIndex = (this.deviceIndex + 1) & INDEX_MASK;
    return <i32>tag;
  }
}
