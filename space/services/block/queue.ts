// The request queue of one disk: fills slots, hands them to the device, takes them back. Called by disk.ts.
//
// The device reads and writes this memory on its own, and is not believed: what it wrote is read once (a volatile read)
// and checked. Whether a slot is in its hands stands in our memory, not in the shared one.

import { VirtioTransport } from "../../lib/virtio/transport";
import { DmaMemory } from "../../lib/virtio/dma";
import { memoryBarrier, mmioRead32 } from "../../lib/sys";
import * as layout from "./layout";
import { Request, SEGMENT_BYTES, SEGMENT_SIZE, segmentsOf } from "./request";

// What takeUsed() found, besides a slot.
export const NOTHING_USED: i32 = -1;
export const DEVICE_LIES: i32 = -2; // it used what it does not have

const REQUEST_QUEUE: u32 = 0;
const INDEX_MASK: u32 = 0xffff;

export class RequestQueue {
  /** Bytes that the device says it wrote for the slot that takeUsed() gave. */
  usedBytes: u32 = 0;
  private size: u32 = 0;
  private slots: u32 = 0;
  private free: u32 = 0; // bit i: slot i is not in the device's hands
  private driverIndex: u32 = 0; // chains made available, mod 2^16
  private deviceIndex: u32 = 0; // chains taken back, mod 2^16
  private writable: StaticArray<u32> = new StaticArray<u32>(<i32>layout.MAX_SLOTS); // bytes the device may write

  constructor(private memory: DmaMemory) {}

  /** Sets the queue up for a device whose features are agreed on. → false: it has no queue of a usable size */
  setUp(transport: VirtioTransport): bool {
    let size = layout.QUEUE_SIZE_MAX;
    const max = transport.queueSizeMax(REQUEST_QUEUE);
    while (size > max) size >>= 1;
    if (size < layout.SLOT_DESCRIPTORS) return false;
    this.size = size;
    this.slots = min(size / layout.SLOT_DESCRIPTORS, layout.MAX_SLOTS);
    this.free = (1 << this.slots) - 1;
    for (let slot: u32 = 0; slot < this.slots; slot++) this.writeHeaderDescriptor(slot);
    const rings = this.memory.physical(layout.PAGE_RINGS);
    transport.setUpQueue(
      REQUEST_QUEUE,
      size,
      this.memory.physical(layout.PAGE_DESCRIPTORS),
      rings + layout.DRIVER_AREA,
      rings + layout.DEVICE_AREA,
    );
    return true;
  }

  @inline get hasFreeSlot(): bool {
    return this.free != 0;
  }

  /** Whether the device has anything in its hands. */
  get isBusy(): bool {
    return this.free != (1 << this.slots) - 1;
  }

  isInFlight(slot: u32): bool {
    return slot < this.slots && !(this.free & (1 << slot));
  }

  /** Puts a request into a free slot and makes it available; the device hears of it with notify(). → the slot */
  submit(request: Request): u32 {
    const slot = <u32>ctz(this.free);
    this.free &= ~(1 << slot);
    const header = this.header(slot);
    store<u32>(header, request.type);
    store<u64>(header, request.sector, layout.HEADER_SECTOR);
    store<u8>(header, <u8>layout.STATUS_NONE, layout.HEADER_STATUS);
    unchecked((this.writable[slot] = this.writeChain(slot, request)));
    const rings = this.memory.page(layout.PAGE_RINGS) + layout.DRIVER_AREA;
    const at = this.driverIndex & (this.size - 1);
    store<u16>(rings + (at << 1), <u16>(slot * layout.SLOT_DESCRIPTORS), layout.DRIVER_RING);
    this.driverIndex = (this.driverIndex + 1) & INDEX_MASK;
    memoryBarrier(); // the chain is there before the index says so (2.7.13.2)
    store<u16>(rings, <u16>this.driverIndex, layout.DRIVER_INDEX);
    return slot;
  }

  /** Tells the device of what was submitted, unless it looks by itself. */
  notify(transport: VirtioTransport): void {
    memoryBarrier(); // the index is there before the flag is read and the device told (2.7.13.3)
    if (!(this.readDeviceArea(0) & layout.DEVICE_NO_NOTIFY)) transport.notifyQueue(REQUEST_QUEUE);
  }

