// Programs from the VFS: how the loader comes by their files without waiting for anybody, and what happens when the VFS, a reader or
// the caller is lost on the way.

import { describe, expect, it } from "vitest";
import { EACCES, ECONNRESET, EFBIG, EIO, ENOENT, ENOEXEC, EPERM } from "../../../abi/errno.ts";
import { LOADER_READER, LOADER_SPAWN } from "../../../abi/ops.ts";
import { makeArchive } from "../harness/cpio.ts";
import { RequestData } from "../harness/message.ts";
import { LoaderClient, argumentBlock, readerEntry } from "./client.ts";
import { makeProgram } from "./program.ts";
import { type FakeFile, FakeFiles, withoutVfs } from "./readers.ts";

// As numbers of 64 bits, which abi/ has only for AssemblyScript.
const NOTIFY_DRAIN = 1n << 32n;
const NOTIFY_CHILD = 1n << 34n;
const DRAIN_CANCELLED_CALL = 2;
const archive = makeArchive([
  readerEntry(makeProgram()),
  { name: "bin/x", mode: 0o100755, data: makeProgram() },
]);

function clientWith(files: Record<string, FakeFile>): LoaderClient {
  return new LoaderClient(archive, undefined, new FakeFiles(Object.entries(files)));
}
const program = (change: Partial<FakeFile> = {}): FakeFile => ({ data: makeProgram(), ...change });
const started = (loader: LoaderClient) =>
  [...loader.kernel.processes.values()].filter(({ name }) => name !== "loader-reader");
const block = argumentBlock("x");
const request = (path: string): RequestData => new RequestData().u32(block.length).str(path);
const windows = [{ bytes: Buffer.alloc(0) }, { bytes: block }];

describe("a program in a file", () => {
  it("is read once, and its instances share their objects", () => {
    const loader = clientWith({ "/data/prog": program() });
    const first = loader.kernel.processes.get(loader.spawn("/data/prog"));
    const second = loader.kernel.processes.get(loader.spawn("/data/prog"));
    expect(loader.files.asked).toEqual(["stat /data/prog", "file /data/prog", "stat /data/prog"]);
    expect(first?.name).toBe("prog");
    expect(first?.regions[0].bytes.buffer).toBe(second?.regions[0].bytes.buffer);
    expect(second?.linear.subarray(0x4000, 0x4300).equals(makeProgram().subarray(0x1000, 0x1300))).toBe(true);
    const data = second?.regions.find(({ start }) => start === 0x2_0000_3000n);
    expect(data?.bytes.subarray(0, 0x80).equals(makeProgram().subarray(0x4000, 0x4080))).toBe(true);
  });

  it.each<[string, Partial<FakeFile>]>([
    ["inode", { inode: 8 }],
    ["time", { mtime_ns: 1001n }],
  ])("that has another %s is read again", (_, change) => {
    const loader = clientWith({ "/data/prog": program() });
    loader.spawn("/data/prog");
    const replaced = makeProgram(undefined, (file) => file.writeUInt8(0x77, 0x1000));
    loader.files.set("/data/prog", program({ data: replaced, ...change }));
    expect(loader.kernel.processes.get(loader.spawn("/data/prog"))?.linear[0x4000]).toBe(0x77);
  });

  it("may have a path that is too long for a message", () => {
    const path = `/${"d".repeat(250)}/${"n".repeat(250)}`;
    const loader = clientWith({ [path]: program() });
    expect(loader.spawnLong(path)).toBeGreaterThan(0);
    expect(loader.files.asked).toEqual([`stat ${path}`, `file ${path}`]);
  });

  it.each<[string, FakeFile, number]>([
    ["that nobody may execute", program({ mode: 0o100644 }), EACCES],
    ["that is a directory", program({ mode: 0o040755 }), EACCES],
    ["that is a device", program({ mode: 0o020755 }), EACCES],
    ["that is no program", { data: Buffer.from("#!/bin/sh\n") }, ENOEXEC],
    ["that is empty", { data: Buffer.alloc(0) }, ENOEXEC],
    ["that is shorter than its record says", program({ size: 0x6000n }), EIO],
    ["that is longer than 4 GiB", program({ size: 0x1_0000_5000n }), EFBIG],
    ["that is longer than 8 MiB", program({ size: 0x80_0001n }), EFBIG],
  ])("%s is refused", (_, file, errno) => {
    const loader = clientWith({ "/f": file });
    expect(loader.spawn("/f")).toBe(-errno);
    expect(started(loader)).toHaveLength(0);
    expect(loader.kernel.held.size).toBe(loader.readers.running.length);
  });

  it("that is missing is an error although the boot archive has one of its name", () => {
    expect(clientWith({}).spawn("/bin/x")).toBe(-ENOENT);
  });

  it("gives its reason in words to whoever asked, and to nobody else", () => {
    const loader = clientWith({ "/f": { data: Buffer.from("hello") } });
    expect(loader.spawn("/f")).toBe(-ENOEXEC);
    expect(loader.error()).toBe("/f: not a program: not an ELF file of 64 bits, little-endian");
    expect(loader.error(2)).toBe("");
    expect(loader.error(129)).toBe("");
  });
});

