// The segment that is being handled: its header's fields in host order and what its options say. There is one at a time.

import { load16, load32 } from "../bytes";
import { IpAddress } from "../ip_address";
import { IP_DESTINATION, IP_SOURCE } from "../ip4_format";
import {
  FIN,
  MAX_WINDOW_SHIFT,
  OPTION_END,
  OPTION_MSS,
  OPTION_NOP,
  OPTION_TIMESTAMPS,
  OPTION_WINDOW_SCALE,
  SYN,
  TCP_ACKNOWLEDGMENT,
  TCP_DESTINATION,
  TCP_FLAGS,
  TCP_HEADER,
  TCP_SEQUENCE,
  TCP_SOURCE,
  TCP_URGENT,
  TCP_WINDOW,
  TIMESTAMPS_SIZE,
  TIMESTAMPS_WORD,
} from "./format";

@unmanaged
export class Segment {
  localHigh: u64;
  localLow: u64;
  remoteHigh: u64;
  remoteLow: u64;
  ports: u32; // ours << 16 | theirs
  seq: u32;
  ack: u32;
  wnd: u32; // not scaled
  flags: u32;
  urgent: u32;
  data: usize;
  length: u32; // bytes of data
  mss: u32; // 0: no such option
  shift: i32; // -1: no such option
  hasTimestamps: u32;
  tsValue: u32;
  tsEcho: u32;

  @inline
  get local(): IpAddress {
    return changetype<IpAddress>(changetype<usize>(this) + offsetof<Segment>("localHigh"));
  }

  @inline
  get remote(): IpAddress {
    return changetype<IpAddress>(changetype<usize>(this) + offsetof<Segment>("remoteHigh"));
  }

  @inline
  has(flags: u32): bool {
    return (this.flags & flags) != 0;
  }

  /** Numbers that the segment takes: its data, SYN and FIN. */
  @inline
  get space(): u32 {
    return this.length + ((this.flags & SYN) >> 1) + (this.flags & FIN);
  }
}

export const segment: Segment = changetype<Segment>(memory.data(offsetof<Segment>(), 8));

/** Reads the header of `header` bytes, options included, of a segment of `length`. */
export function readSegment(ip: usize, tcp: usize, header: u32, length: u32): void {
  segment.local.setV4(load32(ip + IP_DESTINATION));
  segment.remote.setV4(load32(ip + IP_SOURCE));
  segment.ports = (load16(tcp + TCP_DESTINATION) << 16) | load16(tcp + TCP_SOURCE);
  segment.seq = load32(tcp + TCP_SEQUENCE);
  segment.ack = load32(tcp + TCP_ACKNOWLEDGMENT);
  segment.wnd = load16(tcp + TCP_WINDOW);
  segment.flags = <u32>load<u8>(tcp, TCP_FLAGS);
  segment.urgent = load16(tcp + TCP_URGENT);
  segment.data = tcp + header;
  segment.length = length - header;
  segment.mss = 0;
  segment.shift = -1;
  segment.hasTimestamps = 0;
  if (header == TCP_HEADER) return;
  if (header == TCP_HEADER + TIMESTAMPS_SIZE && load32(tcp + TCP_HEADER) == TIMESTAMPS_WORD) {
    return readTimestamps(tcp + TCP_HEADER + 4);
  }
  readOptions(tcp + TCP_HEADER, tcp + header);
}

@inline
function readTimestamps(at: usize): void {
  segment.hasTimestamps = 1;
  segment.tsValue = load32(at);
  segment.tsEcho = load32(at + 4);
}

/** Walks the options. One of a wrong length ends the walk (RFC 9293 MUST-7): what was read so far counts. */
function readOptions(at: usize, end: usize): void {
  while (at < end) {
    const kind = <u32>load<u8>(at);
    if (kind == OPTION_END) return;
    if (kind == OPTION_NOP) {
      at += 1;
      continue;
    }
    if (end - at < 2) return;
    const length = <u32>load<u8>(at, 1);
    if (length < 2 || length > <u32>(end - at)) return;
    if (kind == OPTION_MSS && length == 4) segment.mss = load16(at + 2);
    else if (kind == OPTION_WINDOW_SCALE && length == 3) {
      segment.shift = <i32>min(<u32>load<u8>(at, 2), MAX_WINDOW_SHIFT);
    } else if (kind == OPTION_TIMESTAMPS && length == 10) readTimestamps(at + 2);
    at += length;
  }
}
