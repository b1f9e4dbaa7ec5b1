// Packets between two processes without copying: buffers of one size in a shared region go round through two rings of
// descriptors. Made for network driver and network stack; each direction has its own queue.
//
//                      active ring: buffers with packets
//            ┌────────┐ ───────────────────────────────▶ ┌─────────┐
//            │ filler │                                  │ drainer │
//            └────────┘ ◀─────────────────────────────── └─────────┘
//                      free ring: buffers to be filled
//
//   descriptor:  63           32 31            0
//               |  length_bytes |    offset     |   offset of the first byte in the region; of a free buffer the length is 0
//
//   queue memory, at a multiple of 64:   | free ring | active ring |      packetQueueBytes(buffers)
//   region, anywhere else:               | 2ⁿ buffers of 2ᵐ bytes  |
//
// For received packets the driver fills and the stack drains; for packets to be sent it is the other way round. A packet
// lies anywhere in one buffer, so there may be room for headers before it.
//
// Ownership: every buffer is one side's. Before anything has been passed all are the drainer's, which gives them with
// giveAll(). BufferPool keeps this side's own list of who has what, and each descriptor that comes in is checked against it: one
// outside the region, across two buffers, or for a buffer that this side has already, is answered -EBADMSG and changes
// nothing here. The bytes of a packet can be changed by the peer at any time: check a copy, not the original.

import { EBADMSG, EINVAL } from "../../../abi/errno";
import { sharedLoad64, sharedStore64 } from "../sys";
import { CONSUMER, PRODUCER, RingEnd, ringBytes } from "./ring";

const DESCRIPTOR_BYTES: u32 = 8;
const LENGTH_SHIFT: u64 = 32;

/** Which side of a packet queue. */
export const FILLER: bool = true;
export const DRAINER: bool = false;

/** Bytes of a queue's memory for `buffers` buffers, or 0: not a power of two, or beyond MAX_RING_ENTRIES. */
export function packetQueueBytes(buffers: u32): u32 {
  return 2 * ringBytes(buffers, DESCRIPTOR_BYTES);
}

/** The buffers of a region, and which of them are this side's. Queues over the same region share one pool. */
export class BufferPool {
  private mine: StaticArray<bool>;
  private count: u32;

  /** base: address of the region; buffers: a number that packetQueueBytes takes; buffer_bytes: 2ᵐ; mine: all are at first. */
  constructor(
    private base: usize,
    buffers: u32,
    private buffer_bytes: u32,
    mine: bool,
  ) {
    this.count = buffers;
    this.mine = new StaticArray<bool>(<i32>buffers);
    this.mine.fill(mine);
  }

  /** Begins anew. mine: all buffers are this side's. */
  restart(mine: bool): void {
    this.mine.fill(mine);
  }

  /** Address of the byte at `offset` of the region, which take() gave or isMine() confirmed. */
  @inline address(offset: u32): usize {
    return this.base + offset;
  }

  /** Whether [offset, offset + length_bytes) lies in one buffer, and that is this side's. */
  isMine(offset: u32, length_bytes: u32): bool {
    return this.holds(offset, length_bytes) && unchecked(this.mine[this.indexOf(offset)]);
  }

  /** A buffer comes from the peer. → 0, or -EBADMSG: it is none, or is this side's already. */
  accept(offset: u32, length_bytes: u32): i32 {
    if (!this.holds(offset, length_bytes)) return -EBADMSG;
    const index = this.indexOf(offset);
    if (unchecked(this.mine[index])) return -EBADMSG;
    unchecked((this.mine[index] = true));
    return 0;
  }

  /** A buffer goes to the peer. → 0, or -EINVAL: it is none, or is not this side's. */
  release(offset: u32, length_bytes: u32): i32 {
    if (!this.isMine(offset, length_bytes)) return -EINVAL;
    unchecked((this.mine[this.indexOf(offset)] = false));
    return 0;
  }

  @inline get size(): u32 {
    return this.count;
  }

