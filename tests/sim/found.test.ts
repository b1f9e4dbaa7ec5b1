// What the simulation has found, each as the shortest way to it. The model compares every step, so a test only has to go there.

import { beforeAll, describe, expect, test } from "vitest";
import {
  CONFIG_DEVICE,
  CONFIG_MEMORY,
  CONFIG_PRIORITY,
  CONFIG_PRIVILEGES,
  CONFIG_QUOTA,
  CONFIG_RECEIVE,
  DEVICE_UART,
  QUOTA_OBJECTS,
} from "../../abi/construct.ts";
import { EPID_VFS, PRIVILEGE_LOG, PRIVILEGE_SPAWN } from "../../abi/endpoints.ts";
import { MAX_PROCESSES } from "../../abi/limits.ts";
import { CODE_BASE, PROT_READ } from "../../abi/program.ts";
import * as S from "../../abi/syscall.ts";
import { History } from "./history.ts";
import { STATE } from "./model/state.ts";
import { U64_MAX, requestInfo, replyInfo, FLAG } from "./model/words.ts";
import { loadKernel } from "./soak.ts";

const INIT = 1;
const RAM_MIB = 4;
const SMALL_RAM_MIB = 2;
const [WNOHANG, WNOWAIT] = [1n, 2n];
const BUFFER = 0x8000n;
const INFO = requestInfo(7, 1, 8);
const MILLISECOND = 1_000_000n;
const ANSWER = replyInfo(0, 8, 0);

let module: WebAssembly.Module;
beforeAll(() => {
  module = loadKernel();
});

/** A child of init's, or of another builder's, that runs as soon as its builder waits. → its pid */
function spawn(
  h: History,
  priority = 8n,
  wellKnown = 0n,
  more: [number, bigint][] = [],
  builder = INIT,
): number {
  h.call(builder, { number: S.SYS_PROC_CREATE, x: [BUFFER, 5n] });
  const pid = Math.max(...h.model.all().map((p) => p.pid));
  const configure = (what: number, value: bigint, extra = 0n): void =>
    h.call(builder, { number: S.SYS_PROC_CONFIGURE, x: [BigInt(pid), BigInt(what), value, extra] });
  configure(CONFIG_MEMORY, 1n, 2n);
  configure(CONFIG_PRIORITY, priority);
  if (wellKnown) configure(CONFIG_RECEIVE, wellKnown);
  for (const [what, value] of more) configure(what, value);
  h.call(builder, {
    number: S.SYS_PROC_START,
    x: [BigInt(pid), BigInt(CODE_BASE), BigInt(CODE_BASE) + 0x8000n],
  });
  return pid;
}

const receive = (h: History, pid: number, epid: number, timeout = U64_MAX): void =>
  h.call(pid, { number: S.SYS_EP_RECV, x: [BigInt(epid), 0n, 0n, 0n, 0n, 0n, timeout] });
const call = (h: History, pid: number, epid: bigint, flags = 0, timeout = 0n): void =>
  h.call(pid, { number: S.SYS_EP_CALL, x: [epid, 0n, 0n, 0n, 0n, INFO | (BigInt(flags) << 48n), timeout] });

/** x0 of process `pid` as the model has it, which the kernel has confirmed. */
function result(h: History, pid: number): bigint {
  const expected = h.model.find(pid)?.expected;
  return expected && expected.kind !== "interrupted" ? BigInt.asIntN(64, expected.x0) : 0n;
}

function createEndpoint(h: History, pid: number): number {
  h.call(pid, { number: S.SYS_EP_CREATE });
  return Number(result(h, pid));
}

describe("objects", () => {
  test("cannot be granted to a dead process, whose slot is soon another's", () => {
    const h = new History(module, 1, RAM_MIB);
    const child = spawn(h);
    receive(h, INIT, 0);
    h.call(child, { number: S.SYS_EXIT });
    h.call(INIT, { number: S.SYS_OBJECT_CREATE, x: [1n] });
    const id = result(h, INIT);
    h.call(INIT, { number: S.SYS_OBJECT_GRANT, x: [id, BigInt(child), 3n] });
    h.call(INIT, { number: S.SYS_OBJECT_REVOKE, x: [id, BigInt(child)] });
    expect(result(h, INIT)).toBe(-3n);
  });
});

