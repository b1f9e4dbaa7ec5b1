// core/ipc: every promise of docs/PROTOCOL.md, the bad input first.

import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Machine, compileIpc, info, makeMachine } from "./machine.ts";

const FOREVER = -1n;
const [READY, SENDING, RECEIVING, AWAITING] = [2, 3, 4, 5];
const [EPERM, ENXIO, EAGAIN, EINVAL, EDEADLK, ESRCH] = [-1, -6, -11, -22, -35, -3];
const [EMSGSIZE, ECONNRESET, ETIMEDOUT, ECONNREFUSED] = [-90, -104n, -110, -111];
const VFS = 1;
/** x5 of a response with code 0 and 8 bytes. */
const response = info(0, 0);
/** The endpoint in the upper half of a received message's x7. */
const VFS_ABOVE = BigInt(VFS) << 32n;
const NOTIFY_DRAIN = 1n << 32n;

let machine: Machine;
let server: number;
let client: number;
let other: number;

beforeAll(compileIpc, 60_000);
beforeEach(() => {
  machine = makeMachine();
  server = machine.ipc.addThread(1, 1, 16);
  client = machine.ipc.addThread(2, 2, 8);
  other = machine.ipc.addThread(3, 3, 10);
  machine.ipc.own(server, VFS);
});

const x = (t: number, n: number): bigint => BigInt.asIntN(64, machine.ipc.register(t, n));

describe("a call is refused, with nothing changed,", () => {
  test("to endpoints that are not there: 0, free, forged generations, huge", () => {
    for (const epid of [0, 16, 0x10001, 0x7fff_0001, 0xffff_ffff]) {
      expect(machine.ipc.call(client, epid, info(1), FOREVER)).toBe(ENXIO);
      expect(machine.ipc.callFast(client, epid, info(1))).toBe(0);
    }
    expect(machine.ipc.state(client)).toBe(READY);
  });

  test("without the right to send", () => {
    machine.ipc.deny(client, VFS);
    machine.ipc.receive(server, VFS, FOREVER);
    expect(machine.ipc.call(client, VFS, info(1), FOREVER)).toBe(EPERM);
    expect(machine.ipc.callFast(client, VFS, info(1))).toBe(0);
    expect(machine.ipc.send(client, VFS, info(1))).toBe(EPERM);
  });

  test("with 257 bytes", () => {
    machine.ipc.receive(server, VFS, FOREVER);
    expect(machine.ipc.call(client, VFS, info(1, 1, 257), FOREVER)).toBe(EMSGSIZE);
    expect(machine.ipc.callFast(client, VFS, info(1, 1, 257))).toBe(0);
    expect(machine.ipc.send(client, VFS, info(1, 1, 257))).toBe(EMSGSIZE);
  });

  test("to oneself", () => {
    expect(machine.ipc.call(server, VFS, info(1), FOREVER)).toBe(EDEADLK);
  });

  test("when it may not wait and nobody receives", () => {
    expect(machine.ipc.call(client, VFS, info(1), 0n)).toBe(ETIMEDOUT);
    expect(machine.ipc.state(client)).toBe(READY);
  });
});

describe("a receive is refused", () => {
  test("for whoever does not own the endpoint", () => {
    expect(machine.ipc.receive(client, VFS, FOREVER)).toBe(EPERM);
    expect(machine.ipc.receive(client, 99, FOREVER)).toBe(ENXIO);
    expect(machine.ipc.replyReceive(client, VFS, 0n, response)).toBe(EPERM);
  });
  test("when it polls and there is nothing", () => {
    expect(machine.ipc.receive(server, VFS, 0n)).toBe(ETIMEDOUT);
  });
});

