// One end of a ring in memory that two processes share: entries of one size go from its producer to its consumer, in order,
// without a system call while both are awake. Used by drivers and services for bulk data; packet_queue.ts builds on it.
//
//   0x000  produced        u32  entries put since the beginning                  written by the producer
//   0x040  consumed        u32  entries taken since the beginning                written by the consumer
//   0x080  consumer wake   u32  "signal me when `produced` goes past this"       written by the consumer
//   0x0c0  producer wake   u32  "signal me when `consumed` goes past this"       written by the producer
//   0x100  entries         2ⁿ entries of 2ᵐ bytes; number i is at i mod 2ⁿ
//
// Each word has a cache line of its own. Indices run free and wrap at 2³²; produced - consumed entries are full, at most 2ⁿ.
// Memory of zeros is an empty ring whose consumer waits to be signalled.
//
// Ownership
//   - Entries [consumed, produced) are the consumer's, all others the producer's. Nobody touches what is not his; publish()
//     hands over. Neither end ever writes a word of the other.
//   - Each process makes one end, and one thread uses it. Who created the memory object may take it back at any time: the
//     other then reads zeros, which end in -EBADMSG or in an empty ring.
//   - The other end is not trusted. Its index is read once, checked, and used from a private copy; one's own index is never
//     read back. Nonsense is answered -EBADMSG and nothing outside the ring is touched. What an entry holds is as hostile as
//     its writer: read each field once (sharedLoad64), check the copy, use the copy.
//
// Signalling: drain → request signal → look again → cancel, for the consumer of an empty ring and the producer of a full one alike:
//
//   while (true) {
//     for (let n = end.available(); n > 0; n = end.available()) { …use up to n entries…  end.advance(used); end.publish(); }
//     if (end.requestSignal() == 0) …receive until the notification comes…       (< 0: the peer is broken or gone)
//   }
//
// No wake-up is lost: the end that sleeps writes its wake word, then reads the index; the other writes its index, then reads
// the wake word; LDAR and STLR keep both orders, so one of the two sees the other. tests/ring/ring.pml has the proof by model
// checking. A signal too many is possible and harmless. A request says at which index to signal (as VIRTIO 1.2, 2.7.10, has
// it), so it needs no taking back by the one who answered it, and a batch costs at most one signal.

import { EBADMSG, EINVAL } from "../../../abi/errno";
import { notify } from "../hnx_ipc/endpoint";
import { loadAcquire32, storeRelease32 } from "../sys";

const PRODUCED: usize = 0x000;
const CONSUMED: usize = 0x040;
const CONSUMER_WAKE: usize = 0x080;
const PRODUCER_WAKE: usize = 0x0c0;
const ENTRIES: usize = 0x100;
const LINE_BYTES: u32 = 64;

export const MAX_RING_ENTRIES: u32 = 1 << 15; // ringBytes() is 0 beyond
export const MIN_ENTRY_BYTES: u32 = 8;
export const MAX_ENTRY_BYTES: u32 = 4096;

/** Which end of a ring. */
export const PRODUCER: bool = true;
export const CONSUMER: bool = false;

/** Bytes of a ring, a multiple of 64, or 0: not a power of two, or beyond the limits. For numbers that a peer named, too. */
export function ringBytes(entries: u32, entry_bytes: u32): u32 {
  if (popcnt(entries) != 1 || entries > MAX_RING_ENTRIES) return 0;
  if (popcnt(entry_bytes) != 1 || entry_bytes < MIN_ENTRY_BYTES || entry_bytes > MAX_ENTRY_BYTES) return 0;
  return <u32>ENTRIES + ((entries * entry_bytes + LINE_BYTES - 1) & ~(LINE_BYTES - 1));
}

export class RingEnd {
  private own: u32; // index of the first entry that is this end's
  private limit: u32; // index of the first entry that was not, when last looked
  private published: u32; // what the other end was told of `own`
  private slack: u32; // what separates `limit` from the other's index: a ring's length for the producer, 0 for the consumer
  private ownIndex: usize; // addresses of the header's words
  private ownWake: usize;
  private peerIndex: usize;
  private peerWake: usize;
  private entryShift: u32;

  /**
   * base: address of the ring, a multiple of 64, with ringBytes(entries, entry_bytes) mapped for reading and writing.
   * peer, bits: the other end's endpoint, and what to notify it with (within NOTIFY_USER_MASK).
   * first: the index that both ends begin at.
   */
  constructor(
    private base: usize,
    private entries: u32,
    entry_bytes: u32,
    producer: bool,
    private peer: u32,
    private bits: u64,
    first: u32 = 0,
  ) {
    this.entryShift = ctz(entry_bytes);
    this.slack = producer ? entries : 0;
    this.own = first;
    this.published = first;
    this.limit = first + this.slack;
    this.ownIndex = base + (producer ? PRODUCED : CONSUMED);
    this.ownWake = base + (producer ? PRODUCER_WAKE : CONSUMER_WAKE);
    this.peerIndex = base + (producer ? CONSUMED : PRODUCED);
    this.peerWake = base + (producer ? CONSUMER_WAKE : PRODUCER_WAKE);
    if (producer) this.cancelSignal();
  }

  /** Begins anew at index 0, over a ring that is zeros again. */
  restart(): void {
    this.own = 0;
    this.published = 0;
    this.limit = this.slack;
    if (this.slack) this.cancelSignal();
  }

  /** Entries that this end may use now. Looks at the other end only when none are left. → their number, or -EBADMSG */
  @inline available(): i32 {
    const known = this.limit - this.own;
    return known ? <i32>known : this.look();
  }

  /** The same, looking in any case. */
  look(): i32 {
    const limit = loadAcquire32(this.peerIndex) + this.slack;
    const count = limit - this.own;
    if (count > this.entries) return -EBADMSG;
    this.limit = limit;
    return <i32>count;
  }

  /** Address of the entry `ahead` places after the first that this end may use; inside the ring whatever `ahead` is. */
  @inline entry(ahead: u32 = 0): usize {
    return this.base + ENTRIES + ((<usize>((this.own + ahead) & (this.entries - 1))) << this.entryShift);
  }

  /** Is done with the first `count` entries; publish() hands them over. → 0, or -EINVAL: they are not this end's. */
  @inline advance(count: u32): i32 {
    if (count > this.limit - this.own) return -EINVAL;
    this.own += count;
    return 0;
  }

  /** Hands over what is done, and signals the other end if it asked for that. → 0, or the -errno of the notification */
  publish(): i32 {
    const before = this.published;
    const now = this.own;
    if (now == before) return 0;
    this.published = now;
    storeRelease32(this.ownIndex, now);
    const wake = loadAcquire32(this.peerWake);
    if (now - wake - 1 >= now - before) return 0;
    return notify(this.peer, this.bits);
  }

  /**
   * To be called before sleeping: hands over what is done, asks to be signalled, looks again.
   * → 0: nothing is there, and the signal will come; > 0: entries are there, the request is cancelled; -errno of
   *   available() or publish(), and no request.
   */
  requestSignal(): i32 {
    const status = this.publish();
    if (status < 0) return status;
    const known = this.limit - this.own;
    if (known) return <i32>known;
    storeRelease32(this.ownWake, this.own - this.slack);
    const count = this.look();
    if (count != 0) this.cancelSignal();
    return count;
  }

  /** Takes a request back, by asking for an index that was passed already: saves a signal when woken by something else. */
  @inline cancelSignal(): void {
    storeRelease32(this.ownWake, this.own - this.slack - 1);
  }
}
