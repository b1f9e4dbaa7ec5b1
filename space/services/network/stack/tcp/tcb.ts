// A connection, or a listener: the transmission control block of RFC 9293, 3.3.1, with its timers and buffers.
//
//   0 fields · 512 send buffer (byte_ring) · 648 receive buffer · 784 stretches received out of order
//
// Positions in the send buffer are sequence numbers less (iss + 1), in the receive buffer less (irs + 1).

import { ByteRing } from "../byte_ring";
import { IpAddress } from "../ip_address";
import { TCB_SIZE, TCB_TABLE } from "../layout";

export const CLOSED: u32 = 0;
export const LISTEN: u32 = 1;
export const SYN_SENT: u32 = 2;
export const SYN_RECEIVED: u32 = 3;
export const ESTABLISHED: u32 = 4;
export const FIN_WAIT_1: u32 = 5;
export const FIN_WAIT_2: u32 = 6;
export const CLOSE_WAIT: u32 = 7;
export const CLOSING: u32 = 8;
export const LAST_ACK: u32 = 9;
export const TIME_WAIT: u32 = 10;

// flags
export const IN_USE: u32 = 1;
export const ACK_NOW: u32 = 2; // the next output has to acknowledge
export const NO_DELAY: u32 = 4; // Nagle's algorithm is off
export const KEEP_ALIVE: u32 = 8;
export const TIMESTAMPS: u32 = 0x10; // both sides have the option
export const SCALED: u32 = 0x20; // both sides scale windows
export const FIN_QUEUED: u32 = 0x40; // no more data from the user: FIN follows the last byte
export const DETACHED: u32 = 0x80; // the user has closed it: nobody reads, and it goes when it is done
export const RTT_TIMED: u32 = 0x100; // rttSequence is being timed
export const RECOVERY: u32 = 0x200; // fast recovery, until `recover` is acknowledged
export const SEND_URGENT: u32 = 0x400; // sndUrgent is ahead of sndUna
export const RECEIVE_URGENT: u32 = 0x800; // rcvUrgent is ahead of what the user has read
export const READ_SHUT: u32 = 0x1000; // the user wants no more data
export const PASSIVE: u32 = 0x2000; // made by a listener
export const PERSIST: u32 = 0x4000; // the retransmission timer probes a closed window
export const BLOCKED: u32 = 0x8000; // the user waits for room in the send buffer
export const SYN_RETRANSMITTED: u32 = 0x10000;
export const FIN_RECEIVED: u32 = 0x20000; // the peer sends no more; its FIN is at rcvNxt - 1
export const BOUND: u32 = 0x40000; // in the table of bound ports
export const CONNECTED: u32 = 0x80000; // in the table of connections
export const WAS_OPEN: u32 = 0x100000; // has been ESTABLISHED
export const REUSE_ADDRESS: u32 = 0x200000;

const SEND_RING: u32 = 512;
const RECEIVE_RING: u32 = 648;
export const INTERVALS: u32 = 784;

@unmanaged
export class Tcb {
  localHigh: u64;
  localLow: u64;
  remoteHigh: u64;
  remoteLow: u64;
  retransmit_us: u64; // deadlines; 0: off
  delayedAck_us: u64;
  other_us: u64; // keep-alive, TIME-WAIT, FIN-WAIT-2 of a detached one
  firstRetransmit_us: u64; // when the oldest unacknowledged segment was sent again first; 0: it was not
  heard_us: u64; // when the last acceptable segment came
  sent_us: u64; // when data was sent last
  rttStart_us: u64;
  tsRecentAt_us: u64;
  challengeAt_us: u64; // when the last challenge ACK was sent
  userTimeout_us: u64; // R2 (RFC 9293, 3.8.3)
  ports: u32; // local << 16 | remote
  state: u32;
  flags: u32;
  error: i32; // errno that ended it, or that a router reported
  iss: u32;
  sndUna: u32;
  sndNxt: u32;
  sndMax: u32; // the highest sndNxt has been
  sndEnd: u32; // behind the user's last byte: the FIN's number
  sndWnd: u32;
  sndWl1: u32;
  sndWl2: u32;
  sndWndMax: u32; // the largest window the peer has offered
  sndUrgent: u32; // number of the last urgent byte
  irs: u32;
  rcvNxt: u32;
  rcvEdge: u32; // what has been promised ends here
  rcvUrgent: u32;
  lastAckSent: u32;
  cwnd: u32;
  ssthresh: u32;
  recover: u32;
  ackedBytes: u32; // in congestion avoidance, since cwnd grew last
  tsRecent: u32;
  tsOffset: u32;
  srtt_us: u32; // 0: not measured yet
  rttvar_us: u32;
  rto_us: u32;
  rttSequence: u32;
  sendBytes: u32; // size of the buffers
  receiveBytes: u32;
  service: u32; // TOS << 8 | TTL of what is sent
  keepIdle_s: u32;
  mss: u32; // bytes of data in a full segment, options deducted
  peerMss: u32; // as the peer said
  pathMtu: u32;
  dupAcks: u32;
  backoff: u32; // times that rto_us has been doubled
  probes: u32; // keep-alive probes unanswered
  unackedSegments: u32; // received since we acknowledged last
  intervals: u32; // stretches in the table behind the buffers
  sndShift: u32;
  rcvShift: u32;
  backlog: u32; // listener: the most connections that wait to be accepted
  acceptCount: u32;
  halfOpenCount: u32;
  acceptHead: u16; // queues: index + 1
  acceptTail: u16;
  halfOpenHead: u16;
  halfOpenTail: u16;
  linkNext: u16; // in the one queue that it is in
  linkPrevious: u16;
  hashNext: u16;
  boundNext: u16;
  parent: u16; // the listener, index + 1
  queued: u16; // in the output queue; outlives the connection

  @inline
  get local(): IpAddress {
    return changetype<IpAddress>(changetype<usize>(this) + offsetof<Tcb>("localHigh"));
  }

  @inline
  get remote(): IpAddress {
    return changetype<IpAddress>(changetype<usize>(this) + offsetof<Tcb>("remoteHigh"));
  }

  @inline
  get localPort(): u32 {
    return this.ports >> 16;
  }

  @inline
  get remotePort(): u32 {
    return this.ports & 0xffff;
  }

  @inline
  get index(): u32 {
    return <u32>(changetype<usize>(this) - TCB_TABLE) / TCB_SIZE;
  }

  @inline
  get sendRing(): ByteRing {
    return changetype<ByteRing>(changetype<usize>(this) + SEND_RING);
  }

  @inline
  get receiveRing(): ByteRing {
    return changetype<ByteRing>(changetype<usize>(this) + RECEIVE_RING);
  }

  @inline
  is(flag: u32): bool {
    return (this.flags & flag) != 0;
  }

  @inline
  set(flag: u32): void {
    this.flags |= flag;
  }

  @inline
  clear(flag: u32): void {
    this.flags &= ~flag;
  }

  /** Bytes that the user may read now. */
  @inline
  get readable(): u32 {
    return this.rcvNxt - u32(this.is(FIN_RECEIVED)) - (this.irs + 1) - this.receiveRing.head;
  }
}

@inline
export function tcbAt(index: u32): Tcb {
  return changetype<Tcb>(TCB_TABLE + <usize>index * TCB_SIZE);
}

/** Whether the user may still send in this state. */
@inline
export function canSend(state: u32): bool {
  return state == ESTABLISHED || state == CLOSE_WAIT;
}

/** Whether data of the peer's may still come in this state. */
@inline
export function canReceive(state: u32): bool {
  return state >= ESTABLISHED && state <= FIN_WAIT_2;
}
