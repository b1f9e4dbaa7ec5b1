// space/lib/hnx_ipc: rights in messages, both ways, and a service whose answer the kernel refuses.

import { beforeAll, beforeEach, expect, test } from "vitest";
import { EPERM, ESRCH } from "../../../abi/errno.ts";
import { ScriptedKernel, compileLibrary } from "./machine.ts";

const FLAG_GRANT = 64;
const [ENDPOINT, OBJECT] = [1, 2]; // kinds
const [TELL, GIVE] = [1, 2]; // the service's operations
const ENXIO = 6;

let kernel: ScriptedKernel;

beforeAll(compileLibrary, 60_000);
beforeEach(() => {
  kernel = new ScriptedKernel();
});

test("a call and a message carry flag and record", () => {
  kernel.lib.call(9, 33, 1);
  kernel.lib.send(9, 34, 5);
  kernel.lib.callObject(9, 12, 3);
  expect(kernel.sent).toEqual([
    { how: "call", flags: FLAG_GRANT, grant: [ENDPOINT, 33, 1] },
    { how: "send", flags: FLAG_GRANT, grant: [ENDPOINT, 34, 5] },
    { how: "call", flags: FLAG_GRANT, grant: [OBJECT, 12, 3] },
  ]);
});

test("the next request grants nothing unless it says so", () => {
  kernel.lib.call(9, 33, 1);
  kernel.lib.callWithout(9);
  expect(kernel.sent[1].flags).toBe(0);
});

test("a record without the kernel's flag grants nothing", () => {
  kernel.grant = [OBJECT, 9, 3];
  kernel.lib.callWithout(9);
  expect(kernel.lib.grantedKind()).toBe(0);
  kernel.requests = [{ op: TELL, grant: [OBJECT, 9, 3] }];
  expect(kernel.lib.runService()).toBe(ENXIO);
  expect(kernel.sent.at(-1)).toMatchObject({ how: "reply", flags: 0, value: -2n });
});

test("a service sees what it is granted", () => {
  kernel.requests = [{ op: TELL, flags: FLAG_GRANT, grant: [OBJECT, 9, 3] }];
  kernel.lib.runService();
  expect(kernel.sent).toMatchObject([{ how: "reply", flags: 0, value: 1n, data: [OBJECT, 9, 3] }]);
});

test("a service grants in its answer", () => {
  kernel.requests = [{ op: GIVE }];
  kernel.lib.runService();
  expect(kernel.sent).toMatchObject([{ flags: FLAG_GRANT, grant: [OBJECT, 9, 1], value: 2n }]);
});

test("an answer that grants what is not the service's fails its caller, and the service goes on", () => {
  kernel.requests = [{ op: GIVE }, { op: TELL, flags: FLAG_GRANT, grant: [ENDPOINT, 4, 1] }];
  kernel.replyResults = [-EPERM];
  kernel.lib.runService();
  expect(kernel.sent).toMatchObject([
    { token: 1n, flags: FLAG_GRANT },
    { token: 1n, flags: 0, value: BigInt(-EPERM) },
    { token: 2n, flags: 0, value: 1n },
  ]);
});

test("a caller that is gone is not answered twice", () => {
  kernel.requests = [{ op: GIVE }, { op: GIVE }];
  kernel.replyResults = [-ESRCH];
  kernel.lib.runService();
  expect(kernel.sent.map(({ token }) => token)).toEqual([1n, 2n]);
});