describe("call and reply", () => {
  for (const fast of [false, true]) {
    test(`carry data, token and sender there and back, ${fast ? "fast" : "general"} path`, () => {
      machine.ipc.receive(server, VFS, FOREVER);
      expect(machine.ipc.state(server)).toBe(RECEIVING);
      machine.ipc.setData(client, 0x1234n);
      if (fast) expect(machine.ipc.callFast(client, VFS, info(7, 2))).toBe(server);
      else {
        expect(machine.ipc.call(client, VFS, info(7, 2), FOREVER)).toBe(0);
        expect([x(server, 0), x(server, 1), x(server, 5)]).toEqual([0n, 0x1234n, info(7, 2)]);
        expect([x(server, 6), x(server, 7)]).toEqual([machine.ipc.token(client), 2n | VFS_ABOVE]);
      }
      expect([machine.ipc.state(client), machine.ipc.state(server)]).toEqual([AWAITING, READY]);
      const token = machine.ipc.token(client);
      machine.ipc.setData(server, 0x5678n);
      if (fast) expect(machine.ipc.replyReceiveFast(server, VFS, response, token, 0)).toBe(client);
      else {
        expect(machine.ipc.reply(server, token, response, 99n)).toBe(0);
        expect([x(client, 0), x(client, 1), x(client, 6)]).toEqual([0n, 0x5678n, 99n]);
      }
      expect(machine.ipc.state(client)).toBe(READY);
    });
  }

  test("a token is good once, and only for its holder", () => {
    machine.ipc.receive(server, VFS, FOREVER);
    machine.ipc.call(client, VFS, info(1), FOREVER);
    const token = machine.ipc.token(client);
    for (const forged of [0n, token + 256n, token - 256n, token ^ 1n, 2n ** 64n - 1n]) {
      expect(machine.ipc.reply(server, forged, response, 0n)).toBe(ESRCH);
    }
    expect(machine.ipc.reply(other, token, response, 0n)).toBe(ESRCH);
    expect(machine.ipc.reply(server, token, response, 0n)).toBe(0);
    expect(machine.ipc.reply(server, token, response, 0n)).toBe(ESRCH);
    expect(machine.ipc.replyReceiveFast(server, VFS, response, token, 0)).toBe(0);
  });

  test("the fast path leaves the caller to somebody better who is ready", () => {
    machine.ipc.receive(server, VFS, FOREVER);
    machine.ipc.callFast(client, VFS, info(1));
    const token = machine.ipc.token(client);
    expect(machine.ipc.replyReceiveFast(server, VFS, response, token, 1 << 9)).toBe(0);
    expect(machine.ipc.replyReceiveFast(server, VFS, response, token, 1 << 8)).toBe(client);
  });
});

describe("queues", () => {
  test("higher priorities first, first in first out within one, callers and stored messages together", () => {
    const order: [number, number, bigint][] = [
      [client, 1, 1n],
      [other, 0, 2n],
    ];
    for (const [t, priority, word] of order) {
      machine.ipc.setData(t, word);
      machine.ipc.call(t, VFS, info(1, priority), FOREVER);
    }
    const sender = machine.ipc.addThread(4, 4, 8);
    for (const [priority, word] of [
      [1, 3n],
      [3, 4n],
      [0, 5n],
    ] as const) {
      machine.ipc.setData(sender, word);
      expect(machine.ipc.send(sender, VFS, info(2, priority))).toBe(0);
    }
    const seen: bigint[] = [];
    while (machine.ipc.receive(server, VFS, 0n) === 0) seen.push(x(server, 1));
    expect(seen).toEqual([4n, 1n, 3n, 2n, 5n]);
    expect([machine.ipc.queuedMask(VFS), machine.ipc.stored()]).toEqual([0, 0]);
  });

  test("the 33rd stored message of a priority is refused, of another it is not", () => {
    for (let i = 0; i < 32; i++) expect(machine.ipc.send(client, VFS, info(1, 1))).toBe(0);
    expect(machine.ipc.send(client, VFS, info(1, 1))).toBe(EAGAIN);
    expect(machine.ipc.send(client, VFS, info(1, 2))).toBe(0);
    machine.ipc.die(server);
    expect(machine.ipc.stored()).toBe(0);
  });

  test("a stored message without data shows nothing of an earlier one of somebody else", () => {
    machine.ipc.setData(client, 0x5ec7e7n);
    machine.ipc.send(client, VFS, info(1, 1, 8));
    machine.ipc.receive(server, VFS, 0n);
    machine.ipc.setData(other, 7n);
    machine.ipc.send(other, VFS, info(1, 1, 0));
    machine.ipc.receive(server, VFS, 0n);
    expect(x(server, 1)).toBe(7n);
  });

  test("the 513th stored message of the system is refused", () => {
    const owner = machine.ipc.addThread(5, 5, 8);
    const epids = Array.from({ length: 5 }, () => machine.ipc.create(owner));
    const senders = Array.from({ length: 10 }, (_, i) => machine.ipc.addThread(20 + i, 20 + i, 5));
    let sent = 0;
    for (const [i, sender] of senders.entries()) {
      const epid = epids[i >> 1];
      machine.ipc.grant(owner, 20 + i, epid, 1);
      for (const p of [0, 1, 2, 3]) while (machine.ipc.send(sender, epid, info(1, p)) === 0) sent++;
    }
    expect([sent, machine.ipc.stored()]).toEqual([512, 512]);
  });
});