describe("the quota of objects", () => {
  test("counts a closed one that is still mapped, until it is gone", () => {
    const h = new History(module, 1, RAM_MIB);
    h.call(INIT, { number: S.SYS_PROC_CREATE, x: [BUFFER, 5n] });
    const child = Math.max(...h.model.all().map((p) => p.pid));
    const configure = (what: number, value: bigint, extra: bigint): void =>
      h.call(INIT, { number: S.SYS_PROC_CONFIGURE, x: [BigInt(child), BigInt(what), value, extra] });
    configure(CONFIG_MEMORY, 1n, 2n);
    configure(CONFIG_QUOTA, BigInt(QUOTA_OBJECTS), 1n);
    h.call(INIT, {
      number: S.SYS_PROC_START,
      x: [BigInt(child), BigInt(CODE_BASE), BigInt(CODE_BASE) + 0x8000n],
    });
    receive(h, INIT, 0);
    const create = (): bigint => {
      h.call(child, { number: S.SYS_OBJECT_CREATE, x: [1n] });
      return result(h, child);
    };
    const id = create();
    h.call(child, { number: S.SYS_OBJECT_MAP, x: [id, BUFFER, 0n, 1n, 3n] });
    h.call(child, { number: S.SYS_OBJECT_CLOSE, x: [id] });
    expect(create()).toBe(-11n);
    h.call(child, { number: S.SYS_OBJECT_UNMAP, x: [BUFFER] });
    expect(create()).toBeGreaterThan(0n);
  });
});

describe("process ids", () => {
  test("do not come back after a process could not be made for want of memory", () => {
    const h = new History(module, 1, SMALL_RAM_MIB);
    const create = (): bigint => {
      h.call(INIT, { number: S.SYS_PROC_CREATE, x: [BUFFER, 5n] });
      return result(h, INIT);
    };
    const createAndKill = (): void => h.call(INIT, { number: S.SYS_KILL, x: [create(), 9n] });
    for (let i = 0; i < MAX_PROCESSES; i++) createAndKill(); // every slot has had a process
    h.call(INIT, { number: S.SYS_OBJECT_CREATE, x: [BigInt(h.model.pool.free - 3)] });
    const object = result(h, INIT);
    expect(create()).toBe(-11n); // there is a frame for its message page and for one table
    h.call(INIT, { number: S.SYS_OBJECT_CLOSE, x: [object] });
    for (let i = 0; i < MAX_PROCESSES; i++) createAndKill();
  });

  test("of dead children that only their dead parent knew of are told to init", () => {
    const h = new History(module, 1, RAM_MIB);
    const parent = spawn(h, 8n, 0n, [[CONFIG_PRIVILEGES, BigInt(PRIVILEGE_SPAWN)]]);
    receive(h, INIT, 0);
    const child = spawn(h, 5n, 0n, [], parent);
    h.call(parent, { number: S.SYS_WAIT4, x: [U64_MAX] });
    h.call(child, { number: S.SYS_EXIT });
    const another = spawn(h, 5n, 0n, [], parent);
    receive(h, parent, 0); // NOTIFY_CHILD comes when it has exited
    h.call(another, { number: S.SYS_EXIT });
    h.call(parent, { number: S.SYS_WAIT4, x: [U64_MAX, 0n, WNOWAIT] });
    expect(result(h, parent)).toBe(BigInt(another));
    h.call(parent, { number: S.SYS_EXIT });
    const collected = [0, 1].map(() => {
      h.call(INIT, { number: S.SYS_WAIT4, x: [U64_MAX, 0n, WNOHANG] });
      return Number(result(h, INIT));
    });
    expect(collected.sort()).toEqual([parent, another].sort());
  });
});

describe("the upper half of x0", () => {
  test("is part of the endpoint in a call and in a reply, on the fast path too", () => {
    const h = new History(module, 1, RAM_MIB);
    const server = spawn(h, 10n, 1n);
    const client = spawn(h, 5n);
    receive(h, INIT, 0);
    receive(h, server, 1);
    call(h, client, 0x1_0000_0001n);
    expect(result(h, client)).toBe(-6n);
    call(h, client, 1n);
    const token = h.model.find(client)?.token ?? 0n;
    for (const epid of [0x1_0000_0001n, 0xdead_0000_0000n]) {
      h.call(server, { number: S.SYS_EP_REPLY_RECV, x: [epid, 0n, 0n, 0n, 0n, ANSWER, token, 0n] });
      expect(result(h, server)).toBe(-6n);
    }
  });
});

describe("the reader of the log", () => {
  test("hears of the line that its own first receive makes", () => {
    const h = new History(module, 1, RAM_MIB);
    const reader = spawn(h, 10n, 5n, [
      [CONFIG_DEVICE, BigInt(DEVICE_UART)],
      [CONFIG_PRIVILEGES, BigInt(PRIVILEGE_LOG)],
    ]);
    receive(h, INIT, 0);
    h.call(reader, { number: S.SYS_DRIVER_REGISTER, x: [BigInt(DEVICE_UART)] });
    receive(h, reader, 5);
    expect(h.model.find(reader)?.state).toBe(STATE.READY);
  });
});

