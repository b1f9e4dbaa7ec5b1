// What a started process consists of, what its instances share, and that a failure leaves nothing behind.

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CONFIG_FLOATING_POINT, CONFIG_MEMORY, CONFIG_SYMBOLS } from "../../../abi/construct.ts";
import { EAGAIN, ENOMEM, ESRCH } from "../../../abi/errno.ts";
import { ARGUMENT_BLOCK, PROT_EXECUTE, PROT_READ, PROT_WRITE } from "../../../abi/program.ts";
import { makeArchive } from "../harness/cpio.ts";
import { LoaderClient, argumentBlock } from "./client.ts";
import type { FakeProcess } from "./process_kernel.ts";
import { AT, CODE, SYMBOLS, goodHeaders, makeProgram } from "./program.ts";

const PAGE = 0x1000;
const PROGRAMS_MAX = 32;

const process = (loader: LoaderClient, pid: number): FakeProcess => {
  const found = loader.kernel.processes.get(pid);
  if (!found) throw new Error(`there is no process ${pid}`);
  return found;
};
const program = (name: string, data = makeProgram()) => ({ name, mode: 0o100755, data });

describe("a started process", () => {
  const image = makeProgram();
  const loader = LoaderClient.withProgram(image);
  const block = argumentBlock("x", "größe", "");
  const built = process(loader, loader.spawn("/bin/x", block));
  const region = (start: bigint) => built.regions.find((candidate) => candidate.start === start);

  it("has the name of its file and the caller's token", () => {
    expect(built.name).toBe("x");
    expect(built.token).toBe(loader.service.lastToken);
  });

  it("has its memory, static data and arguments", () => {
    const memory = built.config.find(({ what }) => what === CONFIG_MEMORY);
    expect(memory).toEqual({ what: CONFIG_MEMORY, value: 2n, extra: 16n });
    expect(built.linear.subarray(0x4000, 0x4300).equals(image.subarray(0x1000, 0x1300))).toBe(true);
    expect(built.linear.subarray(ARGUMENT_BLOCK, ARGUMENT_BLOCK + block.length).equals(block)).toBe(true);
    expect(built.linear.subarray(0x4300).every((byte) => byte === 0)).toBe(true);
  });

  it("has its segments with their protection, zero after their bytes", () => {
    const text = region(CODE);
    expect(text?.protection).toBe(PROT_READ | PROT_EXECUTE);
    expect(text?.end).toBe(CODE + 0x2000n);
    expect(text?.bytes.subarray(0, PAGE).equals(image.subarray(0x2000, 0x3000))).toBe(true);
    expect(text?.bytes.subarray(PAGE).every((byte) => byte === 0)).toBe(true);
    expect(region(CODE + 0x2000n)?.protection).toBe(PROT_READ);
    const data = region(CODE + 0x3000n);
    expect(data?.protection).toBe(PROT_READ | PROT_WRITE);
    expect(data?.end).toBe(CODE + 0x8000n);
    expect(data?.bytes.subarray(0, 0x80).equals(image.subarray(0x4000, 0x4080))).toBe(true);
    expect(data?.bytes.subarray(0x80).every((byte) => byte === 0)).toBe(true);
  });

  it("starts at its entry, with a stack above an unmapped page", () => {
    expect(built.started).toEqual({ entry: CODE + 8n, stackTop: CODE + 0x9000n + 4n * 0x1000n });
    expect(region(CODE + 0x9000n)?.end).toBe(built.started?.stackTop);
    expect(region(CODE + 0x8000n)).toBeUndefined();
  });

  it("has its symbols, and no floating point that it did not ask for", () => {
    expect(built.config).toContainEqual({ what: CONFIG_SYMBOLS, value: SYMBOLS, extra: 0x80n });
    expect(built.config.map(({ what }) => what)).not.toContain(CONFIG_FLOATING_POINT);
  });

  it("has floating point when its note says so", () => {
    const floating = makeProgram(goodHeaders(), (file) => file.writeUInt32LE(1, AT.descriptor + 4));
    const other = LoaderClient.withProgram(floating);
    const { config } = process(other, other.spawn("/bin/x"));
    expect(config).toContainEqual({ what: CONFIG_FLOATING_POINT, value: 1n, extra: 0n });
  });

  it("may have a name that is cut at 15 bytes", () => {
    const other = LoaderClient.with(program("bin/a-rather-long-name"));
    expect(process(other, other.spawn("/bin/a-rather-long-name")).name).toBe("a-rather-long-n");
  });
});