describe("a lost VFS", () => {
  it("leaves the boot archive", () => {
    const loader = new LoaderClient(archive, undefined, withoutVfs());
    expect(loader.spawn("/bin/x")).toBeGreaterThan(0);
    expect(loader.spawn("/bin/y")).toBe(-ENOENT);
  });

  it("that comes back in time costs a job nothing", () => {
    const loader = clientWith({ "/f": program() });
    loader.files.errors.push(0, ECONNRESET, ECONNRESET);
    expect(loader.spawn("/f")).toBeGreaterThan(0);
    loader.files.errors.push(ECONNRESET, ECONNRESET, ECONNRESET);
    expect(loader.spawn("/f")).toBe(-ECONNRESET);
    expect(loader.spawn("/f")).toBeGreaterThan(0);
  });

  it.each([EIO, EFBIG, EACCES])("is something else than its error %i", (errno) => {
    const loader = clientWith({ "/f": program() });
    loader.files.errors.push(0, errno);
    expect(loader.spawn("/f")).toBe(-errno);
  });
});

describe("readers", () => {
  it("are two at most, and jobs beyond them wait their turn", () => {
    const loader = clientWith({ "/f": program() });
    const tokens = Array.from({ length: 100 }, () => loader.begin(LOADER_SPAWN, request("/f"), windows));
    expect(loader.readers.running).toHaveLength(2);
    loader.readers.work();
    const pids = tokens.map((token) => Number(loader.answerTo(token).result));
    expect(new Set(pids).size).toBe(100);
    expect(Math.min(...pids)).toBeGreaterThan(0);
    expect(started(loader)).toHaveLength(100);
  });

  it("that die are replaced, and their job is done by another", () => {
    const loader = clientWith({ "/f": program() });
    loader.spawn("/f");
    const token = loader.begin(LOADER_SPAWN, request("/f"), windows);
    for (const pid of loader.readers.running) loader.readers.kill(pid);
    loader.service.notify(NOTIFY_CHILD);
    loader.readers.work();
    expect(loader.answerTo(token).result).toBeGreaterThan(0n);
  });

  it("that die again and again fail the job and nothing else", () => {
    const loader = clientWith({ "/f": program() });
    const token = loader.begin(LOADER_SPAWN, request("/f"), windows);
    for (let i = 0; i < 5 && !loader.kernel.replies.has(token); i++) {
      for (const pid of loader.readers.running) {
        loader.readers.step(pid);
        loader.readers.kill(pid);
      }
      loader.service.notify(NOTIFY_CHILD);
    }
    expect(loader.answerTo(token).result).toBe(BigInt(-EIO));
    expect(loader.spawn("/f")).toBeGreaterThan(0);
  });

  it("are the loader's own: nobody else is given work", () => {
    const loader = clientWith({ "/f": program() });
    loader.spawn("/f");
    const data = new RequestData().u32(0).bytes(Buffer.alloc(32));
    expect(loader.call(LOADER_READER, data, [], { source: 9 }).result).toBe(BigInt(-EPERM));
  });
});

describe("a caller that has gone", () => {
  it("gets no process", () => {
    const loader = clientWith({ "/f": program() });
    const token = loader.begin(LOADER_SPAWN, request("/f"), windows);
    loader.kernel.held.delete(token);
    loader.kernel.drainQueue.push({ kind: DRAIN_CANCELLED_CALL, token });
    loader.service.notify(NOTIFY_DRAIN);
    loader.readers.work();
    expect(loader.kernel.replies.has(token)).toBe(false);
    expect(started(loader)).toHaveLength(0);
    expect(loader.spawn("/f")).toBeGreaterThan(0);
  });
});