  @inline get bufferBytes(): u32 {
    return this.buffer_bytes;
  }

  @inline private indexOf(offset: u32): i32 {
    return <i32>(offset >> ctz(this.buffer_bytes));
  }

  @inline private holds(offset: u32, length_bytes: u32): bool {
    const inBuffer = offset & (this.buffer_bytes - 1);
    return <u32>this.indexOf(offset) < this.count && length_bytes <= this.buffer_bytes - inBuffer;
  }
}

/** One side's view of a queue. */
export class PacketQueue {
  /** What the last take() that gave 1 brought: checked against the pool, and this side's until given away. */
  offset: u32 = 0;
  length_bytes: u32 = 0;
  private incoming: RingEnd;
  private outgoing: RingEnd;

  /** base: address of the queue's memory; peer, bits: whom to notify, with what; first: as RingEnd takes it. */
  constructor(
    private pool: BufferPool,
    base: usize,
    filler: bool,
    peer: u32,
    bits: u64,
    first: u32 = 0,
  ) {
    const active = base + ringBytes(pool.size, DESCRIPTOR_BYTES);
    const from = filler ? base : active;
    const to = filler ? active : base;
    this.incoming = new RingEnd(from, pool.size, DESCRIPTOR_BYTES, CONSUMER, peer, bits, first);
    this.outgoing = new RingEnd(to, pool.size, DESCRIPTOR_BYTES, PRODUCER, peer, bits, first);
  }

  /** Begins anew, over memory that is zeros again; the pool begins anew by itself. */
  restart(): void {
    this.incoming.restart();
    this.outgoing.restart();
  }

  /**
   * Takes the next buffer: a packet for the drainer, an empty one for the filler. → 1: it is in `offset` and `length_bytes`;
   * 0: none is there; -EBADMSG: the peer broke the ring or its descriptor is nonsense (that one is skipped).
   */
  take(): i32 {
    const count = this.incoming.available();
    if (count <= 0) return count;
    const descriptor = sharedLoad64(this.incoming.entry());
    this.incoming.advance(1);
    const offset = <u32>descriptor;
    const length_bytes = <u32>(descriptor >> LENGTH_SHIFT);
    const status = this.pool.accept(offset, length_bytes);
    if (status < 0) return status;
    this.offset = offset;
    this.length_bytes = length_bytes;
    return 1;
  }

  /**
   * Gives a buffer to the peer, which sees it after flush(). → 0; -EINVAL: it is not this side's, or the packet is not inside
   * it; -EBADMSG: the ring is full or broken, which no honest peer can bring about.
   */
  give(offset: u32, length_bytes: u32): i32 {
    if (this.outgoing.available() <= 0) return -EBADMSG;
    const status = this.pool.release(offset, length_bytes);
    if (status < 0) return status;
    sharedStore64(this.outgoing.entry(), (<u64>offset) | ((<u64>length_bytes) << LENGTH_SHIFT));
    return this.outgoing.advance(1);
  }

  /** Gives every buffer that is this side's, as an empty one, and flushes: the drainer's first act. → 0 or -errno */
  giveAll(): i32 {
    for (let i: u32 = 0; i < this.pool.size; i++) {
      const offset = i * this.pool.bufferBytes;
      if (!this.pool.isMine(offset, 0)) continue;
      const status = this.give(offset, 0);
      if (status < 0) return status;
    }
    return this.flush();
  }

  /** Lets the peer see what was taken and given. → 0, or the -errno of the notification: the peer is gone */
  flush(): i32 {
    // What was taken first: a buffer must not reach the peer before the room in the ring that it came through.
    const status = this.incoming.publish();
    const given = this.outgoing.publish();
    return status < 0 ? status : given;
  }

  /** Before sleeping: flushes and asks for a signal. → 0: sleep; > 0: buffers are there; -errno (RingEnd.requestSignal) */
  requestSignal(): i32 {
    const status = this.flush();
    return status < 0 ? status : this.incoming.requestSignal();
  }
}
