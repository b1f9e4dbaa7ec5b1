// How a trace begins and how it leaves the machine: the boot argument `trace=FILE` starts it, and at power-off the rings go
// to that file of the host, by semihosting. After a panic too.

import {
  MAX_TRACE_EVENTS,
  MAX_TRACE_FILE_NAME,
  MAX_TRACE_NAMES,
  TRACE_EVENT_SIZE,
  TRACE_HEADER_BOOT,
  TRACE_HEADER_EVENTS,
  TRACE_HEADER_HZ,
  TRACE_HEADER_LOST_EVENTS,
  TRACE_HEADER_LOST_NAMES,
  TRACE_HEADER_MAGIC,
  TRACE_HEADER_NAMES,
  TRACE_HEADER_SIZE,
  TRACE_HEADER_VERSION,
  TRACE_MAGIC,
  TRACE_NAME_SIZE,
  TRACE_VERSION,
} from "../../abi/trace";
import { argumentRest, argumentRestLength, findArgument } from "../boot/arguments";
import { hostClose, hostCreate, hostWrite } from "../hal/host";
import { counterHz, entryCounter, useTracedVectors } from "../hal/hw";
import { LOG_INFO, LOG_WARN, logLine } from "../log/log";
import { createRings, events, eventsRecorded, names, namesRecorded, stopRecording, tracing } from "./ring";

const header: usize = memory.data(48, 8);
const fileName: usize = memory.data(256, 8);
let fileNameLength: u32 = 0;

/** Starts recording if the boot arguments say so. */
export function startTrace(): void {
  if (!findArgument("trace=")) return;
  if (argumentRestLength == 0 || argumentRestLength > MAX_TRACE_FILE_NAME) {
    logLine(LOG_WARN, "kernel: no trace: trace= needs a file name of 1 to 255 bytes");
    return;
  }
  if (!createRings()) {
    logLine(LOG_WARN, "kernel: no trace: not enough memory in one piece");
    return;
  }
  fileNameLength = argumentRestLength;
  memory.copy(fileName, argumentRest, fileNameLength);
  useTracedVectors();
  logLine(LOG_INFO, "kernel: recording events");
}

/** Writes what was recorded to the host's file; nothing when no trace runs or no host listens. */
export function dumpTrace(): void {
  if (!tracing) return;
  stopRecording(); // also: a fault in here would come back here
  const keptEvents = <u32>min(eventsRecorded, <u64>MAX_TRACE_EVENTS);
  const keptNames = <u32>min(namesRecorded, <u64>MAX_TRACE_NAMES);
  store<u32>(header, TRACE_MAGIC, TRACE_HEADER_MAGIC);
  store<u32>(header, TRACE_VERSION, TRACE_HEADER_VERSION);
  store<u64>(header, counterHz(), TRACE_HEADER_HZ);
  store<u64>(header, entryCounter(), TRACE_HEADER_BOOT);
  store<u32>(header, keptEvents, TRACE_HEADER_EVENTS);
  store<u64>(header, eventsRecorded - keptEvents, TRACE_HEADER_LOST_EVENTS);
  store<u32>(header, keptNames, TRACE_HEADER_NAMES);
  store<u64>(header, namesRecorded - keptNames, TRACE_HEADER_LOST_NAMES);
  const handle = hostCreate(fileName, fileNameLength);
  const written =
    handle != 0 &&
    hostWrite(handle, header, TRACE_HEADER_SIZE) &&
    writeRing(handle, names, namesRecorded, MAX_TRACE_NAMES, TRACE_NAME_SIZE) &&
    writeRing(handle, events, eventsRecorded, MAX_TRACE_EVENTS, TRACE_EVENT_SIZE);
  if (handle) hostClose(handle);
  if (!written) logLine(LOG_WARN, "kernel: the trace is lost: the host did not take it");
}

/** A ring's records, the oldest first. */
function writeRing(handle: u32, ring: usize, recorded: u64, capacity: u32, recordSize: u32): bool {
  if (recorded <= capacity) return hostWrite(handle, ring, <u32>recorded * recordSize);
  const oldest = ((<u32>recorded) & (capacity - 1)) * recordSize;
  return hostWrite(handle, ring + oldest, capacity * recordSize - oldest) && hostWrite(handle, ring, oldest);
}
