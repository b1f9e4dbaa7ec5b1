// What all processes had done at one moment, by process id, for differences between two moments.

import { nextProcess, ProcessEntry } from "../../lib/process";

export class Sample {
  now_ns: u64 = 0;
  entries: Map<i32, ProcessEntry> = new Map();

  constructor(now_ns: u64) {
    this.now_ns = now_ns;
    let at = 0;
    while (true) {
      const entry = new ProcessEntry();
      at = nextProcess(at, entry);
      if (at <= 0) break;
      this.entries.set(entry.pid, entry);
    }
  }
}

/** What a process did between two samples. */
export class Row {
  cpu_ns: u64 = 0;
  calls: u64 = 0;
  received: u64 = 0;

  constructor(
    public entry: ProcessEntry,
    before: ProcessEntry | null,
  ) {
    this.cpu_ns = entry.cpu_ns - (before ? before.cpu_ns : 0);
    this.calls = entry.calls - (before ? before.calls : 0);
    this.received = entry.received - (before ? before.received : 0);
  }
}

/** The processes of `after`, the busiest first. */
export function rowsBetween(before: Sample, after: Sample): Row[] {
  const rows: Row[] = [];
  const pids = after.entries.keys();
  for (let i = 0; i < pids.length; i++) {
    const earlier: ProcessEntry | null = before.entries.has(pids[i]) ? before.entries.get(pids[i]) : null;
    rows.push(new Row(after.entries.get(pids[i]), earlier));
  }
  rows.sort((a, b) => (a.cpu_ns != b.cpu_ns ? (a.cpu_ns > b.cpu_ns ? -1 : 1) : a.entry.pid - b.entry.pid));
  return rows;
}
