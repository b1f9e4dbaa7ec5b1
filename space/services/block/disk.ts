// One virtio-blk device (Virtual I/O Device 1.2, 5.2): taken over, given requests, relieved of them, and shut off when it
// misbehaves. Requests beyond what it holds at a time wait here, first come first served.
//
// A write is on the medium when it is answered if the device has no volatile cache (FLUSH not offered), else after the
// next flush. The device may do requests at the same time in any order.

import { BLOCK_MAX_SEGMENTS, BLOCK_SECTOR_BYTES } from "../../../abi/block";
import { EIO } from "../../../abi/errno";
import { PAGE_SIZE } from "../../../abi/limits";
import { counter } from "../../lib/sys";
import { DmaMemory } from "../../lib/virtio/dma";
import { VIRTIO_INTERRUPT_CONFIG, VirtioTransport } from "../../lib/virtio/transport";
import { clientAt } from "./client";
import { finish } from "./completion";
import * as layout from "./layout";
import { report } from "./disk_log";
import { DEVICE_LIES, NOTHING_USED, RequestQueue } from "./queue";
import { MAX_REQUESTS, Request, addSegment, clientOf, requestAt } from "./request";

const FEATURE_SIZE_MAX: u64 = 1 << 1;
const FEATURE_SEG_MAX: u64 = 1 << 2;
const FEATURE_READ_ONLY: u64 = 1 << 5;
const FEATURE_BLOCK_SIZE: u64 = 1 << 6;
const FEATURE_FLUSH: u64 = 1 << 9;
const WANTED_FEATURES: u64 =
  FEATURE_SIZE_MAX | FEATURE_SEG_MAX | FEATURE_READ_ONLY | FEATURE_BLOCK_SIZE | FEATURE_FLUSH;

const CONFIG_CAPACITY: u32 = 0; // u64, sectors
const CONFIG_SIZE_MAX: u32 = 8; // u32, bytes of a segment
const CONFIG_SEG_MAX: u32 = 12; // u32, segments of a request
const CONFIG_BLOCK_SIZE: u32 = 20; // u32, bytes
const MAX_CAPACITY: u64 = 1 << 54; // sectors; 2^63 bytes
const MAX_BLOCK_BYTES: u32 = PAGE_SIZE;

/** The request that reads partition tables, before there are clients. Its record follows theirs. */
const OWN_REQUEST: u32 = MAX_REQUESTS;

export class Disk {
  sectors: u64 = 0;
  blockBytes: u32 = BLOCK_SECTOR_BYTES;
  readOnly: bool = false;
  hasCache: bool = false;
  hasFailed: bool = false;
  /** Bytes that two neighbouring pages may make up as one segment. */
  segmentBytesMax: u32 = u32.MAX_VALUE;
  private queue: RequestQueue;
  private requests: StaticArray<u32> = new StaticArray<u32>(<i32>layout.MAX_SLOTS); // of a slot: index
  private submitted: StaticArray<u64> = new StaticArray<u64>(<i32>layout.MAX_SLOTS); // of a slot: counter
  private firstWaiting: u32 = 0; // index + 1
  private lastWaiting: u32 = 0;
  private ownResult: i64 = 0;
  private ownPending: bool = false;

  constructor(
    public index: u32,
    private transport: VirtioTransport,
    private memory: DmaMemory,
  ) {
    this.queue = new RequestQueue(memory);
  }

  /** Takes the device over. → false, said in the log: it cannot be used and is left reset */
  start(): bool {
    const features = this.transport.negotiate(WANTED_FEATURES);
    if (!features) return this.refuse("does not agree to the features of virtio 1.0");
    this.sectors = this.transport.config64(CONFIG_CAPACITY);
    this.readOnly = (features & FEATURE_READ_ONLY) != 0;
    this.hasCache = (features & FEATURE_FLUSH) != 0;
    if (this.sectors > MAX_CAPACITY) return this.refuse("claims an impossible size");
    if (features & FEATURE_BLOCK_SIZE) this.blockBytes = this.transport.config32(CONFIG_BLOCK_SIZE);
    const isPower = popcnt(this.blockBytes) == 1;
    if (!isPower || this.blockBytes < BLOCK_SECTOR_BYTES || this.blockBytes > MAX_BLOCK_BYTES)
      return this.refuse("has blocks of a size that is not 512 to 4,096 bytes");
    if (features & FEATURE_SIZE_MAX) this.segmentBytesMax = this.transport.config32(CONFIG_SIZE_MAX);
    if (this.segmentBytesMax < PAGE_SIZE) return this.refuse("takes no segment of a whole page");
    if (features & FEATURE_SEG_MAX && this.transport.config32(CONFIG_SEG_MAX) < BLOCK_MAX_SEGMENTS)
      return this.refuse("takes too few segments a request");
    if (!this.queue.setUp(this.transport)) return this.refuse("has no queue of 64 entries or more");
    this.transport.start();
    return true;
  }

