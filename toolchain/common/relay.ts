// The host ports of HOSTFWD. QEMU's user network forwards a port itself, but listens with a backlog of one: of many connections
// that are made at once the host's kernel drops some half open (docs/services/network.md). So the relay listens where QEMU would,
// with a backlog worth the name, and hands the connections over one by one: the next one when QEMU has accepted the last. Bytes, ends
// and resets go through as they are. Called by commands/run.ts and by the tests that need many clients.
//
//   client ──▶ port of HOSTFWD (relay) ──▶ a port of 127.0.0.1 (QEMU) ──▶ guest

import { type Server, type Socket, connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { closeSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure.ts";
import type { MachineOptions } from "./options.ts";

type Forward = MachineOptions["forwards"][number];

const EVERYWHERE = "0.0.0.0"; // where QEMU listens, too
const LOCALHOST = "127.0.0.1";
const BACKLOG = 511;
const LOOK_MS = 1;
/** Where the kernel does not tell what waits to be accepted, QEMU gets this long. */
const BLIND_WAIT_MS = 20;
const LISTEN_STATE = "0A";
const TABLE = "/proc/net/tcp";
const PAGE_BYTES = 4096;
const OTHER_STATE = /^ *\d+: \S+ \S+ (?!0A)/m;

/** Whether a connection waits at port `port` of 127.0.0.1 to be accepted, by the text of /proc/net/tcp; undefined: nobody listens. */
export function isWaiting(table: string, port: number): boolean | undefined {
  const end = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  for (const line of table.split("\n")) {
    // sl, local address, remote address, state, bytes to send : bytes received, which for a listener are connections
    const [, local, , state, queues] = line.trim().split(/\s+/);
    if (state === LISTEN_STATE && local.endsWith(end)) return Number.parseInt(queues.split(":")[1], 16) > 0;
  }
  return undefined;
}

/** The table up to its first connections: listeners come first, and the rest can be long. The kernel gives a page a read. */
function readTable(): string | undefined {
  let file = -1;
  try {
    file = openSync(TABLE, "r");
    const page = Buffer.alloc(PAGE_BYTES);
    let text = "";
    for (let n = readSync(file, page); n > 0; n = readSync(file, page)) {
      const part = page.toString("latin1", 0, n);
      text += part;
      if (OTHER_STATE.test(part)) break;
    }
    return text;
  } catch {
    return undefined;
  } finally {
    if (file >= 0) closeSync(file);
  }
}

/** Waits until whoever listens at `port` has accepted all connections. */
async function accepted(port: number): Promise<void> {
  if (readTable() === undefined) return sleep(BLIND_WAIT_MS);
  while (isWaiting(readTable() ?? "", port)) await sleep(LOOK_MS);
}

/** → a port of 127.0.0.1 that nobody uses now */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, LOCALHOST, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One forwarded port. */
class RelayPort {
  readonly server: Server;
  private readonly open = new Set<Socket>();
  private readonly waiting: Socket[] = [];
  private isHandingOver = false;

  constructor(readonly inner: number) {
    this.server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
      this.hold(client);
      this.waiting.push(client);
      void this.handOver();
    });
  }

  private hold(socket: Socket): void {
    this.open.add(socket);
    socket.on("close", () => this.open.delete(socket)).on("error", () => undefined);
  }

  private async handOver(): Promise<void> {
    if (this.isHandingOver) return;
    this.isHandingOver = true;
    for (let client = this.waiting.shift(); client; client = this.waiting.shift()) {
      if (client.destroyed) continue;
      await this.join(client);
      await accepted(this.inner);
    }
    this.isHandingOver = false;
  }

  /** Connects the client to QEMU. Ends when that connection is made, or refused. */
  private join(client: Socket): Promise<void> {
    return new Promise((resolve) => {
      const guest = connect({ port: this.inner, host: LOCALHOST, allowHalfOpen: true, noDelay: true });
      this.hold(guest);
      client.on("error", () => guest.resetAndDestroy());
      guest.on("error", () => client.resetAndDestroy());
      guest.once("connect", () => {
        client.pipe(guest);
        guest.pipe(client);
        client.resume();
        resolve();
      });
      guest.once("close", () => resolve());
    });
  }

  close(): void {
    this.server.close();
    for (const socket of this.open) socket.destroy();
  }
}

export class Relay {
  private readonly ports: RelayPort[] = [];
  /** What QEMU is to forward instead. */
  readonly forwards: Forward[] = [];

  private constructor() {}

  /** Listens at the host's side of the forwards that are TCP's. Throws a Failure when a port cannot be had. */
  static async open(forwards: readonly Forward[]): Promise<Relay> {
    const relay = new Relay();
    for (const forward of forwards) {
      if (forward.protocol === "udp") relay.forwards.push(forward);
      else await relay.add(forward);
    }
    return relay;
  }

  private async add({ host, guest }: Forward): Promise<void> {
    const port = new RelayPort(await freePort());
    await new Promise<void>((resolve, reject) => {
      port.server.once("error", (error) => {
        this.close();
        reject(new Failure(`HOSTFWD: port ${host} cannot be had: ${error.message}`));
      });
      port.server.listen({ port: host, host: EVERYWHERE, backlog: BACKLOG }, resolve);
    });
    this.ports.push(port);
    this.forwards.push({ host: port.inner, guest, address: LOCALHOST });
  }

  /** Ends all connections. */
  close(): void {
    for (const port of this.ports) port.close();
  }
}
