// The codec of abi/message.ts: nothing is ever truncated, and nothing is read past the end.

import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { type Ipc, compileIpc, makeMachine } from "./machine.ts";

const SCRATCH = 0x480000;
const LIMIT = 256;
let ipc: Ipc;

beforeAll(async () => {
  await compileIpc();
  ({ ipc } = makeMachine());
}, 60_000);

test("a 257th byte is an overflow that is remembered, and changes nothing", () => {
  ipc.codecBegin();
  for (let i = 0; i < 32; i++) ipc.codecU64(BigInt(i));
  expect([ipc.codecOk(), ipc.codecLength()]).toEqual([1, LIMIT]);
  ipc.codecU32(1);
  expect([ipc.codecOk(), ipc.codecLength()]).toEqual([0, LIMIT]);
  ipc.codecBytes(SCRATCH, 0);
  expect(ipc.codecOk()).toBe(0);
});

test("a string of 256 bytes, or sizes near 2³², are overflows", () => {
  for (const add of [
    (): void => ipc.codecStr(SCRATCH, 256),
    (): void => ipc.codecStr(SCRATCH, 0xffff_ffff),
    (): void => ipc.codecBytes(SCRATCH, 257),
    (): void => ipc.codecBytes(SCRATCH, 0xffff_fff0),
  ]) {
    ipc.codecBegin();
    ipc.codecU32(1);
    add();
    expect([ipc.codecOk(), ipc.codecLength()]).toEqual([0, 4]);
  }
});

test("reading past the end gives 0 and is remembered", () => {
  ipc.codecBegin();
  ipc.codecU32(7);
  ipc.codecRewind();
  expect(ipc.codecReadU64()).toBe(0n);
  expect(ipc.codecOk()).toBe(0);
  expect(ipc.codecReadU32()).toBe(0);
});

test("a string whose length byte lies is malformed", () => {
  ipc.codecBegin();
  new Uint8Array(ipc.memory.buffer)[ipc.codecData()] = 9;
  ipc.codecSetLength(9);
  ipc.codecRewind();
  expect([ipc.codecReadStr(), ipc.codecOk()]).toEqual([0, 0]);
});

test("a length above the limit from outside is never read past the data", () => {
  ipc.codecBegin();
  ipc.codecSetLength(0xffff);
  ipc.codecRewind();
  expect(ipc.codecTake(0x10000)).toBe(0);
});

test("what was built is what is read", () => {
  const field = fc.oneof(
    fc.record({ kind: fc.constant("u32" as const), value: fc.nat() }),
    fc.record({ kind: fc.constant("u64" as const), value: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }) }),
    fc.record({ kind: fc.constant("str" as const), value: fc.uint8Array({ maxLength: 80 }) }),
  );
  fc.assert(
    fc.property(fc.array(field, { maxLength: 40 }), (fields) => {
      const bytes = new Uint8Array(ipc.memory.buffer);
      ipc.codecBegin();
      let size = 0;
      let fits = true;
      for (const { kind, value } of fields) {
        const add = kind === "u32" ? 4 : kind === "u64" ? 8 : value.length + 1;
        fits &&= size + add <= LIMIT;
        if (fits) size += add;
        if (kind === "u32") ipc.codecU32(value);
        else if (kind === "u64") ipc.codecU64(value);
        else {
          bytes.set(value, SCRATCH);
          ipc.codecStr(SCRATCH, value.length);
        }
      }
      expect([ipc.codecOk(), ipc.codecLength()]).toEqual([fits ? 1 : 0, size]);
      if (!fits) return;
      ipc.codecRewind();
      for (const { kind, value } of fields) {
        if (kind === "u32") expect(ipc.codecReadU32()).toBe(value);
        else if (kind === "u64") expect(ipc.codecReadU64()).toBe(value);
        else {
          const at = ipc.codecReadStr();
          expect([...bytes.slice(at + 1, at + 1 + bytes[at])]).toEqual([...value]);
        }
      }
      expect(ipc.codecOk()).toBe(1);
    }),
  );
});
