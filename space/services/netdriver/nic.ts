// One virtio-net card (Virtual I/O Device 1.2, 5.1): taken over, started on the stack's packet buffers, and stopped. What
// it receives goes up through one packet queue, what it is to send comes down through the other (abi/net_driver.ts).
//
// A buffer:   | … | 12 bytes of virtio header | frame … |      the device sees header and frame as one piece
//
// No offloads are agreed on, so the header is zeros when sent and tells nothing when received. A card that misbehaves is
// reset and counts as absent until the driver starts anew.

import { NET_BUFFER_BYTES, NET_FRAME_OFFSET } from "../../../abi/net_driver";
import { PAGE_SHIFT, PAGE_SIZE } from "../../../abi/limits";
import { LOG_ERROR, logLine } from "../../lib/log";
import { BufferPool, PacketQueue } from "../../lib/ring";
import { DmaMemory } from "../../lib/virtio/dma";
import { VIRTIO_INTERRUPT_CONFIG, VirtioTransport } from "../../lib/virtio/transport";
import { DEVICE_LIES, NOTHING_USED, PacketVirtqueue, QUEUE_DMA_PAGES } from "./queue";

/** Pages that the constructor's memory has. */
export const NIC_DMA_PAGES: u32 = 2 * QUEUE_DMA_PAGES;

const FEATURE_MAC: u64 = 1 << 5;
const FEATURE_STATUS: u64 = 1 << 16;
const CONFIG_MAC: u32 = 0; // 6 bytes, then u16 status
const CONFIG_STATUS_SHIFT: u64 = 48;
const LINK_UP: u64 = 1;
const MAC_SHIFT: u64 = 16; // of eight bytes that begin with the address, the address as a number

const RECEIVE_QUEUE: u32 = 0;
const SEND_QUEUE: u32 = 1;
const HEADER_BYTES: u32 = 12;
const FEW_BUFFERS: u32 = 128; // of the 256 that the stack lends
const ETHERNET_HEADER: u32 = 14;
const IN_BUFFER: u32 = NET_BUFFER_BYTES - 1;

export class Nic {
  /** The card's address as a number, the first byte highest. */
  mac: u64 = 0;
  hasFailed: bool = false;
  private receiveQueue: PacketVirtqueue;
  private sendQueue: PacketVirtqueue;
  private hasStatus: bool = false;
  private isRunning: bool = false;

  /** pool: the stack's buffers; pages: a u64 for each of their pages, its physical address. */
  constructor(
    private transport: VirtioTransport,
    memory: DmaMemory,
    private pool: BufferPool,
    private pages: usize,
  ) {
    this.receiveQueue = new PacketVirtqueue(memory, 0, RECEIVE_QUEUE);
    this.sendQueue = new PacketVirtqueue(memory, QUEUE_DMA_PAGES, SEND_QUEUE);
  }

  /** Takes the card over, up to its queues. → false, said in the log: it cannot be used */
  prepare(): bool {
    const features = this.transport.negotiate(FEATURE_MAC | FEATURE_STATUS);
    if (!features) return this.refuse("does not agree to the features of virtio 1.0");
    if (!(features & FEATURE_MAC)) return this.refuse("has no address");
    this.hasStatus = (features & FEATURE_STATUS) != 0;
    this.mac = bswap<u64>(this.transport.config64(CONFIG_MAC)) >> MAC_SHIFT;
    if (!this.receiveQueue.setUp(this.transport) || !this.sendQueue.setUp(this.transport))
      return this.refuse("lacks a queue");
    this.sendQueue.interruptWhenUsed(false);
    return true;
  }

  /** Lets the card, just prepared, work on the buffers. */
  start(): void {
    this.transport.start();
    this.isRunning = true;
  }

  /** From now on the card touches no buffer. */
  stop(): void {
    this.isRunning = false;
    if (!this.transport.reset()) this.fail("does not reset");
  }

  get isLinkUp(): bool {
    if (!this.hasStatus) return true;
    return ((this.transport.config64(CONFIG_MAC) >> CONFIG_STATUS_SHIFT) & LINK_UP) != 0;
  }

