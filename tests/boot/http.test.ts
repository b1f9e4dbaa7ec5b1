// httpd, wget and the resolver on the real machine, with other people's clients and servers on the host's side of QEMU's
// user network: curl in, a server of Node's out.

import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, get } from "node:http";
import { type AddressInfo, type Socket, connect, createServer as createTcpServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Relay } from "../../toolchain/common/relay.ts";
import { makeImage } from "../unit/ext/image.ts";
import { type Guest, runGuest, startGuest } from "./qemu.ts";

const LISTENING = "httpd: serving /www";
const SETUP_MS = 60_000;
/** Between two new connections, so that QEMU has taken the first. */
const CONNECT_INTERVAL_MS = 20;
const MIB = 1 << 20;
const LARGE_BYTES = 100 * MIB;
const IMAGE_BYTES = 140 * MIB;

/** A TCP port of the host that nobody uses now. */
async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Outcome {
  status: number | null;
  out: string;
}

function run(command: string, args: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args);
    let out = "";
    child.stdout.setEncoding("latin1").on("data", (text: string) => (out += text));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, out }));
  });
}

/** → the body that `url` has. Rejects when the connection ends early or the status is not 200. */
function fetchWith(agent: Agent, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      let body = "";
      response.setEncoding("latin1").on("data", (text: string) => (body += text));
      response.on("error", reject).on("end", () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`status ${response.statusCode}`));
      });
    });
    request.on("error", reject);
  });
}

