// The host's half of the network's benchmark: a client of the guest's httpd, an echo's caller, and the other end of two bulk
// streams, through QEMU's user network. Called by commands/bench.ts. space/apps/bench-network is the guest's half, and counts.

import { type Socket as DatagramSocket, createSocket } from "node:dgram";
import { type Server, type Socket, connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { spawn } from "node:child_process";
import { Failure } from "../common/failure.ts";
import { readMachineOptions } from "../common/options.ts";
import { TEST_INITRD } from "../common/paths.ts";
import { QEMU, kernelCommandLine, qemuArguments } from "../common/qemu.ts";
import { type Results, parseResults } from "./report.ts";

const GUEST_HTTP = 80;
const GUEST_CONTROL = 9;
const LOCALHOST = "127.0.0.1";
const READY = "bench-network: ready";
const TIMEOUT_MS = 300_000;
const KEPT_REQUESTS = 2000;
const NEW_CONNECTIONS = 500;
const ECHOES = 5000;
const WARM_UP = 50;
const STREAM_MIB = 64;
const LARGE_BYTES = 64 * 1024 * 1024;
const PAGE_BYTES = 4096;
const CLOSE = "Connection: close\r\n";

/** A request as ab makes it. */
const get = (path: string, more = ""): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n${more}\r\n`;

async function freePort(kind: "tcp" | "udp"): Promise<number> {
  if (kind === "tcp") {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, LOCALHOST, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, LOCALHOST, resolve));
  return (server.address() as AddressInfo).port;
}

/** The guest's answers to datagrams, one at a time. */
class Control {
  private readonly socket: DatagramSocket = createSocket("udp4");
  constructor(private readonly port: number) {}

  ask(bytes: string): Promise<string> {
    return new Promise((resolve) => {
      this.socket.once("message", (answer) => resolve(answer.toString("latin1")));
      this.socket.send(bytes, this.port, LOCALHOST);
    });
  }

  /** Sends without waiting for an answer. */
  tell(bytes: string): void {
    this.socket.send(bytes, this.port, LOCALHOST);
  }

  async command(text: string): Promise<void> {
    const answer = await this.ask(text);
    if (answer !== "ok") throw new Failure(`the guest answered "${answer}" to "${text}"`);
  }

  /** Counts the instructions of `operations` of something, when it has been done for a while. */
  async count(name: string, operations: number, warmUp: number, each: () => Promise<void>): Promise<void> {
    for (let i = 0; i < warmUp; i++) await each();
    await this.command("begin");
    for (let i = 0; i < operations; i++) await each();
    await this.command(`end ${name} ${operations}`);
  }

  close(): void {
    this.socket.close();
  }
}

/** Sends a request, and waits for its response of `size` bytes of body, or for the end of the connection. */
function exchange(socket: Socket, request: string, size: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let head = "";
    let body = -1;
    const done = (error?: Error): void => {
      socket.removeAllListeners();
      socket.on("error", () => undefined);
      if (error) reject(error);
      else resolve();
    };
    socket.on("error", done).on("end", () => done(new Failure("httpd closed the connection early")));
    socket.on("data", (bytes: Buffer) => {
      if (body < 0) {
        head += bytes.toString("latin1");
        const end = head.indexOf("\r\n\r\n");
        if (end >= 0) body = head.length - end - 4;
        if (end >= 0 && !head.startsWith("HTTP/1.1 200")) done(new Failure(head));
      } else {
        body += bytes.length;
      }
      if (body >= size) done();
    });
    socket.write(request);
  });
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: LOCALHOST, noDelay: true });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return socket;
}

async function measureHttp(control: Control, port: number): Promise<void> {
  const kept = await connected(port);
  const small = (): Promise<void> => exchange(kept, get("/hello"), 13);
  await control.count("http_keep_alive", KEPT_REQUESTS, WARM_UP, small);
  await control.command("begin");
  await exchange(kept, get("/large"), LARGE_BYTES);
  await control.command(`end http_download_4k ${LARGE_BYTES / PAGE_BYTES}`);
  kept.destroy();
  await control.count("http_new_connection", NEW_CONNECTIONS, WARM_UP, async () => {
    const socket = await connected(port);
    await exchange(socket, get("/hello", CLOSE), 13);
    await new Promise((resolve) => socket.once("close", resolve).end());
  });
}

/** What the guest sends is thrown away; what it asks for it gets. */
async function measureStreams(control: Control): Promise<void> {
  const sink = createServer((socket) => socket.on("error", () => undefined).resume());
  await control.command(`send ${await listen(sink)} ${STREAM_MIB}`);
  sink.close();
  const bytes = Buffer.alloc(STREAM_MIB * 1024 * 1024, "HNX ");
  const source = createServer((socket) => socket.on("error", () => undefined).end(bytes));
  await control.command(`receive ${await listen(source)} ${STREAM_MIB}`);
  source.close();
}

/** Runs the guest's half against this one. → its rows */
export async function measureNetwork(extra: readonly string[]): Promise<Results> {
  const [http, datagrams] = [await freePort("tcp"), await freePort("udp")];
  const forwards = [
    { host: http, guest: GUEST_HTTP },
    { host: datagrams, guest: GUEST_CONTROL, protocol: "udp" as const },
  ];
  const append = kernelCommandLine("run", "bench-network");
  const args = qemuArguments({ ...readMachineOptions({}), append, forwards, initrd: TEST_INITRD, extra });
  const child = spawn(QEMU, args, { stdio: ["ignore", "pipe", "inherit"], timeout: TIMEOUT_MS });
  const control = new Control(datagrams);
  let out = "";
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const over = ended.then((status) => {
    throw new Failure(`the network's benchmark did not finish (status ${status ?? "none"}):\n${out}`);
  });
  const ready = new Promise<void>((resolve) =>
    child.stdout.setEncoding("latin1").on("data", (text: string) => {
      out += text;
      if (out.includes(READY)) resolve();
    }),
  );
  const work = async (): Promise<void> => {
    await ready;
    await control.count("udp_echo", ECHOES, WARM_UP, async () => void (await control.ask("8 bytes.")));
    await measureHttp(control, http);
    await measureStreams(control);
  };
  try {
    await Promise.race([work(), over]);
    over.catch(() => undefined);
    control.tell("stop"); // the machine may be off before its answer is out
    await ended;
  } finally {
    control.close();
    child.kill("SIGKILL");
  }
  return parseResults(out);
}