  /** Takes back a slot that the device is done with. → slot, NOTHING_USED or DEVICE_LIES */
  takeUsed(): i32 {
    const used = this.readDeviceArea(0) >> layout.DEVICE_INDEX_SHIFT;
    const waiting = (used - this.deviceIndex) & INDEX_MASK;
    if (waiting == 0) return NOTHING_USED;
    if (waiting > this.slots) return DEVICE_LIES;
    memoryBarrier(); // what the device wrote before the index is read after it
    const at = this.deviceIndex & (this.size - 1);
    const head = this.readDeviceArea(layout.DEVICE_RING + at * layout.DEVICE_ENTRY_SIZE);
    this.usedBytes = this.readDeviceArea(layout.DEVICE_RING + at * layout.DEVICE_ENTRY_SIZE + 4);
    const slot = head / layout.SLOT_DESCRIPTORS;
    if (head % layout.SLOT_DESCRIPTORS != 0 || !this.isInFlight(slot)) return DEVICE_LIES;
    if (this.usedBytes > unchecked(this.writable[slot])) return DEVICE_LIES;
    this.deviceIndex = (this.deviceIndex + 1) & INDEX_MASK;
    this.free |= 1 << slot;
    return <i32>slot;
  }

  /** The status that the device wrote for a slot. */
  statusOf(slot: u32): u32 {
    return mmioRead32(this.header(slot) + layout.HEADER_STATUS) & 0xff;
  }

  private header(slot: u32): usize {
    return this.memory.page(layout.PAGE_HEADERS) + slot * layout.HEADER_STRIDE;
  }

  private headerPhysical(slot: u32): u64 {
    return this.memory.physical(layout.PAGE_HEADERS) + slot * layout.HEADER_STRIDE;
  }

  @inline
  private readDeviceArea(offset: u32): u32 {
    return mmioRead32(this.memory.page(layout.PAGE_RINGS) + layout.DEVICE_AREA + offset);
  }

  @inline
  private writeDescriptor(index: u32, physical: u64, bytes: u32, flags: u32): void {
    const at = this.memory.page(layout.PAGE_DESCRIPTORS) + index * layout.DESCRIPTOR_SIZE;
    const next = flags & layout.DESCRIPTOR_NEXT ? index + 1 : 0;
    store<u64>(at, physical);
    store<u64>(
      at,
      (<u64>bytes) |
        ((<u64>flags) << layout.DESCRIPTOR_FLAGS_SHIFT) |
        ((<u64>next) << layout.DESCRIPTOR_NEXT_SHIFT),
      layout.DESCRIPTOR_LENGTH,
    );
  }

  /** A slot's first descriptor, always the same. */
  private writeHeaderDescriptor(slot: u32): void {
    const first = slot * layout.SLOT_DESCRIPTORS;
    this.writeDescriptor(first, this.headerPhysical(slot), layout.HEADER_SIZE, layout.DESCRIPTOR_NEXT);
  }

  /** A slot's other descriptors: the request's memory and the status. → bytes that the device may write */
  private writeChain(slot: u32, request: Request): u32 {
    const isRead = request.type == layout.TYPE_READ;
    const flags = layout.DESCRIPTOR_NEXT | (isRead ? layout.DESCRIPTOR_WRITE : 0);
    const segments = request.segments;
    let index = slot * layout.SLOT_DESCRIPTORS + 1;
    let segment = segmentsOf(request);
    let writable: u32 = 1;
    for (let i: u32 = 0; i < segments; i++) {
      const bytes = load<u32>(segment, SEGMENT_BYTES);
      this.writeDescriptor(index++, load<u64>(segment), bytes, flags);
      if (isRead) writable += bytes;
      segment += SEGMENT_SIZE;
    }
    const status = this.headerPhysical(slot) + layout.HEADER_STATUS;
    this.writeDescriptor(index, status, 1, layout.DESCRIPTOR_WRITE);
    return writable;
  }
}
