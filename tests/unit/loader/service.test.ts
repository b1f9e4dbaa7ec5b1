// The loader's requests: hostile messages, paths and arguments, and what it does not do.

import { describe, expect, it } from "vitest";
import {
  E2BIG,
  EACCES,
  EBADMSG,
  EFAULT,
  EINVAL,
  ENAMETOOLONG,
  ENOENT,
  ENOSYS,
  EPERM,
} from "../../../abi/errno.ts";
import { LOADER_SPAWN, OP_DESCRIBE } from "../../../abi/ops.ts";
import { ARGUMENT_BLOCK, ARGUMENT_BLOCK_SIZE } from "../../../abi/program.ts";
import { FLAG_ASYNC, RequestData } from "../harness/message.ts";
import { LoaderClient, argumentBlock } from "./client.ts";
import { makeProgram } from "./program.ts";

const PATH_MAX = 4095;
const longName = `bin/${"n".repeat(300)}`;

const client = (): LoaderClient =>
  LoaderClient.with(
    { name: "bin", mode: 0o040755 },
    { name: "bin/x", mode: 0o100755, data: makeProgram(), padding: 100 },
    { name: longName, mode: 0o100755, data: makeProgram() },
    { name: "etc/motd", mode: 0o100644, data: makeProgram() },
    { name: "./bin/dotted", mode: 0o100755, data: makeProgram() },
  );

describe("a path", () => {
  it.each(["/bin/x", "bin/x", "//bin/x", "./bin/x", "/./bin/x", "/bin/dotted"])("%s is found", (path) => {
    expect(client().spawn(path)).toBeGreaterThan(0);
  });

  it.each(["/", "", "x", "/bin/y", "/bin/x/", "/bin//x", "/bin/../bin/x", "/bin/x\0", "/bin", "bin/X", "."])(
    "%j is not",
    (path) => {
      const loader = client();
      expect(loader.spawn(path)).toBe(-ENOENT);
      expect(loader.kernel.buildCalls).toBe(0);
    },
  );

  it("may be long, as window 0", () => {
    expect(client().spawnLong(longName)).toBeGreaterThan(0);
    expect(client().spawnLong("/".repeat(PATH_MAX - 5) + "bin/x")).toBeGreaterThan(0);
    expect(client().spawnLong("/".repeat(PATH_MAX))).toBe(-ENOENT);
  });

  it("may not be longer than 4,095 bytes, empty, or missing", () => {
    expect(client().spawnLong("/".repeat(PATH_MAX + 1))).toBe(-ENAMETOOLONG);
    expect(client().spawnLong("", 0xffff_ffff)).toBe(-ENAMETOOLONG);
    expect(client().spawnLong("", 0)).toBe(-ENOENT);
    expect(client().spawn("")).toBe(-ENOENT);
  });

  it("in a bad window is an error", () => {
    const bytes = Buffer.from(longName);
    expect(client().spawnLong(longName, bytes.length, { bytes, goodBytes: 10 })).toBe(-EFAULT);
    expect(client().spawnLong(longName, bytes.length, { bytes, goodBytes: 0 })).toBe(-EFAULT);
    expect(client().spawnLong(longName, bytes.length + 1, { bytes })).toBe(-EFAULT);
    expect(client().spawnLong(longName, bytes.length, { bytes, canRead: false })).toBe(-EPERM);
  });

  it("names an executable file", () => {
    const loader = client();
    expect(loader.spawn("/etc/motd")).toBe(-EACCES);
    expect(loader.kernel.buildCalls).toBe(0);
    expect(loader.kernel.log).toEqual([]);
  });
});

describe("an argument block", () => {
  it("may be empty", () => {
    expect(client().spawn("/bin/x", Buffer.alloc(0))).toBeGreaterThan(0);
  });

  it("may fill its two pages, and no more", () => {
    const loader = client();
    const block = Buffer.alloc(ARGUMENT_BLOCK_SIZE, 0x5a);
    const pid = loader.spawn("/bin/x", block);
    const { linear } = loader.kernel.processes.get(pid)!;
    expect(linear.subarray(ARGUMENT_BLOCK, ARGUMENT_BLOCK + block.length).equals(block)).toBe(true);
    expect(loader.spawn("/bin/x", Buffer.alloc(ARGUMENT_BLOCK_SIZE + 1))).toBe(-E2BIG);
    const request = new RequestData().u32(0xffff_ffff).str("/bin/x");
    expect(Number(loader.call(LOADER_SPAWN, request, []).result)).toBe(-E2BIG);
  });

  it("does not reach the next process", () => {
    const loader = client();
    loader.spawn("/bin/x", Buffer.alloc(ARGUMENT_BLOCK_SIZE, 0x5a));
    const block = argumentBlock("x");
    const { linear } = loader.kernel.processes.get(loader.spawn("/bin/x", block))!;
    expect(linear.subarray(ARGUMENT_BLOCK + block.length, 0x4000).every((byte) => byte === 0)).toBe(true);
  });

  it("in a bad window is an error, and nothing is built", () => {
    const block = argumentBlock("x");
    const loader = client();
    expect(loader.spawn("/bin/x", block, { bytes: block, goodBytes: 4 })).toBe(-EFAULT);
    expect(loader.spawn("/bin/x", block, { bytes: block.subarray(1) })).toBe(-EFAULT);
    expect(loader.spawn("/bin/x", block, { bytes: block, canRead: false })).toBe(-EPERM);
    const request = new RequestData().u32(block.length).str("/bin/x");
    expect(Number(loader.call(LOADER_SPAWN, request, []).result)).toBe(-EINVAL);
    expect(loader.kernel.processes.size).toBe(0);
  });
});

describe("a message", () => {
  const whole = new RequestData().u32(0).str("/bin/x").build();

  it.each([0, 1, 3, 4, 5, whole.length - 1])("of only %i bytes is malformed", (length) => {
    const loader = client();
    expect(Number(loader.call(LOADER_SPAWN, whole.subarray(0, length)).result)).toBe(-EBADMSG);
  });

  it("with bytes left over is malformed", () => {
    const longer = Buffer.concat([whole, Buffer.alloc(1)]);
    expect(Number(client().call(LOADER_SPAWN, longer).result)).toBe(-EBADMSG);
  });

  it("with a long path that has no length is malformed", () => {
    const request = new RequestData().u32(0).str("").bytes(Buffer.alloc(3));
    expect(Number(client().call(LOADER_SPAWN, request).result)).toBe(-EBADMSG);
  });

  it("that nobody waits for starts nothing", () => {
    const loader = client();
    expect(Number(loader.call(LOADER_SPAWN, whole, [], { flags: FLAG_ASYNC }).result)).toBe(-EINVAL);
    expect(loader.kernel.buildCalls).toBe(0);
  });

  it.each([0, 306, 389, 391, 399, 100, 65535])("of operation %i is not implemented", (op) => {
    expect(Number(client().call(op, whole).result)).toBe(-ENOSYS);
  });

  it("asks what the service is", () => {
    const { result, data } = client().call(OP_DESCRIBE, Buffer.alloc(0));
    expect(result).toBe(0n);
    expect(data.toString("latin1")).toBe("\x06loader\x031.0");
  });
});
