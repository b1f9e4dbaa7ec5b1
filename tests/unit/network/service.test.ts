// The network service: hostile messages, calls that wait, limits of a process, and what a death leaves behind: nothing.

import { expect, test } from "vitest";
import {
  EAGAIN,
  EBADF,
  EBADMSG,
  ECONNABORTED,
  ECONNRESET,
  EINVAL,
  EMFILE,
  ENOSYS,
} from "../../../abi/errno.ts";
import { OPTION_RECEIVE_TIMEOUT_MS, POLL_IN, POLL_OUT, SOCKET_DATAGRAM } from "../../../abi/net.ts";
import * as op from "../../../abi/ops.ts";
import { SYS_POLL_WAKE } from "../../../abi/syscall.ts";
import { FLAG_ASYNC, RequestData } from "../harness/message.ts";
import { LOOPBACK, NOTIFY_DRAIN, NetworkClient } from "./client.ts";
import { randomFrom } from "./wire.ts";

const CLOSED_HANDLE = 1;
const CANCELLED_CALL = 2;
const ALL = [200, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212, 213, 101, 102, 103];

test("a message that is too short is refused, whatever the operation", () => {
  const client = new NetworkClient();
  const handle = client.socket(1);
  const whole = new RequestData().u32(handle).u32(0).u32(0).u32(0).u64(0n).u64(0n).build();
  for (const operation of ALL) {
    const least = operation === op.NET_WAIT ? 8 : operation === op.NET_SOCKET ? 12 : 4;
    for (let size = 0; size < least; size++) {
      const token = client.send(1, operation, whole.subarray(0, size));
      expect(client.reply(token)?.result, `${operation}, ${size} bytes`).toBe(-EBADMSG);
    }
  }
});

test("handles that name nobody, closed ones, unknown operations, calls without an answer", () => {
  const client = new NetworkClient();
  const handle = client.socket(1);
  expect(client.close(handle)).toBe(0);
  for (const wrong of [0, handle, handle + 1, 0xffffffff, 2047, 1 << 11]) {
    for (const operation of ALL.filter((each) => each !== op.NET_SOCKET && each !== op.NET_WAIT)) {
      const data = new RequestData().u32(wrong).u32(0).u32(0).u32(0);
      expect(client.call(1, operation, data).result, `${operation} of ${wrong}`).toBe(-EBADF);
    }
  }
  for (const operation of [0, 2, 100, 104, 199, 219, 299, 65535]) {
    expect(client.call(1, operation, new RequestData().u32(handle)).result).toBe(-ENOSYS);
  }
  const token = client.send(1, op.NET_SOCKET, new RequestData().u32(2).u32(1).u32(0).build(), [], FLAG_ASYNC);
  expect(client.reply(token)?.result).toBe(-EINVAL);
});

test.each([Math.floor(Math.random() * 1e9)])("random messages, seed %i", (seed) => {
  const random = randomFrom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const client = new NetworkClient();
  const handles = [client.socket(1), client.socket(1, SOCKET_DATAGRAM), ...client.pair()];
  for (let i = 0; i < 20_000; i++) {
    const data = Buffer.from(Array.from({ length: below(60) }, () => below(4)));
    if (data.length >= 4 && random() < 0.9) data.writeUInt32LE(handles[below(handles.length)], 0);
    const windows = [random() < 0.5 ? Buffer.alloc(below(2000)) : undefined, undefined];
    const token = client.send(1 + below(5), ALL[below(ALL.length)], data, windows);
    const result = client.reply(token)?.result ?? 0;
    if (result > 4096) handles[below(handles.length)] = result;
    if (i % 100 === 0) client.pass(below(1_000_000));
  }
  const [, connected, accepted] = client.pair(7777);
  client.transmit(2, connected, Buffer.from("alive"));
  expect(client.reply(client.receive(1, accepted, 100))?.data.toString()).toBe("alive");
});

test("a receive waits for its data, also for data that rides in a window", () => {
  const client = new NetworkClient();
  const [, connected, accepted] = client.pair();
  const waiting = client.receive(1, accepted, 100);
  expect(client.reply(waiting)).toBeUndefined();
  client.transmit(2, connected, Buffer.from("at last"));
  expect(client.reply(waiting)).toMatchObject({ result: 7, data: Buffer.from("at last") });
  const window = Buffer.alloc(5000);
  const later = client.receive(1, accepted, 5000, window);
  client.transmit(2, connected, Buffer.alloc(3000, 77));
  expect(client.reply(later)?.result).toBeGreaterThan(0);
  expect(window[0]).toBe(77);
});

