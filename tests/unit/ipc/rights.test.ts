// core/ipc: circles of callers, receives from any endpoint, notifications, rights that are taken back or travel, quotas.

import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Machine, compileIpc, info, makeMachine } from "./machine.ts";

const FOREVER = -1n;
const [READY, SENDING, RECEIVING, AWAITING] = [2, 3, 4, 5];
const [EPERM, ENXIO, EAGAIN, EINVAL, EDEADLK, ESRCH] = [-1, -6, -11, -22, -35, -3];
const [ETIMEDOUT, ECONNREFUSED] = [-110, -111];
const VFS = 1;
/** x5 of a response with code 0 and 8 bytes. */
const response = info(0, 0);
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

describe("a circle of callers", () => {
  test("is refused where it would close, of any length, queued or held", () => {
    const ring = [4, 5, 6].map((slot) => machine.ipc.addThread(slot, slot, 5));
    ring.forEach((t, i) => machine.ipc.own(t, 2 + i));
    machine.ipc.receive(ring[1], 3, FOREVER);
    machine.ipc.call(ring[0], 3, info(1), FOREVER); // held
    machine.ipc.call(ring[1], 4, info(1), FOREVER); // queued
    expect(machine.ipc.call(ring[2], 2, info(1), FOREVER)).toBe(EDEADLK);
    expect(machine.ipc.call(ring[2], 3, info(1), 5n)).toBe(EDEADLK);
    expect(machine.ipc.state(ring[2])).toBe(READY);
    expect(machine.ipc.call(ring[2], VFS, info(1), FOREVER)).toBe(0);
  });
});

describe("a receive from any endpoint", () => {
  const ANY = 0xffff_ffff;
  const source = (): bigint[] => [x(server, 7) & 0xffff_ffffn, x(server, 7) >> 32n];

  test("needs at least one", () => {
    expect(machine.ipc.receive(client, ANY, FOREVER)).toBe(ENXIO);
  });

  test("takes the highest message priority first, and equals in turn", () => {
    machine.ipc.own(server, 2);
    machine.ipc.own(server, 3);
    const senders = [4, 5, 6, 7].map((slot) => machine.ipc.addThread(slot, slot, 5));
    machine.ipc.call(senders[0], 1, info(1), FOREVER);
    machine.ipc.call(senders[1], 2, info(1), FOREVER);
    machine.ipc.call(senders[2], 2, info(1), FOREVER);
    machine.ipc.call(senders[3], 3, info(1, 3), FOREVER);
    const order = senders.map(() => {
      machine.ipc.receive(server, ANY, FOREVER);
      return source();
    });
    expect(order[0]).toEqual([7n, 3n]);
    expect(new Set([order[1][1], order[2][1]])).toEqual(new Set([1n, 2n]));
    expect(order[3]).toEqual([6n, 2n]);
  });

  test("that waits is ended by a call to either, an asynchronous one, a notification or its timeout", () => {
    machine.ipc.own(server, 2);
    machine.ipc.receive(server, ANY, FOREVER);
    expect(machine.ipc.callFast(client, 2, info(1))).toBe(0);
    machine.ipc.call(client, 2, info(1), 0n);
    expect([machine.ipc.state(server), ...source()]).toEqual([READY, 2n, 2n]);
    machine.ipc.receive(server, ANY, FOREVER);
    machine.ipc.send(other, 1, info(1));
    expect([machine.ipc.state(server), ...source()]).toEqual([READY, 3n, 1n]);
    machine.ipc.receive(server, ANY, FOREVER);
    machine.ipc.notifyThread(server, 8n);
    expect([machine.ipc.state(server), x(server, 1)]).toEqual([READY, 8n]);
    machine.ipc.receive(server, ANY, 70n);
    machine.ipc.expire(server);
    expect([machine.ipc.state(server), x(server, 0)]).toEqual([READY, BigInt(ETIMEDOUT)]);
    expect(machine.ipc.call(client, 2, info(1), 0n)).toBe(ETIMEDOUT);
  });
});

describe("notify", () => {
  const BIT = 1n << 40n;

  test("needs an endpoint, the right, bits of the user's, and somebody to be told", () => {
    expect(machine.ipc.notifyEndpoint(client, 99, BIT)).toBe(ENXIO);
    expect(machine.ipc.notifyEndpoint(client, 2, BIT)).toBe(Number(ECONNREFUSED));
    for (const bits of [1n, NOTIFY_DRAIN, BIT | 1n]) {
      expect(machine.ipc.notifyEndpoint(client, VFS, bits)).toBe(EINVAL);
    }
    machine.ipc.deny(client, VFS);
    expect(machine.ipc.notifyEndpoint(client, VFS, BIT)).toBe(EPERM);
  });

  test("without bits wakes nobody; bits stay until a receive, which returns them together", () => {
    machine.ipc.receive(server, VFS, FOREVER);
    expect(machine.ipc.notifyEndpoint(client, VFS, 0n)).toBe(0);
    expect(machine.ipc.state(server)).toBe(RECEIVING);
    machine.ipc.notifyEndpoint(client, VFS, BIT);
    machine.ipc.notifyEndpoint(client, VFS, BIT << 1n);
    expect(x(server, 1)).toBe(BIT);
    machine.ipc.receive(server, VFS, FOREVER);
    expect(x(server, 1)).toBe(BIT << 1n);
  });
});

