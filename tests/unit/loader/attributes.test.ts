// Attributes of a spawn (abi/spawn.ts): what the loader asks the kernel for, and what it refuses itself.

import { describe, expect, it } from "vitest";
import {
  CONFIG_DENY_SEND,
  CONFIG_DESCRIPTOR,
  CONFIG_MEMORY,
  CONFIG_MESSAGE_PRIORITY,
  CONFIG_PRIORITY,
  CONFIG_QUOTA,
  NO_DESCRIPTOR,
} from "../../../abi/construct.ts";
import { E2BIG, EINVAL, ENOMEM, EPERM } from "../../../abi/errno.ts";
import { LOADER_SPAWN } from "../../../abi/ops.ts";
import { ARGUMENT_BLOCK } from "../../../abi/program.ts";
import * as spawn from "../../../abi/spawn.ts";
import { RequestData } from "../harness/message.ts";
import { LoaderClient, argumentBlock } from "./client.ts";
import { makeProgram } from "./program.ts";

/** A record: words by their offset. */
function attributes(words: Record<number, number>): Buffer {
  const record = Buffer.alloc(spawn.SPAWN_ATTRIBUTES_SIZE);
  for (const [at, value] of Object.entries(words)) record.writeUInt32LE(value >>> 0, Number(at));
  return record;
}
const client = (): LoaderClient => LoaderClient.withProgram(makeProgram());
const configured = (words: Record<number, number>) => {
  const loader = client();
  const process = loader.kernel.processes.get(loader.spawnWith("/bin/x", attributes(words)));
  return process?.config.map(({ what, value, extra }) => [what, Number(value), Number(extra)]);
};

describe("attributes", () => {
  it("without flags change nothing, and the arguments behind them arrive", () => {
    const loader = client();
    const block = argumentBlock("x", "y");
    const plain = loader.kernel.processes.get(loader.spawn("/bin/x", block));
    const process = loader.kernel.processes.get(loader.spawnWith("/bin/x", attributes({}), block));
    expect(process?.config).toEqual(plain?.config);
    expect(process?.linear.subarray(ARGUMENT_BLOCK, ARGUMENT_BLOCK + block.length).equals(block)).toBe(true);
  });

  it("set priorities", () => {
    const flags = spawn.SPAWN_PRIORITY | spawn.SPAWN_MESSAGE_PRIORITY;
    const config = configured({
      0: flags,
      [spawn.SPAWN_PRIORITY_AT]: 5,
      [spawn.SPAWN_MESSAGE_PRIORITY_AT]: 1,
    });
    expect(config).toContainEqual([CONFIG_PRIORITY, 5, 0]);
    expect(config).toContainEqual([CONFIG_MESSAGE_PRIORITY, 1, 0]);
  });

  it("limit memory, endpoints and quotas", () => {
    const flags = spawn.SPAWN_MEMORY | spawn.SPAWN_DENY | spawn.SPAWN_QUOTAS;
    const quotas = spawn.SPAWN_QUOTAS_AT;
    const kept = {
      [quotas]: spawn.SPAWN_KEEP,
      [quotas + 8]: spawn.SPAWN_KEEP,
      [quotas + 12]: spawn.SPAWN_KEEP,
    };
    const config = configured({
      ...{ 0: flags, [spawn.SPAWN_MEMORY_AT]: 3, [spawn.SPAWN_DENY_AT]: 0b10100 },
      ...{ ...kept, [quotas + 4]: 7 },
    });
    expect(config).toContainEqual([CONFIG_MEMORY, 2, 3]);
    expect(config?.filter(([what]) => what === CONFIG_DENY_SEND)).toEqual([
      [CONFIG_DENY_SEND, 2, 0],
      [CONFIG_DENY_SEND, 4, 0],
    ]);
    expect(config?.filter(([what]) => what === CONFIG_QUOTA)).toEqual([[CONFIG_QUOTA, 2, 7]]);
  });

  it("give descriptors instead of 0–2", () => {
    const config = configured({
      ...{ 0: spawn.SPAWN_DESCRIPTORS, [spawn.SPAWN_DESCRIPTOR_COUNT_AT]: 1 },
      [spawn.SPAWN_DESCRIPTORS_AT]: 1 | (9 << 16),
    });
    expect(config?.filter(([what]) => what === CONFIG_DESCRIPTOR)).toEqual([
      [CONFIG_DESCRIPTOR, 0, NO_DESCRIPTOR],
      [CONFIG_DESCRIPTOR, 1, NO_DESCRIPTOR],
      [CONFIG_DESCRIPTOR, 2, NO_DESCRIPTOR],
      [CONFIG_DESCRIPTOR, 1, 9],
    ]);
  });

  it.each<[string, Record<number, number>, number]>([
    ["an unknown flag", { 0: 64 }, EINVAL],
    ["an endpoint that is not well-known", { 0: spawn.SPAWN_DENY, [spawn.SPAWN_DENY_AT]: 64 }, EINVAL],
    ["endpoint 0", { 0: spawn.SPAWN_DENY, [spawn.SPAWN_DENY_AT]: 1 }, EINVAL],
    ["no memory", { 0: spawn.SPAWN_MEMORY }, EINVAL],
    ["less memory than the program needs", { 0: spawn.SPAWN_MEMORY, [spawn.SPAWN_MEMORY_AT]: 1 }, ENOMEM],
    ["9 descriptors", { 0: spawn.SPAWN_DESCRIPTORS, [spawn.SPAWN_DESCRIPTOR_COUNT_AT]: 9 }, EINVAL],
  ])("with %s are refused, and nothing is left", (_, words, errno) => {
    const loader = client();
    expect(loader.spawnWith("/bin/x", attributes(words))).toBe(-errno);
    expect(loader.kernel.processes.size).toBe(0);
  });

  it("that the kernel refuses leave nothing", () => {
    const loader = client();
    loader.spawn("/bin/x");
    const before = loader.kernel.processes.size;
    const record = attributes({ 0: spawn.SPAWN_PRIORITY, [spawn.SPAWN_PRIORITY_AT]: 31 });
    const calls = loader.kernel.buildCalls;
    loader.spawnWith("/bin/x", record);
    const last = loader.kernel.buildCalls - calls - 2; // priority is the last but one, before start
    loader.kernel.failure = { call: loader.kernel.buildCalls + last, errno: EPERM };
    expect(loader.spawnWith("/bin/x", record)).toBe(-EPERM);
    expect(loader.kernel.processes.size).toBe(before + 1);
  });

  it.each([1, 4, 71, 73, 0x7fff])("of %i bytes are none", (size) => {
    const request = new RequestData().u32(size << 16).str("/bin/x");
    expect(Number(client().call(LOADER_SPAWN, request, []).result)).toBe(-E2BIG);
  });
});
