// The wrappers of endpoints and memory objects: each is its system call, arguments in the order of abi/syscall.ts.

import { beforeAll, expect, test } from "vitest";
import { EAGAIN } from "../../../abi/errno.ts";
import * as call from "../../../abi/syscall.ts";
import { type IpcExports, ScriptedKernel, compileLibrary } from "./machine.ts";

beforeAll(compileLibrary, 60_000);

const BITS = 0xffffff0000000000n;
const wrappers: [string, (lib: IpcExports) => number, bigint[]][] = [
  ["epCreate", (lib) => lib.epCreate(), [BigInt(call.SYS_EP_CREATE)]],
  ["epDestroy", (lib) => lib.epDestroy(17), [BigInt(call.SYS_EP_DESTROY), 17n]],
  ["epGrant", (lib) => lib.grantEndpoint(17, 5), [BigInt(call.SYS_EP_GRANT), 5n, 17n, 1n]],
  ["epRevoke", (lib) => lib.epRevoke(17, 5), [BigInt(call.SYS_EP_REVOKE), 17n, 5n]],
  ["notify", (lib) => lib.notify(17, BITS), [BigInt(call.SYS_NOTIFY), 17n, BITS]],
  ["objectCreate", (lib) => lib.objectCreate(3), [BigInt(call.SYS_OBJECT_CREATE), 3n]],
  [
    "objectMap",
    (lib) => lib.objectMap(258, 0x10000, 1, 2, 3),
    [BigInt(call.SYS_OBJECT_MAP), 258n, 0x10000n, 1n, 2n, 3n],
  ],
  ["objectUnmap", (lib) => lib.objectUnmap(0x10000), [BigInt(call.SYS_OBJECT_UNMAP), 0x10000n]],
  ["objectGrant", (lib) => lib.objectGrant(258, 5, 1), [BigInt(call.SYS_OBJECT_GRANT), 258n, 5n, 1n]],
  ["objectRevoke", (lib) => lib.objectRevoke(258, 0), [BigInt(call.SYS_OBJECT_REVOKE), 258n, 0n]],
  ["objectClose", (lib) => lib.objectClose(258), [BigInt(call.SYS_OBJECT_CLOSE), 258n]],
];

test.each(wrappers)("%s makes its call and gives its result", (_, wrapper, expected) => {
  const kernel = new ScriptedKernel();
  kernel.syscallResult = -EAGAIN;
  expect(wrapper(kernel.lib)).toBe(-EAGAIN);
  const [made] = kernel.calls.map((args) => args.map((arg) => BigInt.asUintN(64, arg)));
  expect(made).toEqual([...expected, 0n, 0n, 0n, 0n, 0n, 0n].slice(0, 7));
});