describe("death and timeouts", () => {
  test("a dying server resets the calls it holds and refuses the queued and the later ones", () => {
    machine.ipc.receive(server, VFS, FOREVER);
    machine.ipc.call(client, VFS, info(1), FOREVER);
    machine.ipc.call(other, VFS, info(1), FOREVER);
    expect(machine.ipc.state(other)).toBe(SENDING);
    machine.ipc.die(server);
    expect([x(client, 0), x(other, 0)]).toEqual([ECONNRESET, BigInt(ECONNREFUSED)]);
    expect([machine.ipc.state(client), machine.ipc.state(other)]).toEqual([READY, READY]);
    expect(machine.ipc.call(client, VFS, info(1), FOREVER)).toBe(ECONNREFUSED);
    expect(machine.ipc.own(other, VFS)).toBe(0);
    expect(machine.ipc.call(client, VFS, info(1), FOREVER)).toBe(0);
  });

  test("a dying caller leaves the queue, or its server is told", () => {
    machine.ipc.call(client, VFS, info(1), FOREVER);
    machine.ipc.die(client);
    expect(machine.ipc.queuedMask(VFS)).toBe(0);
    machine.ipc.receive(server, VFS, FOREVER);
    machine.ipc.call(other, VFS, info(1), FOREVER);
    const token = machine.ipc.token(other);
    machine.ipc.die(other);
    expect(machine.ipc.reply(server, token, response, 0n)).toBe(ESRCH);
    expect(machine.ipc.receive(server, VFS, 0n)).toBe(0);
    expect(x(server, 1)).toBe(NOTIFY_DRAIN);
    expect([machine.ipc.cancelled(VFS), machine.ipc.cancelled(VFS)]).toEqual([token, 0n]);
  });

  test("a timeout ends a queued call and a receive, and is stopped by an answer", () => {
    machine.ipc.call(client, VFS, info(1), 1000n);
    expect(machine.timeouts.get(client)).toBe(1000n);
    machine.ipc.expire(client);
    expect([x(client, 0), machine.ipc.queuedMask(VFS)]).toEqual([BigInt(ETIMEDOUT), 0]);
    machine.ipc.receive(server, VFS, 50n);
    machine.ipc.expire(server);
    expect([x(server, 0), machine.ipc.waiter(VFS)]).toEqual([BigInt(ETIMEDOUT), 0]);
    machine.ipc.receive(server, VFS, FOREVER);
    machine.ipc.call(client, VFS, info(1), 1000n);
    machine.ipc.reply(server, machine.ipc.token(client), response, 0n);
    expect(machine.timeouts.size).toBe(0);
  });
});

describe("created endpoints", () => {
  test("an id dies with its endpoint and never names the next", () => {
    const first = machine.ipc.create(client);
    expect(machine.ipc.destroy(other, first)).toBe(EPERM);
    expect(machine.ipc.destroy(client, first)).toBe(0);
    const second = machine.ipc.create(client);
    expect(second & 0xffff).toBe(first & 0xffff);
    expect(second).not.toBe(first);
    expect(machine.ipc.call(other, first, info(1), FOREVER)).toBe(ENXIO);
    expect(machine.ipc.call(other, second, info(1), FOREVER)).toBe(EPERM);
  });

  test("well-known ones cannot be destroyed, receive cannot be granted", () => {
    expect(machine.ipc.destroy(server, VFS)).toBe(EINVAL);
    const epid = machine.ipc.create(client);
    expect(machine.ipc.grant(client, 3, epid, 2)).toBe(EINVAL);
    expect(machine.ipc.grant(other, 3, epid, 1)).toBe(EPERM);
    expect(machine.ipc.grant(client, 77, epid, 1)).toBe(EINVAL);
    expect(machine.ipc.grant(client, 3, epid, 1)).toBe(0);
    expect(machine.ipc.call(other, epid, info(1), FOREVER)).toBe(0);
  });

  test("the table's end is an error, and all come back with their owner", () => {
    const owners = Array.from({ length: 15 }, (_, i) => machine.ipc.addThread(20 + i, 20 + i, 5));
    for (const owner of owners) {
      for (let i = 0; i < 16; i++) expect(machine.ipc.create(owner)).toBeGreaterThan(0);
      expect(machine.ipc.create(owner)).toBe(EAGAIN); // its quota
    }
    expect(machine.ipc.create(client)).toBe(EAGAIN); // the table
    machine.ipc.die(owners[3]);
    expect(machine.ipc.create(client)).toBeGreaterThan(0);
  });
});

