// Reads the file that the kernel wrote at power-off (abi/trace.ts draws it). Called by export.ts. The file comes out of a
// machine that may have been broken, so it is checked: a Failure names what is wrong, nothing is guessed.

import * as abi from "../../abi/trace.ts";
import { MAX_PROCESS_NAME } from "../../abi/limits.ts";
import { Failure } from "../common/failure.ts";

export interface TraceEvent {
  /** Ticks of the counter. */
  time: number;
  /** TRACE_RUN … TRACE_END. */
  kind: number;
  detail: number;
  /** Process id; 0: none. */
  pid: number;
  argument: number;
}

export interface Trace {
  ticksPerSecond: number;
  /** The counter when the image was entered. */
  bootTicks: number;
  /** Process id → name. */
  names: Map<number, string>;
  events: TraceEvent[];
  lostEvents: number;
  lostNames: number;
}

const KIND_BYTE = abi.TRACE_KIND_SHIFT / 8;
const DETAIL_BYTE = abi.TRACE_DETAIL_SHIFT / 8;
const TIME_MASK = (1n << BigInt(abi.TRACE_KIND_SHIFT)) - 1n;
const PID_OFFSET = 8;
const ARGUMENT_OFFSET = 12;

function readName(file: Buffer, at: number): [number, string] {
  const length = file.readUInt32LE(at + abi.TRACE_NAME_LENGTH);
  if (length > MAX_PROCESS_NAME) throw new Failure(`a name of ${length} bytes`);
  const text = at + abi.TRACE_NAME_TEXT;
  return [file.readUInt32LE(at + abi.TRACE_NAME_PID), file.toString("utf8", text, text + length)];
}

function readEvent(file: Buffer, at: number): TraceEvent {
  const kind = file[at + KIND_BYTE];
  if (kind < abi.TRACE_RUN || kind > abi.TRACE_END) throw new Failure(`an event of unknown kind ${kind}`);
  return {
    time: Number(file.readBigUInt64LE(at) & TIME_MASK),
    kind,
    detail: file[at + DETAIL_BYTE],
    pid: file.readUInt32LE(at + PID_OFFSET),
    argument: file.readUInt32LE(at + ARGUMENT_OFFSET),
  };
}

type ReadRecord<T> = (file: Buffer, at: number) => T;

function readTable<T>(file: Buffer, start: number, count: number, size: number, read: ReadRecord<T>): T[] {
  return Array.from({ length: count }, (_, i) => read(file, start + i * size));
}

/** Throws a Failure for a file that is no trace, or not a whole one. */
export function readTrace(file: Buffer): Trace {
  if (file.length < abi.TRACE_HEADER_SIZE || file.readUInt32LE(abi.TRACE_HEADER_MAGIC) !== abi.TRACE_MAGIC) {
    throw new Failure("this is no trace of HNX");
  }
  const version = file.readUInt32LE(abi.TRACE_HEADER_VERSION);
  if (version !== abi.TRACE_VERSION)
    throw new Failure(`a trace of version ${version}, not ${abi.TRACE_VERSION}`);
  const nameCount = file.readUInt32LE(abi.TRACE_HEADER_NAMES);
  const eventCount = file.readUInt32LE(abi.TRACE_HEADER_EVENTS);
  const firstEvent = abi.TRACE_HEADER_SIZE + nameCount * abi.TRACE_NAME_SIZE;
  const size = firstEvent + eventCount * abi.TRACE_EVENT_SIZE;
  if (file.length !== size) throw new Failure(`a trace of ${file.length} bytes that should have ${size}`);
  const ticksPerSecond = Number(file.readBigUInt64LE(abi.TRACE_HEADER_HZ));
  if (ticksPerSecond === 0) throw new Failure("a counter that does not count");
  return {
    ticksPerSecond,
    bootTicks: Number(file.readBigUInt64LE(abi.TRACE_HEADER_BOOT) & TIME_MASK),
    names: new Map(readTable(file, abi.TRACE_HEADER_SIZE, nameCount, abi.TRACE_NAME_SIZE, readName)),
    events: readTable(file, firstEvent, eventCount, abi.TRACE_EVENT_SIZE, readEvent),
    lostEvents: Number(file.readBigUInt64LE(abi.TRACE_HEADER_LOST_EVENTS)),
    lostNames: Number(file.readBigUInt64LE(abi.TRACE_HEADER_LOST_NAMES)),
  };
}
