// Builds the file that the kernel leaves (abi/trace.ts), for tests.

import * as abi from "../../../abi/trace.ts";

export interface Event {
  time?: number;
  kind: number;
  detail?: number;
  pid?: number;
  argument?: number;
}

export const TICKS_PER_SECOND = 62_500_000;
export const BOOT_TICKS = 1000;
const TICKS_BETWEEN = 10;

/** A trace of these names and events, which are 10 ticks apart unless they have a time. */
export function traceFile(names: Record<number, string>, events: readonly Event[], lost = 0): Buffer {
  const header = Buffer.alloc(abi.TRACE_HEADER_SIZE);
  header.writeUInt32LE(abi.TRACE_MAGIC, abi.TRACE_HEADER_MAGIC);
  header.writeUInt32LE(abi.TRACE_VERSION, abi.TRACE_HEADER_VERSION);
  header.writeBigUInt64LE(BigInt(TICKS_PER_SECOND), abi.TRACE_HEADER_HZ);
  header.writeBigUInt64LE(BigInt(BOOT_TICKS), abi.TRACE_HEADER_BOOT);
  header.writeUInt32LE(events.length, abi.TRACE_HEADER_EVENTS);
  header.writeUInt32LE(Object.keys(names).length, abi.TRACE_HEADER_NAMES);
  header.writeBigUInt64LE(BigInt(lost), abi.TRACE_HEADER_LOST_EVENTS);
  const nameRecords = Object.entries(names).map(([pid, name]) => {
    const record = Buffer.alloc(abi.TRACE_NAME_SIZE);
    record.writeUInt32LE(Number(pid), abi.TRACE_NAME_PID);
    record.writeUInt32LE(name.length, abi.TRACE_NAME_LENGTH);
    record.write(name, abi.TRACE_NAME_TEXT);
    return record;
  });
  const eventRecords = events.map(({ time, kind, detail = 0, pid = 0, argument = 0 }, i) => {
    const record = Buffer.alloc(abi.TRACE_EVENT_SIZE);
    const marks =
      (BigInt(kind) << BigInt(abi.TRACE_KIND_SHIFT)) | (BigInt(detail) << BigInt(abi.TRACE_DETAIL_SHIFT));
    record.writeBigUInt64LE(BigInt(time ?? BOOT_TICKS + i * TICKS_BETWEEN) | marks);
    record.writeUInt32LE(pid, 8);
    record.writeUInt32LE(argument, 12);
    return record;
  });
  return Buffer.concat([header, ...nameRecords, ...eventRecords]);
}
