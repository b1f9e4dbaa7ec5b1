// Packet buffers and the two queues of packets that go out. A packet is known by the address of its Ethernet frame:
//
//   0        6                  18              32                  2048
//   |        | virtio-net header| Ethernet (14) | IP, 8-aligned …   |     one buffer
//
// New packets belong to whoever made them until packetSend() puts them into a queue; then to whoever takes them from there,
// who ends with packetFree(). Buffers below `reserved` belong to the driver, for what arrives.

import { ETHERNET_HEADER } from "./ethernet_format";
import {
  LOOPBACK_QUEUE,
  MAX_PACKETS,
  PACKET_AREA,
  PACKET_LENGTHS,
  PACKET_SHIFT,
  PACKET_STACK,
  WIRE_QUEUE,
} from "./layout";
import { PACKETS_MISSED, count } from "./counters";

/** Offset of the frame in its buffer. */
export const FRAME_OFFSET: u32 = 18;
/** Bytes that a frame may have. */
export const MAX_FRAME: u32 = 2048 - FRAME_OFFSET;

const QUEUE_MASK: u32 = MAX_PACKETS - 1;

let freeCount: u32 = 0;
let wireHead: u32 = 0;
let wireTail: u32 = 0;
let loopbackHead: u32 = 0;
let loopbackTail: u32 = 0;
/** Whether somebody had to go without a packet since the last packetFree(). */
export let packetsWanted: bool = false;

/** Makes all buffers from number `reserved` on free. */
export function startPackets(reserved: u32): void {
  freeCount = 0;
  wireHead = wireTail = loopbackHead = loopbackTail = 0;
  for (let index = MAX_PACKETS; index > reserved; index--) push(index - 1);
}

@inline
function push(index: u32): void {
  store<u16>(PACKET_STACK + (freeCount << 1), <u16>index);
  freeCount += 1;
}

@inline
function indexOf(frame: usize): u32 {
  return <u32>((frame - PACKET_AREA) >> PACKET_SHIFT);
}

@inline
export function frameOfPacket(index: u32): usize {
  return PACKET_AREA + ((<usize>index) << PACKET_SHIFT) + FRAME_OFFSET;
}

export function freePackets(): u32 {
  return freeCount;
}

/** A packet's frame, to be filled, or 0: none is free. */
export function packetNew(): usize {
  if (freeCount == 0) {
    packetsWanted = true;
    count(PACKETS_MISSED);
    return 0;
  }
  freeCount -= 1;
  return frameOfPacket(<u32>load<u16>(PACKET_STACK + (freeCount << 1)));
}

/** Gives a packet back. */
export function packetFree(frame: usize): void {
  push(indexOf(frame));
  packetsWanted = false;
}

/** Queues a frame of `length` bytes for the wire. There is room: the queue holds every packet there is. */
export function packetSend(frame: usize, length: u32): void {
  enqueue(WIRE_QUEUE, wireTail++, frame, length);
}

/** Queues an IP packet of `length` bytes, link header included, for ourselves. */
export function packetLoop(frame: usize, length: u32): void {
  enqueue(LOOPBACK_QUEUE, loopbackTail++, frame, length);
}

@inline
function enqueue(queue: usize, position: u32, frame: usize, length: u32): void {
  const index = indexOf(frame);
  store<u16>(PACKET_LENGTHS + (index << 1), <u16>length);
  store<u16>(queue + ((position & QUEUE_MASK) << 1), <u16>index);
}

/** Notes the length of a packet that waits elsewhere. */
@inline
export function setPacketLength(frame: usize, length: u32): void {
  store<u16>(PACKET_LENGTHS + (indexOf(frame) << 1), <u16>length);
}

/** Bytes of the frame of a packet that was queued, or whose length was noted. */
@inline
export function packetLength(frame: usize): u32 {
  return <u32>load<u16>(PACKET_LENGTHS + (indexOf(frame) << 1));
}

/** Whether packets wait, for the wire or for ourselves. */
@inline
export function hasPackets(): bool {
  return wireHead != wireTail || loopbackHead != loopbackTail;
}

/** The oldest frame for the wire, or 0. It is the caller's then. */
export function takeFromWire(): usize {
  if (wireHead == wireTail) return 0;
  return frameOfPacket(<u32>load<u16>(WIRE_QUEUE + ((wireHead++ & QUEUE_MASK) << 1)));
}

/** The oldest packet for ourselves, or 0. It is the caller's then. */
export function takeFromLoopback(): usize {
  if (loopbackHead == loopbackTail) return 0;
  return frameOfPacket(<u32>load<u16>(LOOPBACK_QUEUE + ((loopbackHead++ & QUEUE_MASK) << 1)));
}

/** Where the IP header of a packet begins. */
@inline
export function ipHeaderOf(frame: usize): usize {
  return frame + ETHERNET_HEADER;
}