test("a send of more than the buffers hold ends when all of it is queued", () => {
  const client = new NetworkClient();
  const [, connected, accepted] = client.pair();
  const size = 400_000;
  const bytes = Buffer.from(Array.from({ length: size }, (_, i) => (i * 7) & 255));
  const sending = client.transmit(2, connected, bytes);
  expect(client.reply(sending)).toBeUndefined();
  const got: Buffer[] = [];
  for (let have = 0; have < size;) {
    const window = Buffer.alloc(30_000);
    const count = client.reply(client.receive(1, accepted, window.length, window))?.result ?? 0;
    expect(count).toBeGreaterThan(0);
    got.push(window.subarray(0, count));
    have += count;
    client.pass(1000);
  }
  expect(Buffer.concat(got).equals(bytes)).toBe(true);
  expect(client.reply(sending)?.result).toBe(size);
});

test("two wait on one socket: first come, first served", () => {
  const client = new NetworkClient();
  const [, connected, accepted] = client.pair();
  const first = client.receive(1, accepted, 100);
  const second = client.receive(3, accepted, 100);
  client.transmit(2, connected, Buffer.from("one"));
  expect(client.reply(first)?.data.toString()).toBe("one");
  expect(client.reply(second)).toBeUndefined();
  client.transmit(2, connected, Buffer.from("two"));
  expect(client.reply(second)?.data.toString()).toBe("two");
});

test("a receive with a time-out ends with -EAGAIN, a wait with nothing", () => {
  const client = new NetworkClient();
  const [, , accepted] = client.pair();
  const option = new RequestData().u32(accepted).u32(OPTION_RECEIVE_TIMEOUT_MS).u32(50);
  expect(client.call(1, op.NET_SETSOCKOPT, option).result).toBe(0);
  const waiting = client.receive(1, accepted, 100);
  const watching = client.send(3, op.NET_WAIT, new RequestData().u64(30_000_000n).build());
  client.pass(20_000);
  expect(client.reply(waiting)).toBeUndefined();
  client.pass(100_000);
  expect(client.reply(waiting)?.result).toBe(-EAGAIN);
  expect(client.reply(watching)?.result).toBe(0);
});

test("a process hears of the sockets it watches, and of no others", () => {
  const client = new NetworkClient();
  const [, connected, accepted] = client.pair();
  const watch = (pid: number, handle: number, events: number, tag: number): number =>
    client.call(pid, op.NET_WATCH, new RequestData().u32(handle).u32(events).u32(tag)).result;
  expect(watch(1, accepted, POLL_IN, 42)).toBe(0);
  const waiting = client.send(1, op.NET_WAIT, new RequestData().u64((1n << 64n) - 1n).build());
  const other = client.send(3, op.NET_WAIT, new RequestData().u64((1n << 64n) - 1n).build());
  expect(client.reply(waiting)).toBeUndefined();
  client.transmit(2, connected, Buffer.from("x"));
  expect(client.reply(waiting)).toMatchObject({
    result: 8,
    data: Buffer.from([42, 0, 0, 0, POLL_IN, 0, 0, 0]),
  });
  expect(client.reply(other)).toBeUndefined();
  const again = client.send(1, op.NET_WAIT, new RequestData().u64(0n).build());
  expect(client.reply(again)?.result).toBe(8);
  client.receive(1, accepted, 10);
  const nothing = client.send(1, op.NET_WAIT, new RequestData().u64(0n).build());
  expect(client.reply(nothing)?.result).toBe(0);
});

test("a process may have 256 sockets; others are not touched by that", () => {
  const client = new NetworkClient();
  const handles = Array.from({ length: 300 }, () => client.socket(1));
  expect(handles.filter((handle) => handle > 0).length).toBe(256);
  expect(handles[299]).toBe(-EMFILE);
  expect(client.socket(2)).toBeGreaterThan(0);
  for (const handle of handles) if (handle > 0) client.close(handle);
  expect(client.socket(1)).toBeGreaterThan(0);
});

test("a process dies: its handles are closed, its calls forgotten, its peer hears of it", () => {
  const client = new NetworkClient();
  const [, connected, accepted] = client.pair();
  const waiting = client.receive(2, connected, 100);
  client.kernel.drainQueue.push(
    { kind: CANCELLED_CALL, token: waiting },
    { kind: CLOSED_HANDLE, handle: connected },
  );
  client.exports.notify(NOTIFY_DRAIN);
  client.exports.turn();
  expect(client.reply(waiting)).toBeUndefined();
  expect(client.reply(client.receive(1, accepted, 100))?.result).toBe(0);
  expect(client.call(1, op.NET_LISTEN, new RequestData().u32(connected).u32(1)).result).toBe(-EBADF);
});