describe("httpd", () => {
  let guest: Guest;
  let relay: Relay;
  let url = "";
  /** The same through the relay, as HOSTFWD has it: for clients that come in crowds. */
  let crowdUrl = "";
  const curl = (...args: string[]) => run("curl", ["-sS", "--max-time", "60", ...args]);
  const statusOf = async (path: string, ...args: string[]) =>
    (await curl("-o", "/dev/null", "-w", "%{http_code}", "--path-as-is", ...args, url + path)).out;

  beforeAll(async () => {
    const [host, crowd] = [await freePort(), await freePort()];
    relay = await Relay.open([{ host: crowd, guest: 80 }]);
    const forwards = [{ host, guest: 80 }, ...relay.forwards];
    guest = startGuest({ cmd: "ip -w; httpd /www", forwards, timeoutMs: 600_000 });
    url = `http://127.0.0.1:${host}`;
    crowdUrl = `http://127.0.0.1:${crowd}`;
    await guest.waitFor(LISTENING);
  }, SETUP_MS);
  afterAll(async () => {
    relay.close();
    await guest.stop();
  });

  test("has an address by DHCP", () => {
    expect(guest.out).toContain("address 10.0.2.15/24");
    expect(guest.out).toContain("gateway 10.0.2.2");
    expect(guest.out).toContain("resolver 10.0.2.3");
  });

  test("sends the index, a file, their heads and ranges", async () => {
    expect((await curl(`${url}/`)).out).toContain("Served by HNX");
    expect((await curl(`${url}/hello.txt?x=1`)).out).toBe("Hello, HNX!\n\n");
    expect((await curl("-r", "7-9", `${url}/hello.txt`)).out).toBe("HNX");
    expect((await curl("-r", "-3", `${url}/hello.txt`)).out).toBe("!\n\n");
    const head = (await curl("-I", `${url}/hello.txt`)).out;
    expect(head).toContain("HTTP/1.1 200 OK\r\n");
    expect(head).toContain("Content-Length: 13\r\n");
    const range = (await curl("-i", "-r", "7-", `${url}/hello.txt`)).out;
    expect(range).toContain("HTTP/1.1 206 Partial Content\r\n");
    expect(range).toContain("Content-Range: bytes 7-12/13\r\n");
  });

  test.each([
    ["/nothing", [], "404"],
    ["/", ["-X", "POST"], "405"],
    ["/", ["-d", "x"], "413"],
    ["/../etc/motd", [], "403"],
    ["/%2e%2e/etc/motd", [], "403"],
    ["/%zz", [], "400"],
    ["/hello.txt", ["-r", "13-"], "416"],
    ["/hello.txt", ["-H", `X: ${"x".repeat(5000)}`], "431"],
    ["/hello.txt", ["-H", "Host:"], "400"],
    [`/${"a".repeat(1500)}`, [], "414"],
  ])("answers %s %j with %s", async (path, args, status) => {
    expect(await statusOf(path, ...args)).toBe(status);
  });

  test("knows an unchanged file by its tag", async () => {
    const tag = /ETag: (\S+)/.exec((await curl("-I", `${url}/hello.txt`)).out)?.[1];
    expect(await statusOf("/hello.txt", "-H", `If-None-Match: ${tag}`)).toBe("304");
  });

  test("answers 1,000 connections in turn", async () => {
    const list = Array.from({ length: 1000 }, () => `${url}/hello.txt`);
    const { out, status } = await curl("-H", "Connection: close", ...list);
    expect(status).toBe(0);
    expect(out).toBe("Hello, HNX!\n\n".repeat(1000));
  }, 300_000);

  test("answers 64 connections at once", async () => {
    const all = await Promise.all(Array.from({ length: 64 }, () => curl(`${url}/hello.txt`)));
    expect(all.map(({ out }) => out)).toEqual(Array.from({ length: 64 }, () => "Hello, HNX!\n\n"));
  }, 120_000);

  // 40 are served at once and 128 wait in the backlog; the SYNs of more are dropped, and come again as QEMU sees fit.
  test("answers 160 connections that are made at the same moment", async () => {
    const one = async (): Promise<string> => {
      const agent = new Agent({ maxSockets: 1 });
      return fetchWith(agent, `${crowdUrl}/hello.txt`);
    };
    const bodies = await Promise.all(Array.from({ length: 160 }, one));
    expect(new Set(bodies)).toEqual(new Set(["Hello, HNX!\n\n"]));
  }, 120_000);

  test("ab -k -n 5000 -c 32 ends with 0 failed", async () => {
    const { out, status } = await run("ab", ["-q", "-k", "-n", "5000", "-c", "32", `${crowdUrl}/hello.txt`]);
    expect(out).toMatch(/Complete requests: +5000\n/);
    expect(out).toMatch(/Failed requests: +0\n/);
    expect(status).toBe(0);
  }, 120_000);

  test("answers 5,000 requests of 32 connections that are kept", async () => {
    const agents = Array.from({ length: 32 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    let left = 5000;
    const bodies = new Map<string, number>();
    const connection = async (each: Agent, index: number): Promise<void> => {
      await sleep(index * CONNECT_INTERVAL_MS);
      while (left-- > 0) {
        const body = await fetchWith(each, `${url}/hello.txt`);
        bodies.set(body, (bodies.get(body) ?? 0) + 1);
      }
      each.destroy();
    };
    await Promise.all(agents.map(connection));
    expect([...bodies]).toEqual([["Hello, HNX!\n\n", 5000]]);
  }, 300_000);
});

test("httpd sends a file of 100 MiB from a disk as it is", async () => {
  const folder = "build/test/http";
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const large = randomBytes(LARGE_BYTES);
  writeFileSync(`${folder}/large`, large);
  const image = `${folder}.img`;
  makeImage(image, { type: "ext4", blockSize: 4096, size: IMAGE_BYTES, tree: folder });
  const host = await freePort();
  const cmd = "mount /dev/vda /mnt; httpd /mnt";
  const guest = startGuest({ cmd, disks: [image], forwards: [{ host, guest: 80 }], timeoutMs: 200_000 });
  await guest.waitFor("httpd: serving /mnt");
  const received = createHash("md5");
  const child = spawn("curl", ["-sS", "--max-time", "180", `http://127.0.0.1:${host}/large`]);
  child.stdout.on("data", (bytes: Buffer) => received.update(bytes));
  const status = await new Promise((resolve) => child.on("close", resolve));
  await guest.stop();
  expect(status).toBe(0);
  expect(received.digest("hex")).toBe(createHash("md5").update(large).digest("hex"));
}, 240_000);

describe("programs of the guest", () => {
  test("fetch a file from a server of the host", async () => {
    const file = randomBytes(3_000_000);
    const server = createServer((_, response) => response.end(file)).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const cmd = `wget http://10.0.2.2:${port}/data /tmp/data; md5sum /tmp/data`;
    const { out, status } = await runGuest({ cmd, network: true, timeoutMs: 120_000 });
    await new Promise((resolve) => server.close(resolve));
    expect(out).toContain(createHash("md5").update(file).digest("hex"));
    expect(status).toBe(0);
  }, 130_000);

  test("nc: both directions at once, megabytes each way, and both ends", async () => {
    const size = 2_000_000;
    const sums: string[] = [];
    const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
      const hash = createHash("md5");
      socket.on("data", (bytes: Buffer) => hash.update(bytes));
      socket.on("end", () => {
        sums.push(hash.digest("hex"));
        socket.end();
      });
      socket.write(Buffer.alloc(size, "from the host "));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const cmd = `dd if=/dev/zero bs=1000 count=2000 of=/tmp/z; nc 10.0.2.2 ${port} < /tmp/z > /tmp/got; md5sum /tmp/got`;
    const { out } = await runGuest({ cmd, network: true, timeoutMs: 120_000 });
    await new Promise((resolve) => server.close(resolve));
    const sum = (bytes: Buffer): string => createHash("md5").update(bytes).digest("hex");
    expect(out).toContain(sum(Buffer.alloc(size, "from the host ")));
    expect(sums[0]).toBe(sum(Buffer.alloc(size)));
  }, 130_000);

  test("nc -l: what is typed goes out, what comes is printed", async () => {
    const host = await freePort();
    const guest = startGuest({ cmd: "ip -w; nc -l 7; echo status $?", forwards: [{ host, guest: 7 }] });
    await guest.waitFor("resolver");
    const socket = await new Promise<Socket>((resolve) => {
      const attempt = (): void => {
        const each = connect({ port: host, host: "127.0.0.1" });
        let got = "";
        each.setEncoding("latin1").on("data", (text: string) => {
          got += text;
          if (got.includes("typed")) resolve(each);
        });
        each.on("error", () => undefined).on("close", () => void (got || setTimeout(attempt, 100)));
      };
      attempt();
      guest.type("typed\n");
    });
    socket.write("and heard\n");
    await guest.waitFor("and heard");
    socket.end();
    await guest.waitFor("status 0");
    await guest.finished();
  }, 60_000);

  test("nc says what is wrong", async () => {
    const cmd = "nc; nc -l x; nc 127.0.0.1 9; echo status $?";
    const { out } = await runGuest({ cmd });
    expect(out).toContain("nc: a host and a port are needed");
    expect(out).toContain("nc: x is no port");
    expect(out).toContain("nc: 127.0.0.1: Connection refused\nstatus 1");
  });

  test("ping the gateway", async () => {
    const { out, status } = await runGuest({ cmd: "ping 10.0.2.2 2", network: true });
    expect(out).toContain("2 sent, 2 received");
    expect(status).toBe(0);
  });

  test("do without a network card", async () => {
    const { out, status } = await runGuest({ cmd: "ip; ping 127.0.0.1 1; wget http://10.0.2.2/" });
    expect(out).toContain("eth0 down");
    expect(out).toContain("1 sent, 1 received");
    expect(out).toContain("wget: 10.0.2.2: Network is unreachable");
    expect(status).toBe(1);
  });

  test("are configured by the boot arguments", async () => {
    const { out } = await runGuest({
      cmd: "ip; ping 10.0.2.2 1",
      network: true,
      bootArguments: "ip=10.0.2.20/24,10.0.2.2,10.0.2.3",
    });
    expect(out).toContain("address 10.0.2.20/24");
    expect(out).toContain("1 sent, 1 received");
  });
});

describe("the machine goes on", () => {
  test("when the driver, and then the network service, is ended", async () => {
    const look = "ip -w; ping 10.0.2.2 1";
    const cmd = `${look}; svc restart netdriver; ${look}; svc restart network; ${look}`;
    const { out, status } = await runGuest({ cmd, network: true, timeoutMs: 120_000 });
    expect(out.match(/1 sent, 1 received/g)).toHaveLength(3);
    expect(out.match(/address 10\.0\.2\.15\/24/g)).toHaveLength(3);
    expect(status).toBe(0);
  }, 130_000);
});