describe("priorities", () => {
  test("a server inherits from whom it received and from whom it has queued, until its next receive", () => {
    const weak = machine.ipc.addThread(6, 6, 2);
    machine.ipc.own(weak, 2);
    machine.ipc.call(client, 2, info(1), FOREVER);
    expect(machine.ipc.priority(weak)).toBe(8);
    machine.ipc.receive(weak, 2, FOREVER);
    expect(machine.ipc.priority(weak)).toBe(8);
    machine.ipc.call(other, 2, info(1), FOREVER);
    expect(machine.ipc.priority(weak)).toBe(10);
    machine.ipc.reply(weak, machine.ipc.token(client), response, 0n);
    machine.ipc.receive(weak, 2, FOREVER);
    machine.ipc.reply(weak, machine.ipc.token(other), response, 0n);
    machine.ipc.receive(weak, 2, FOREVER);
    expect(machine.ipc.priority(weak)).toBe(2);
  });

  test("notifications come before messages, all bits at once", () => {
    machine.ipc.call(client, VFS, info(1), FOREVER);
    machine.ipc.notifyThread(server, 1n);
    machine.ipc.notifyThread(server, 4n);
    machine.ipc.receive(server, VFS, FOREVER);
    expect(x(server, 1)).toBe(5n);
    machine.ipc.receive(server, VFS, FOREVER);
    expect(x(server, 7)).toBe(2n | VFS_ABOVE);
  });

  test("are passed on by a server that is itself blocked in a call", () => {
    const chain = [4, 5, 6].map((slot) => machine.ipc.addThread(slot, slot, slot - 2));
    chain.forEach((t, i) => machine.ipc.own(t, 2 + i));
    machine.ipc.call(chain[0], 3, info(1), FOREVER); // queued at the second, who holds nothing yet
    machine.ipc.receive(chain[2], 4, FOREVER);
    machine.ipc.call(chain[1], 4, info(1), FOREVER); // held by the third
    expect(chain.map((t) => machine.ipc.priority(t))).toEqual([2, 3, 4]);
    machine.ipc.call(other, 2, info(1), FOREVER);
    expect(chain.map((t) => machine.ipc.priority(t))).toEqual([10, 10, 10]);
  });

  test("of callers queued at another endpoint of the server's count at its receive too", () => {
    const weak = machine.ipc.addThread(6, 6, 2);
    machine.ipc.own(weak, 2);
    machine.ipc.own(weak, 3);
    machine.ipc.call(client, 2, info(1), FOREVER);
    machine.ipc.call(other, 3, info(1), FOREVER);
    machine.ipc.receive(weak, 2, FOREVER);
    expect(machine.ipc.priority(weak)).toBe(10);
  });

  test("of callers that are still queued count whatever the receive returns", () => {
    const weak = machine.ipc.addThread(6, 6, 2);
    machine.ipc.own(weak, 2);
    machine.ipc.own(weak, 3);
    machine.ipc.call(other, 3, info(1), FOREVER);
    machine.ipc.notifyThread(weak, 1n);
    machine.ipc.receive(weak, 2, FOREVER);
    expect(machine.ipc.priority(weak)).toBe(10); // with a notification
    expect(machine.ipc.receive(weak, 2, 0n)).toBe(ETIMEDOUT);
    expect(machine.ipc.priority(weak)).toBe(10); // with nothing
    machine.ipc.receive(weak, 2, FOREVER);
    machine.ipc.notifyThread(weak, 1n);
    expect(machine.ipc.priority(weak)).toBe(10); // with a notification that came later
    machine.ipc.receive(weak, 2, FOREVER);
    machine.ipc.call(client, 2, info(1), FOREVER);
    expect(machine.ipc.priority(weak)).toBe(10); // with the call of somebody less important
    expect(machine.ipc.replyReceiveFast(weak, 2, response, machine.ipc.token(client), 0)).toBe(0);
  });

  test("of callers queued elsewhere survive a call on the fast path", () => {
    const weak = machine.ipc.addThread(6, 6, 2);
    machine.ipc.own(weak, 2);
    machine.ipc.own(weak, 3);
    machine.ipc.receive(weak, 2, FOREVER);
    machine.ipc.call(other, 3, info(1), FOREVER);
    expect(machine.ipc.callFast(client, 2, info(1))).toBe(weak);
    expect(machine.ipc.priority(weak)).toBe(10);
  });
});