describe("what nobody will drain", () => {
  /** A client opens a file of `server`'s, which runs when the client calls. */
  function open(h: History, server: number, client: number): void {
    receive(h, server, 1);
    h.call(client, { number: S.SYS_OPEN, x: [BUFFER, 4n, 0n, 0n] });
    const token = h.model.find(client)?.token ?? 0n;
    h.call(server, { number: S.SYS_EP_REPLY, x: [0n, 0n, 0n, 0n, 0n, ANSWER, token, 77n] });
  }

  test("a closed handle goes with the service that should have heard of it", () => {
    const h = new History(module, 1, RAM_MIB);
    const server = spawn(h, 10n, 1n);
    const client = spawn(h, 5n);
    receive(h, INIT, 0);
    open(h, server, client);
    receive(h, server, 1);
    h.call(client, { number: S.SYS_EXIT }); // the server is told to drain, and does not
    h.call(INIT, { number: S.SYS_KILL, x: [BigInt(server), 9n] });
    h.call(INIT, { number: S.SYS_SYSTEM_INFO, x: [BUFFER, 72n] });
    expect(h.model.handles.size).toBe(0);
  });

  test("a record is not lost to a buffer that cannot be written", () => {
    const h = new History(module, 1, RAM_MIB);
    const server = spawn(h, 10n, 1n, [[CONFIG_DEVICE, BigInt(DEVICE_UART)]]);
    const client = spawn(h, 5n);
    receive(h, INIT, 0, MILLISECOND);
    h.call(server, { number: S.SYS_MAP_MMIO, x: [BigInt(DEVICE_UART), 0n, BUFFER] });
    receive(h, server, 1);
    call(h, client, 1n);
    receive(h, server, 0);
    h.call(INIT, { number: S.SYS_KILL, x: [BigInt(client), 9n] });
    receive(h, INIT, 0); // NOTIFY_CHILD
    receive(h, INIT, 0);
    h.call(server, { number: S.SYS_EP_DRAIN, x: [1n, BUFFER] });
    expect(result(h, server)).toBe(-14n);
    h.call(server, { number: S.SYS_EP_DRAIN, x: [1n, 0x9000n] });
    expect(result(h, server)).toBe(1n);
  });

  test("a cancelled call is not told to the next owner of its endpoint's place in the table", () => {
    const h = new History(module, 1, RAM_MIB);
    const server = spawn(h, 10n);
    const client = spawn(h, 5n);
    receive(h, INIT, 0, MILLISECOND);
    const epid = createEndpoint(h, server);
    h.call(server, { number: S.SYS_EP_GRANT, x: [BigInt(client), BigInt(epid), 1n] });
    receive(h, server, epid);
    call(h, client, BigInt(epid), FLAG.TIMEOUT, 10n * MILLISECOND);
    h.call(server, { number: S.SYS_EP_DESTROY, x: [BigInt(epid)] });
    receive(h, server, 0, MILLISECOND); // init's turn, when its timeout ends
    const next = createEndpoint(h, INIT);
    expect(next & 0xff).toBe(epid & 0xff);
    receive(h, INIT, 0, 20n * MILLISECOND);
    receive(h, server, 0); // the client's call times out
    h.call(client, { number: S.SYS_YIELD });
    receive(h, client, 0);
    h.call(INIT, { number: S.SYS_EP_DRAIN, x: [BigInt(next), BUFFER] });
    expect(result(h, INIT)).toBe(0n);
  });
});

describe("the fast path of replyRecv", () => {
  test("a server that the answer itself notifies does not sleep over it", () => {
    const h = new History(module, 1, RAM_MIB);
    const server = spawn(h, 10n, BigInt(EPID_VFS));
    const client = spawn(h, 5n);
    receive(h, INIT, 0, MILLISECOND);
    receive(h, server, EPID_VFS);
    h.call(client, { number: S.SYS_OBJECT_CREATE, x: [1n] });
    h.call(client, { number: S.SYS_OBJECT_MAP, x: [result(h, client), BUFFER, 0n, 1n, BigInt(PROT_READ)] });
    h.call(client, { number: S.SYS_PIPE, x: [BUFFER] }); // which takes no result: both ends are to be drained
    const token = h.model.find(client)?.token ?? 0n;
    h.call(server, {
      number: S.SYS_EP_REPLY_RECV,
      x: [BigInt(EPID_VFS), 0n, 0n, 0n, 0n, ANSWER, token, 0n, U64_MAX],
    });
    expect(result(h, client)).toBe(-14n);
    h.call(server, { number: S.SYS_EP_DRAIN, x: [BigInt(EPID_VFS), BUFFER] });
    expect(result(h, server)).toBe(1n);
  });
});