describe("instances of one program", () => {
  it("share their objects, and a further one costs no object", () => {
    const loader = LoaderClient.withProgram(makeProgram());
    const first = process(loader, loader.spawn("/bin/x"));
    expect(loader.kernel.objects.size).toBe(2);
    const second = process(loader, loader.spawn("bin/x"));
    expect(loader.kernel.objects.size).toBe(2);
    expect(first.regions[0].bytes.buffer).toBe(second.regions[0].bytes.buffer);
    expect(first.linear).not.toBe(second.linear);
  });

  it("are taken from the same bytes under two names", () => {
    const loader = LoaderClient.with(program("bin/x"), program("bin/y"));
    loader.spawn("/bin/x");
    loader.spawn("/bin/y");
    expect(loader.kernel.objects.size).toBe(4);
  });

  it("of more programs than the table holds cost only the least recently used ones", () => {
    const names = Array.from({ length: PROGRAMS_MAX + 1 }, (_, i) => `bin/p${i}`);
    const loader = new LoaderClient(makeArchive(names.map((name) => program(name))));
    for (const name of names.slice(0, PROGRAMS_MAX)) expect(loader.spawn(name)).toBeGreaterThan(0);
    expect(loader.spawn(names[0])).toBeGreaterThan(0);
    const open = () => [...loader.kernel.objects.values()].map((object) => object.open);
    expect(open().every((isOpen) => isOpen)).toBe(true);
    expect(loader.spawn(names[PROGRAMS_MAX])).toBeGreaterThan(0);
    const closed = open().flatMap((isOpen, i) => (isOpen ? [] : [i]));
    expect(closed).toEqual([2, 3]); // those of p1: p0 was used since
    const before = loader.kernel.objects.size;
    expect(loader.spawn(names[0])).toBeGreaterThan(0);
    expect(loader.kernel.objects.size).toBe(before);
  });
});

describe("a failure", () => {
  it.each([EAGAIN, ENOMEM, ESRCH])("of any call with error %i is the result, and leaves nothing", (errno) => {
    const good = LoaderClient.withProgram(makeProgram());
    good.spawn("/bin/x");
    const calls = good.kernel.buildCalls;
    expect(calls).toBeGreaterThan(12);
    for (let call = 0; call < calls; call++) {
      const loader = LoaderClient.withProgram(makeProgram());
      loader.kernel.failure = { call, errno };
      expect(loader.spawn("/bin/x")).toBe(-errno);
      expect(loader.kernel.processes.size).toBe(0);
      expect([...loader.kernel.objects.values()].every(({ mappings }) => mappings === 0)).toBe(true);
      expect([0, 2]).toContain(loader.kernel.liveObjects);
      loader.kernel.failure = undefined;
      expect(loader.spawn("/bin/x")).toBeGreaterThan(0);
      expect(loader.kernel.liveObjects).toBe(2);
    }
  });

  it("for want of objects drops other programs first", () => {
    const loader = LoaderClient.with(program("bin/x"), program("bin/y"), program("bin/z"));
    loader.spawn("/bin/x");
    loader.spawn("/bin/y");
    loader.kernel.failure = { call: loader.kernel.buildCalls, errno: EAGAIN };
    expect(loader.spawn("/bin/z")).toBeGreaterThan(0);
    const open = [...loader.kernel.objects.values()].map((object) => object.open);
    expect(open).toEqual([false, false, true, true, true, true]);
  });
});

describe("the programs of this build", () => {
  it.each(["loader", "vfs", "true", "sh"])("%s can be started", (name) => {
    const file = `build/user/${name}`;
    if (!existsSync(file)) throw new Error(`${file} is missing: run ./hnx build ${name}`);
    const loader = LoaderClient.with(program(`bin/${name}`, readFileSync(file)));
    const built = process(loader, loader.spawn(`/bin/${name}`));
    expect(built.started?.entry).toBe(CODE);
    expect(loader.kernel.log).toEqual([]);
  });
});
