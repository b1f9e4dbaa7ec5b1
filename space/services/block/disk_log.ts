// The log's lines about a disk: "vda: does not answer".

import { LOG_INFO, LOG_WARN, LogLine, logLine } from "../../lib/log";

export const LETTER_A: u32 = 0x61;
const letter: usize = memory.data(1);

/** Begins a line about disk `index`. */
export function diskLine(index: u32): LogLine {
  store<u8>(letter, <u8>(LETTER_A + index));
  return logLine.text("vd").bytes(letter, 1);
}

/** Logs what is wrong with disk `index`. */
export function report(index: u32, what: string): void {
  diskLine(index).text(": ").text(what).write(LOG_WARN);
}

/** Logs what disk `index` is, and what was found on it. */
export function announce(index: u32, sectors: u64, readOnly: bool, partitions: u32, table: string): void {
  const line = diskLine(index)
    .text(": ")
    .number(<i64>sectors)
    .text(" sectors");
  if (readOnly) line.text(", read-only");
  line.text(", ").text(table);
  if (partitions)
    line
      .text(", ")
      .number(partitions)
      .text(partitions == 1 ? " partition" : " partitions");
  line.write(LOG_INFO);
}
