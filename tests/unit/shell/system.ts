// What the kernel tells of itself, for tools under Node: two processes, two endpoints, a log whose oldest line is cut.

import * as call from "../../../abi/syscall.ts";

const PROCESSES = [
  {
    pid: 1,
    parent: 0,
    state: 4,
    priority: 8,
    pages: 10,
    name: "init",
    cpu_ns: 1_500_000_000n,
    calls: 12n,
    received: 0n,
  },
  {
    pid: 2,
    parent: 1,
    state: 3,
    priority: 17,
    pages: 100,
    name: "vfs",
    cpu_ns: 250_000_000n,
    calls: 99n,
    received: 1000n,
  },
];
const ENDPOINTS = [
  { id: 1, state: 0, owner: 2, queued: 3, received: 1000n },
  { id: 4, state: 2, owner: 0, queued: 1, received: 7n },
];
const LOG = "lf a line\n[INFO] b\n";

type Slice = (address: number, size: number) => Buffer;

function processRecord(record: Buffer, p: (typeof PROCESSES)[number]): void {
  record.fill(0);
  [p.pid, p.parent, p.state, p.priority, p.pages, 1, 0, p.name.length].forEach((value, i) =>
    record.writeUInt32LE(value, i * 4),
  );
  record.write(p.name, 32);
  [p.cpu_ns, p.calls, p.received].forEach((value, i) => record.writeBigUInt64LE(value, 48 + i * 8));
}

function endpointRecord(record: Buffer, e: (typeof ENDPOINTS)[number]): void {
  [e.id, e.state, e.owner, e.queued, 0, 0].forEach((value, i) => record.writeUInt32LE(value, i * 4));
  record.writeBigUInt64LE(e.received, 24);
}

export function systemHandlers(
  slice: Slice,
  machine: { wallClock_s: number },
): Record<number, (...args: number[]) => number> {
  return {
    [call.SYS_PROCESS_INFO]: (index, address, size) => {
      if (index >= PROCESSES.length) return 0;
      processRecord(slice(address, size), PROCESSES[index]);
      return index + 1;
    },
    [call.SYS_ENDPOINT_INFO]: (index, address, size) => {
      if (index >= ENDPOINTS.length) return 0;
      endpointRecord(slice(address, size), ENDPOINTS[index]);
      return index + 1;
    },
    [call.SYS_WALL_CLOCK]: () => machine.wallClock_s * 1_000_000_000,
    [call.SYS_LOG_HISTORY]: (address) => slice(address, LOG.length).write(LOG),
  };
}