  /** Whether the card has so few empty buffers that a burst of packets could find none. */
  get wantsBuffers(): bool {
    return this.isRunning && this.receiveQueue.outCount < FEW_BUFFERS;
  }

  /** Takes the interrupt. → whether the link may have changed */
  interrupt(): bool {
    const causes = this.transport.takeInterrupt();
    if (!(causes & VIRTIO_INTERRUPT_CONFIG) || !this.isRunning) return false;
    if (this.transport.needsReset) this.fail("asks for a reset");
    return true;
  }

  /** Moves packets both ways until there is nothing to do. → false: the stack broke its rings */
  move(received: PacketQueue, toSend: PacketQueue): bool {
    if (!this.isRunning) return true;
    if (!this.passUp(received) || !this.refill(received)) return false;
    if (!this.takeBack(toSend) || !this.passDown(toSend)) return false;
    this.sendQueue.interruptWhenUsed(!this.sendQueue.hasRoom);
    return true;
  }

  /** What was received goes to the stack. */
  private passUp(received: PacketQueue): bool {
    for (let tag = this.receiveQueue.takeUsed(); tag != NOTHING_USED; tag = this.receiveQueue.takeUsed()) {
      if (tag == DEVICE_LIES) {
        this.fail("returns what it was not given");
        return true;
      }
      const bytes = this.receiveQueue.usedBytes;
      const length = bytes > HEADER_BYTES ? bytes - HEADER_BYTES : 0;
      if (received.give(<u32>tag + NET_FRAME_OFFSET, length) < 0) return false;
    }
    return true;
  }

  /** Empty buffers go to the card. */
  private refill(received: PacketQueue): bool {
    while (this.receiveQueue.hasRoom) {
      const status = received.take();
      if (status <= 0) {
        if (status < 0) return false;
        break;
      }
      const start = received.offset & ~IN_BUFFER;
      const at = start + NET_FRAME_OFFSET - HEADER_BYTES;
      this.receiveQueue.add(this.physical(at), start + NET_BUFFER_BYTES - at, true, start);
    }
    this.receiveQueue.publish(this.transport);
    return true;
  }

  /** Buffers that were sent go back to the stack. */
  private takeBack(toSend: PacketQueue): bool {
    for (let tag = this.sendQueue.takeUsed(); tag != NOTHING_USED; tag = this.sendQueue.takeUsed()) {
      if (tag == DEVICE_LIES) {
        this.fail("sends what it was not given");
        return true;
      }
      if (toSend.give(<u32>tag, 0) < 0) return false;
    }
    return true;
  }

  /** Frames of the stack go to the card. */
  private passDown(toSend: PacketQueue): bool {
    while (this.sendQueue.hasRoom) {
      const status = toSend.take();
      if (status <= 0) {
        if (status < 0) return false;
        break;
      }
      const offset = toSend.offset;
      if ((offset & IN_BUFFER) < HEADER_BYTES || toSend.length_bytes < ETHERNET_HEADER) return false;
      const header = this.pool.address(offset - HEADER_BYTES);
      store<u32>(header, 0);
      store<u64>(header, 0, 4);
      const at = offset - HEADER_BYTES;
      this.sendQueue.add(this.physical(at), toSend.length_bytes + HEADER_BYTES, false, offset & ~IN_BUFFER);
    }
    this.sendQueue.publish(this.transport);
    return true;
  }

  /** Physical address of the byte at `offset` of the buffers; none lies across pages. */
  @inline
  private physical(offset: u32): u64 {
    return load<u64>(this.pages + ((<usize>(offset >> PAGE_SHIFT)) << 3)) + (offset & (PAGE_SIZE - 1));
  }

  private refuse(what: string): bool {
    this.fail(what);
    return false;
  }

  private fail(what: string): void {
    logLine.text("network card ").text(what).write(LOG_ERROR);
    this.hasFailed = true;
    if (!this.isRunning) return;
    this.stop();
  }
}
