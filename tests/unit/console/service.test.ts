// Taking the device over, and what the console answers besides reads and writes.

import { expect, test } from "vitest";
import { EBADF, EBADMSG, ENODEV, ENOSYS } from "../../../abi/errno.ts";
import { POLL_IN, POLL_OUT } from "../../../abi/net.ts";
import {
  OP_DESCRIBE,
  VFS_CLOSE,
  VFS_OPEN,
  VFS_POLL,
  VFS_READDIR,
  VFS_SEEK,
  VFS_STAT,
} from "../../../abi/ops.ts";
import { SYS_POLL_WAKE } from "../../../abi/syscall.ts";
import { RequestData } from "../harness/message.ts";
import { Console, HANDLE } from "./console.ts";

const S_IFCHR = 0x2000;
const EPID_CONSOLE = 5;

test("what was typed before the start is kept, although the FIFOs are switched on", () => {
  const console = new Console(false, (kernel) => {
    kernel.uart.receiveFifo = [0x61];
  });
  expect(console.uart.lcrh & 0x10).toBe(0x10);
  expect(console.read(10).data).toBe("a");
});

test("FIFOs that are on already are left alone", () => {
  const console = new Console(false, (kernel) => {
    kernel.uart.lcrh = 0x70;
    kernel.uart.receiveFifo = [0x61, 0x62];
  });
  expect(console.read(10).data).toBe("ab");
});

test("the registers may lie anywhere in their page", () => {
  const console = new Console(false, (kernel) => {
    kernel.offset = 0x200;
  });
  console.write("x");
  expect(console.takeSent()).toBe("x");
});

test("without the device the service does not start", () => {
  const console = new Console(false, (kernel) => {
    kernel.deviceError = -ENODEV;
  });
  expect(console.startStatus).toBe(-ENODEV);
});

test("every interrupt is acknowledged once", () => {
  const console = new Console(true);
  console.type("a");
  console.type("b");
  expect(console.kernel.acknowledged).toBe(2);
});

test("describe, stat, close", () => {
  const console = new Console(false);
  const description = Buffer.from(console.call(OP_DESCRIBE, new RequestData()).data, "latin1");
  expect(description.toString("latin1", 1, 8)).toBe("console");
  const stat = Buffer.from(console.call(VFS_STAT, new RequestData().u32(HANDLE)).data, "latin1");
  expect(stat).toHaveLength(32);
  expect(stat.readUInt32LE(0) & 0xf000).toBe(S_IFCHR);
  expect(stat.readUInt32LE(12)).toBe(EPID_CONSOLE);
  expect(console.call(VFS_CLOSE, new RequestData().u32(HANDLE)).result).toBe(0);
});

test("other handles, other operations, short messages", () => {
  const console = new Console(false);
  for (const op of [VFS_STAT, VFS_CLOSE]) {
    expect(console.call(op, new RequestData().u32(7)).result).toBe(-EBADF);
    expect(console.call(op, new RequestData()).result).toBe(-EBADMSG);
  }
  for (const op of [VFS_OPEN, VFS_SEEK, VFS_READDIR, 0, 2, 999, 65535]) {
    expect(console.call(op, new RequestData().u32(HANDLE)).result).toBe(-ENOSYS);
  }
});

test("poll: output is always ready, input when a read would get some; whoever asked before is woken once", () => {
  const console = new Console(true);
  let wakes = 0;
  console.kernel.handlers.set(SYS_POLL_WAKE, () => {
    wakes++;
    return 0;
  });
  const poll = (handle: number, events: number): number | undefined =>
    console.call(VFS_POLL, new RequestData().u32(handle).u32(events)).result;
  expect([poll(HANDLE, POLL_IN), poll(HANDLE, POLL_IN | POLL_OUT), poll(2, POLL_IN)]).toEqual([
    0,
    POLL_OUT,
    -EBADF,
  ]);
  console.type("half a line");
  expect(wakes).toBe(0);
  console.type("\r");
  expect(wakes).toBe(1);
  expect(poll(HANDLE, POLL_IN)).toBe(POLL_IN);
  console.type("more\r");
  expect(wakes).toBe(1);
  expect(console.call(VFS_POLL, new RequestData().u32(HANDLE)).result).toBe(-EBADMSG);
});
