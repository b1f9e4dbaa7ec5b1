// A whole connection: one host sends a stream of known bytes, the other checks every one of them, both close.

import { expect } from "vitest";
import { Host, ip } from "./host.ts";
import { type Faults, Wire, seconds } from "./wire.ts";

export const END_OF_DATA = -(2 ** 31);
const PORT = 80;
const CHUNK = 1 << 20;

export interface TransferResult {
  wire: Wire;
  client: Host;
  server: Host;
  /** Virtual time until the last byte was read. */
  duration_us: number;
}

/** Sends `size` bytes from a client to a server over a wire with `faults`, and checks that nothing is left behind. */
export function transfer(
  module: WebAssembly.Module,
  seed: number,
  size: number,
  faults: Faults,
): TransferResult {
  const client = new Host(module, ip("10.0.0.1"), seed);
  const server = new Host(module, ip("10.0.0.2"), seed + 1);
  const before = [client.resources, server.resources];
  const wire = new Wire(seed, faults);
  wire.add(client, server);
  const listener = server.stack.tcpOpen();
  expect(server.stack.tcpBind(listener, 0, PORT)).toBe(0);
  expect(server.stack.tcpListen(listener, 4)).toBe(0);
  const connection = client.stack.tcpOpen();
  expect(client.stack.tcpConnect(connection, server.address, PORT)).toBe(0);
  let accepted = -1;
  let sent = 0;
  let received = 0;
  let shut = false;
  let ended = false;
  wire.app = (host) => {
    if (host === client && sent < size) {
      const count = client.stack.sendStream(connection, BigInt(sent), Math.min(CHUNK, size - sent));
      if (count > 0) sent += count;
    }
    if (host === client && sent === size && !shut) shut = client.stack.tcpShutdownSend(connection) === 0;
    if (host !== server) return;
    if (accepted < 0) accepted = server.stack.tcpAccept(listener);
    while (accepted >= 0 && !ended) {
      const count = server.stack.checkStream(accepted, BigInt(received), CHUNK);
      if (count === 0) break;
      if (count === END_OF_DATA) ended = true;
      else if (count < 0) throw new Error(`seed ${seed}: ${count} at byte ${received} of ${size}`);
      else received += count;
    }
  };
  const start = wire.now_us;
  expect(
    wire.runUntil(() => ended, seconds(1e6)),
    `seed ${seed}: stuck at ${received}`,
  ).toBe(true);
  const duration_us = wire.now_us - start;
  expect(received).toBe(size);
  wire.app = () => undefined;
  server.stack.tcpClose(accepted);
  client.stack.tcpClose(connection);
  server.stack.tcpClose(listener);
  wire.faults = {};
  wire.pass(seconds(400));
  expect([client.resources, server.resources], `seed ${seed}: what is left`).toEqual(before);
  return { wire, client, server, duration_us };
}