  /** Does a request, or lets it wait its turn. It is answered by finish(), not before this returns. */
  submit(request: Request): void {
    if (!this.firstWaiting && this.queue.hasFreeSlot) {
      this.hand(request);
      this.queue.notify(this.transport);
      return;
    }
    request.next = 0;
    if (this.firstWaiting) requestAt(this.lastWaiting - 1).next = request.index + 1;
    else this.firstWaiting = request.index + 1;
    this.lastWaiting = request.index + 1;
  }

  /** Whether the device has something to answer. */
  get isBusy(): bool {
    return !this.hasFailed && this.queue.isBusy;
  }

  /** The device's interrupt: answers what is done. Before the interrupt is unmasked. */
  interrupt(): void {
    const causes = this.transport.takeInterrupt();
    if (this.hasFailed) return;
    if (causes & VIRTIO_INTERRUPT_CONFIG && this.transport.needsReset) return this.fail("asks for a reset");
    for (;;) {
      const slot = this.queue.takeUsed();
      if (slot == NOTHING_USED) break;
      if (slot == DEVICE_LIES) return this.fail("answers what it was not asked");
      this.complete(<u32>slot);
    }
    this.handWaiting();
  }

  /** Shuts the device off if it has had a request for longer than `limit` ticks at time `now`. */
  checkTime(now: u64, limit: u64): void {
    for (let slot: u32 = 0; slot < layout.MAX_SLOTS && this.isBusy; slot++) {
      if (this.queue.isInFlight(slot) && now - this.submitted[slot] > limit) this.fail("does not answer");
    }
  }

  /**
   * Shuts the device off and answers all its requests with -EIO. If it does not even reset, it may still write to the
   * memory of the requests that it had: those keep their records for ever, and so the memory its pin.
   */
  fail(what: string): void {
    report(this.index, what);
    this.hasFailed = true;
    const isSilent = this.transport.reset();
    if (!isSilent) report(this.index, "does not reset: memory that it was given stays pinned");
    for (let slot: u32 = 0; slot < layout.MAX_SLOTS; slot++) {
      if (this.queue.isInFlight(slot)) this.conclude(requestAt(this.requests[slot]), -EIO, isSilent);
    }
    while (this.firstWaiting) this.conclude(this.takeWaiting(), -EIO, true);
  }

  /** Begins to read `sectors` sectors (a page at most) to buffer(); isReading tells whether it still does. */
  beginRead(sector: u64, sectors: u32): void {
    const request = requestAt(OWN_REQUEST);
    request.index = OWN_REQUEST;
    request.type = layout.TYPE_READ;
    request.sector = sector;
    request.sectors = sectors;
    request.segments = 0;
    addSegment(request, this.memory.physical(layout.PAGE_BUFFER), sectors * BLOCK_SECTOR_BYTES, PAGE_SIZE);
    this.ownPending = true;
    this.submit(request);
  }

  get isReading(): bool {
    return this.ownPending;
  }

  /** What the last read came to: its sectors, or -errno. */
  get readResult(): i64 {
    return this.ownResult;
  }

  /** What the last read read. */
  get buffer(): usize {
    return this.memory.page(layout.PAGE_BUFFER);
  }

  private refuse(what: string): bool {
    report(this.index, what);
    this.transport.reset();
    return false;
  }

  /** Gives a request to the device, which has a free slot. It is told later. */
  private hand(request: Request): void {
    const slot = this.queue.submit(request);
    unchecked((this.requests[slot] = request.index));
    unchecked((this.submitted[slot] = counter()));
  }

  private complete(slot: u32): void {
    const request = requestAt(unchecked(this.requests[slot]));
    const status = this.queue.statusOf(slot);
    const isWhole =
      request.type != layout.TYPE_READ || this.queue.usedBytes >= request.sectors * BLOCK_SECTOR_BYTES;
    this.conclude(request, status == layout.STATUS_OK && isWhole ? <i64>request.sectors : -EIO, true);
  }

  /** Answers a request. isBack: the device is done with its memory. */
  private conclude(request: Request, result: i64, isBack: bool): void {
    if (request.index == OWN_REQUEST) {
      this.ownResult = result;
      this.ownPending = false;
      return;
    }
    request.keep = u32(!isBack);
    finish(request, result);
  }

  private takeWaiting(): Request {
    const request = requestAt(this.firstWaiting - 1);
    this.firstWaiting = request.next;
    return request;
  }

  /** Hands over what waited, as far as there are slots. Requests of the dead are not done any more. */
  private handWaiting(): void {
    let handed = false;
    while (this.firstWaiting && this.queue.hasFreeSlot) {
      const request = this.takeWaiting();
      if (clientAt(clientOf(request)).isDead) {
        finish(request, -EIO);
        continue;
      }
      this.hand(request);
      handed = true;
    }
    if (handed) this.queue.notify(this.transport);
  }
}
