// The relay of HOSTFWD: many clients at once, all bytes and ends, resets, a guest that does not listen, and what the kernel's table says.

import { randomBytes } from "node:crypto";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Relay, isWaiting } from "../../../toolchain/common/relay.ts";

const CLIENTS = 300;
const BIG_BYTES = 5_000_000;
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A relay at a free port. → that port, and the one that QEMU would listen at */
async function openRelay(): Promise<[number, number]> {
  const probe = createServer();
  const host = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  const relay = await Relay.open([{ host, guest: 80 }]);
  closers.push(() => relay.close());
  expect(relay.forwards).toMatchObject([{ guest: 80, address: "127.0.0.1" }]);
  return [host, relay.forwards[0].host];
}

/** Sends `bytes` and its end. → all that came back, up to the other's end; "ECONNRESET" and the like when it broke */
function exchange(port: number, bytes: Buffer): Promise<Buffer | string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const got: Buffer[] = [];
    socket.on("data", (part: Buffer) => got.push(part));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "?"));
    socket.on("end", () => resolve(Buffer.concat(got)));
    socket.end(bytes);
  });
}

const guestWith = (handle: (socket: Socket) => void): Server =>
  createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    handle(socket);
  });

test("many clients at once, each with its own bytes; the client's end comes before the answer's", async () => {
  const [host, inner] = await openRelay();
  const server = guestWith((socket) => {
    const got: Buffer[] = [];
    socket.on("data", (part: Buffer) => got.push(part)).on("end", () => socket.end(Buffer.concat(got)));
  });
  await listen(server, inner);
  const all = Array.from({ length: CLIENTS }, (_, i) => Buffer.from(`client ${i}`));
  expect(await Promise.all(all.map((bytes) => exchange(host, bytes)))).toEqual(all);
});

test("megabytes arrive as they were", async () => {
  const [host, inner] = await openRelay();
  await listen(
    guestWith((socket) => void socket.pipe(socket)),
    inner,
  );
  const bytes = randomBytes(BIG_BYTES);
  expect(bytes.equals((await exchange(host, bytes)) as Buffer)).toBe(true);
});

test("a reset of the guest's is one for the client, and a guest that does not listen, too", async () => {
  const [host, inner] = await openRelay();
  expect(await exchange(host, Buffer.from("x"))).toBe("ECONNRESET");
  await listen(
    guestWith((socket) => void socket.once("data", () => socket.resetAndDestroy())),
    inner,
  );
  expect(await exchange(host, Buffer.from("x"))).toBe("ECONNRESET");
});

test("a reset of the client's reaches the guest", async () => {
  const [host, inner] = await openRelay();
  const error = new Promise<string>((resolve) => {
    const server = guestWith((socket) => {
      socket.on("error", (each: NodeJS.ErrnoException) => resolve(each.code ?? "?")).resume();
    });
    void listen(server, inner).then(() => {
      const client = connect({ port: host, host: "127.0.0.1" });
      client.on("error", () => undefined).once("connect", () => client.write("x"));
      setTimeout(() => client.resetAndDestroy(), 100);
    });
  });
  expect(await error).toBe("ECONNRESET");
});

test("a port that is taken is said so", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "0.0.0.0", resolve));
  closers.push(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  await expect(Relay.open([{ host: port, guest: 80 }])).rejects.toThrow(
    `HOSTFWD: port ${port} cannot be had`,
  );
});

test("the kernel's table: a listener's queue, and no other socket's", () => {
  const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n";
  const row = (local: string, state: string, queue: string): string =>
    `   0: ${local} 00000000:0000 ${state} 00000000:${queue} 00:00000000 00000000     0\n`;
  const own = row("0100007F:1F90", "0A", "00000002");
  expect(isWaiting(head + own, 8080)).toBe(true);
  expect(isWaiting(head + row("0100007F:1F90", "0A", "00000000"), 8080)).toBe(false);
  expect(isWaiting(head + row("0100007F:1F90", "01", "00000002"), 8080)).toBe(undefined);
  expect(isWaiting(head + own, 8081)).toBe(undefined);
});