test("closing a socket ends the calls that wait on it", () => {
  const client = new NetworkClient();
  const [, , accepted] = client.pair();
  const waiting = client.receive(1, accepted, 100);
  client.close(accepted);
  expect(client.reply(waiting)?.result).toBe(-ECONNABORTED);
});

test("poll says what a socket is ready for, and wakes whoever asked in vain, once", () => {
  const client = new NetworkClient();
  const woken: number[] = [];
  client.kernel.handlers.set(SYS_POLL_WAKE, ([pid]) => {
    woken.push(Number(pid));
    return 0;
  });
  const [listener, connected, accepted] = client.pair();
  const poll = (pid: number, handle: number, events: number): number =>
    client.call(pid, op.VFS_POLL, new RequestData().u32(handle).u32(events)).result;
  expect(poll(3, connected, POLL_IN | POLL_OUT)).toBe(POLL_OUT);
  expect([poll(3, accepted, POLL_IN), poll(4, accepted, POLL_IN), poll(5, listener, POLL_IN)]).toEqual([
    0, 0, 0,
  ]);
  expect(woken).toEqual([]);
  client.transmit(2, connected, Buffer.from("x"));
  expect(woken.sort()).toEqual([3, 4]);
  expect(poll(3, accepted, POLL_IN)).toBe(POLL_IN);
  client.transmit(2, connected, Buffer.from("y"));
  expect(woken).toHaveLength(2);
  client.connect(2, client.socket(2), LOOPBACK, 80);
  expect(woken.sort()).toEqual([3, 4, 5]);
  expect(poll(5, listener, POLL_IN)).toBe(POLL_IN);
  client.close(connected);
  expect(poll(3, accepted, POLL_IN)).toBe(POLL_IN);
  const short = client.send(1, op.VFS_POLL, new RequestData().u32(accepted).build());
  expect(client.reply(short)?.result).toBe(-EBADMSG);
});

test("a new instance: handles of the last one are reset, can be closed, and never name another socket", () => {
  const before = new NetworkClient();
  const [listener, connected, accepted] = before.pair();
  const datagrams = before.socket(1, SOCKET_DATAGRAM);
  const old = [listener, connected, accepted, datagrams];
  const closed = before.socket(1);
  before.close(closed);
  const client = new NetworkClient(before);
  const [, , now] = client.pair();
  const fresh = [...Array(4).keys()].map(() => client.socket(1));
  expect(new Set([...old, closed, ...fresh, now]).size).toBe(10);
  for (const handle of old) {
    for (const operation of ALL.filter((each) => each !== op.NET_SOCKET && each !== op.NET_WAIT)) {
      const expected = operation === op.VFS_CLOSE || operation === op.NET_CLOSE ? 0 : -ECONNRESET;
      const data = new RequestData().u32(handle).u32(0).u32(0).u32(0);
      expect(client.call(1, operation, data).result, `${operation} of ${handle}`).toBe(expected);
    }
  }
  for (const handle of fresh) expect(client.close(handle)).toBe(0);
  expect(client.call(1, op.NET_LISTEN, new RequestData().u32(fresh[0]).u32(1)).result).toBe(-EBADF);
});

test("a new instance: who watched sockets of the last one is told, once, and nobody else", () => {
  const before = new NetworkClient();
  const [, , accepted] = before.pair();
  before.call(1, op.NET_WATCH, new RequestData().u32(accepted).u32(POLL_IN).u32(42));
  const client = new NetworkClient(before);
  const wait = (pid: number): number => client.call(pid, op.NET_WAIT, new RequestData().u64(0n)).result;
  expect([wait(2), wait(1), wait(1)]).toEqual([0, -ECONNRESET, 0]);
});

test("a new instance believes nothing that it finds", () => {
  const before = new NetworkClient();
  before.pair();
  const memory = new Uint8Array(before.exports.memory.buffer);
  memory.fill(0xff, before.kernel.keptFrom + 4);
  const client = new NetworkClient(before);
  const [, connected, now] = client.pair();
  client.transmit(2, connected, Buffer.from("alive"));
  expect(client.reply(client.receive(1, now, 100))?.data.toString()).toBe("alive");
});

test("an accepted connection whose answer reaches nobody is closed", () => {
  const client = new NetworkClient();
  const listener = client.socket(1);
  client.bind(listener, 0, 80);
  client.listen(listener);
  const accepting = client.send(1, op.NET_ACCEPT, new RequestData().u32(listener).build());
  client.kernel.dead.add(accepting);
  const connected = client.socket(2);
  expect(client.reply(client.connect(2, connected, LOOPBACK, 80))?.result).toBe(0);
  client.exports.turn();
  expect(client.reply(client.receive(2, connected, 10))?.result).toBe(0);
});