describe("revoke", () => {
  test("is the owner's alone", () => {
    expect(machine.ipc.revoke(client, VFS, 3)).toBe(EPERM);
    expect(machine.ipc.revoke(server, 99, 3)).toBe(ENXIO);
    expect(machine.ipc.revoke(server, VFS, 1)).toBe(EINVAL);
    expect(machine.ipc.revoke(server, VFS, 77)).toBe(ESRCH);
  });

  test("ends rights and queued calls, not calls that are held", () => {
    machine.ipc.call(client, VFS, info(1), FOREVER);
    machine.ipc.call(other, VFS, info(1), FOREVER);
    expect(machine.ipc.revoke(server, VFS, 3)).toBe(0);
    expect([machine.ipc.state(other), x(other, 0)]).toEqual([READY, BigInt(EPERM)]);
    expect(machine.ipc.call(other, VFS, info(1), FOREVER)).toBe(EPERM);
    expect(machine.ipc.state(client)).toBe(SENDING);
    machine.ipc.receive(server, VFS, FOREVER);
    expect(machine.ipc.revoke(server, VFS, 0)).toBe(0);
    expect(machine.ipc.state(client)).toBe(AWAITING);
    expect(machine.ipc.rights(client, VFS)).toBe(0);
    expect(machine.ipc.reply(server, machine.ipc.token(client), response, 0n)).toBe(0);
  });
});

describe("a grant in a message", () => {
  const GRANT = 64n << 48n;
  const [ENDPOINT, OBJECT] = [1, 2];
  let epid: number;
  beforeEach(() => void (epid = machine.ipc.create(client)));

  test("of what is not the sender's to give is refused, and nothing is sent", () => {
    const grants: [number, number, number, number][] = [
      [ENDPOINT, VFS, 1, EPERM],
      [ENDPOINT, 99, 1, ENXIO],
      [ENDPOINT, epid, 2, EINVAL],
      [0, epid, 1, EINVAL],
      [3, epid, 1, EINVAL],
    ];
    for (const [kind, id, rights, error] of grants) {
      machine.ipc.setGrant(client, kind, id, rights);
      expect(machine.ipc.call(client, VFS, info(1) | GRANT, FOREVER)).toBe(error);
      expect(machine.ipc.send(client, VFS, info(1) | GRANT)).toBe(error);
    }
    machine.objects.may = () => EPERM;
    machine.ipc.setGrant(client, OBJECT, 5, 1);
    expect(machine.ipc.call(client, VFS, info(1) | GRANT, FOREVER)).toBe(EPERM);
    expect([machine.ipc.state(client), machine.ipc.stored(), machine.ipc.queuedMask(VFS)]).toEqual([
      READY,
      0,
      0,
    ]);
  });

  test("reaches the receiver with a call and with a stored message, and adds to what it had", () => {
    machine.ipc.setGrant(client, ENDPOINT, epid, 1);
    machine.ipc.send(client, VFS, info(1) | GRANT);
    machine.ipc.setGrant(client, ENDPOINT, epid, 4);
    machine.ipc.call(client, VFS, info(2) | GRANT, FOREVER);
    expect(machine.ipc.rights(server, epid)).toBe(0);
    machine.ipc.receive(server, VFS, FOREVER);
    expect(x(server, 5) & GRANT).toBe(GRANT);
    expect([machine.ipc.rights(server, epid), machine.ipc.grantWord(server, 1)]).toEqual([1, epid]);
    machine.ipc.receive(server, VFS, FOREVER);
    expect(machine.ipc.rights(server, epid)).toBe(5);
  });

  test("that has become void before it is received is left out", () => {
    machine.ipc.setGrant(client, ENDPOINT, epid, 1);
    machine.ipc.send(client, VFS, info(1) | GRANT);
    machine.ipc.destroy(client, epid);
    const next = machine.ipc.create(client);
    machine.ipc.receive(server, VFS, FOREVER);
    expect(x(server, 5) & GRANT).toBe(0n);
    expect(machine.ipc.rights(server, next)).toBe(0);
  });

  test("travels with a reply, of objects too; flags that are not a server's are left out", () => {
    machine.ipc.receive(server, VFS, FOREVER);
    machine.ipc.call(client, VFS, info(1), FOREVER);
    machine.ipc.setGrant(server, OBJECT, 7, 3);
    const forged = 0xffn << 48n;
    expect(machine.ipc.reply(server, machine.ipc.token(client), response | forged, 0n)).toBe(0);
    expect(x(client, 5) >> 48n).toBe(64n | 16n);
    expect(machine.objects.granted).toEqual([[client, 7, 3]]);
    expect(machine.ipc.grantWord(client, 0)).toBe(OBJECT);
  });
});

describe("quotas", () => {
  test("of stored messages come back when they are received", () => {
    const sender = machine.ipc.addThread(9, 9, 5);
    let sent = 0;
    for (const [priority, epid] of [0, 1, 2, 3].flatMap((p) => [1, 2].map((e) => [p, e]))) {
      while (machine.ipc.send(sender, epid, info(1, priority)) === 0) sent++;
    }
    expect(sent).toBe(64);
    expect(machine.ipc.send(client, 2, info(1, 3))).toBe(0);
    machine.ipc.receive(server, VFS, FOREVER);
    expect(machine.ipc.send(sender, 2, info(1, 3))).toBe(0);
    expect(machine.ipc.send(sender, 2, info(1, 3))).toBe(EAGAIN);
  });
});
