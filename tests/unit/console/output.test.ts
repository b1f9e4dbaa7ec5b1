// What leaves the UART: whole writes in order, the log between them, "\r\n" only for a terminal, nothing blocking.

import { expect, test } from "vitest";
import { EAGAIN, EBADF, EBADMSG, EFAULT, EINVAL } from "../../../abi/errno.ts";
import { MAX_COPY_SLICE, MAX_PROCESSES } from "../../../abi/limits.ts";
import { VFS_WRITE } from "../../../abi/ops.ts";
import { RequestData } from "../harness/message.ts";
import { Console, HANDLE, NOTIFY_DRAIN, NOTIFY_LOG } from "./console.ts";

const DRAIN_CANCELLED_CALL = 2;
const FLAG_ASYNC = 2;

test("a plain console passes bytes unchanged and answers at once", () => {
  const console = new Console(false);
  const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
  expect(console.write(bytes).result).toBe(256);
  expect(console.write("a\nb").result).toBe(3);
  expect(console.takeSent()).toBe(`${bytes}a\nb`);
  expect(console.takeReplies()).toEqual([]);
});

test("a terminal gets a carriage return before each newline, and the count is the caller's", () => {
  const console = new Console(true);
  expect(console.write("a\n\nb\r\n").result).toBe(6);
  expect(console.takeSent()).toBe("a\r\n\r\nb\r\r\n");
});

test("a carriage return that just fitted is not sent twice", () => {
  const console = new Console(true);
  console.uart.room = 2;
  const write = console.write("a\nb");
  expect(console.takeSent()).toBe("a\r");
  console.drain(1);
  console.drain(1);
  expect(console.takeSent()).toBe("\nb");
  expect(console.takeReplies()).toEqual([{ token: write.token, result: 3n, data: "" }]);
});

test("a write that does not fit is answered when its last byte is in the FIFO", () => {
  const console = new Console(false);
  console.uart.room = 4;
  const write = console.write("0123456789");
  expect(write.result).toBeUndefined();
  console.drain(5);
  expect(console.takeSent()).toBe("012345678");
  expect(console.takeReplies()).toEqual([]);
  console.drain(1);
  expect(console.takeSent()).toBe("9");
  expect(console.takeReplies()).toEqual([{ token: write.token, result: 10n, data: "" }]);
});

test("the transmit interrupt is on only while something waits", () => {
  const console = new Console(false);
  const idle = console.uart.mask;
  console.uart.room = 0;
  console.write("x");
  expect(console.uart.mask).not.toBe(idle);
  console.drain(1);
  expect(console.uart.mask).toBe(idle);
});

test("writes of several clients go out whole and in order", () => {
  const console = new Console(false);
  console.uart.room = 1;
  const long = "L".repeat(5000);
  const tokens = [console.write("first."), console.write(long), console.write("third.")].map((w) => w.token);
  for (let i = 0; i < 2000; i++) console.drain(3);
  expect(console.takeSent()).toBe(`first.${long}third.`);
  expect(console.takeReplies().map((reply) => [reply.token, reply.result])).toEqual([
    [tokens[0], 6n],
    [tokens[1], 5000n],
    [tokens[2], 6n],
  ]);
});

test("a large write is fetched in pieces; more than a slice is answered short", () => {
  const console = new Console(false);
  const text = Array.from({ length: 70_000 }, (_, i) => String.fromCharCode(32 + (i % 90))).join("");
  expect(console.write(text).result).toBe(MAX_COPY_SLICE);
  expect(console.takeSent()).toBe(text.slice(0, MAX_COPY_SLICE));
});

test("bytes that cannot be fetched give a short count, or an error when there are none", () => {
  const console = new Console(false);
  const data = new RequestData().u32(HANDLE).u32(5000).u64(0n);
  expect(console.call(VFS_WRITE, data, 4).result).toBeLessThan(0);
  console.kernel.callerBytes.set(console.service.lastToken + 1n, Buffer.from("only this"));
  expect(console.call(VFS_WRITE, data, 4).result).toBe(9);
  console.kernel.callerBytes.set(console.service.lastToken + 1n, Buffer.alloc(0));
  expect(console.call(VFS_WRITE, data, 4).result).toBe(-EFAULT);
  expect(console.takeSent()).toBe("only this");
});

test("malformed writes", () => {
  const console = new Console(false);
  const head = (size: number) => new RequestData().u32(HANDLE).u32(size).u64(0n);
  expect(console.write("x", 2).result).toBe(-EBADF);
  expect(console.call(VFS_WRITE, new RequestData().u32(HANDLE).u32(1)).result).toBe(-EBADMSG);
  expect(console.call(VFS_WRITE, head(3).bytes(Buffer.from("ab"))).result).toBe(-EBADMSG);
  expect(console.call(VFS_WRITE, head(1).bytes(Buffer.from("ab"))).result).toBe(-EBADMSG);
  expect(console.call(VFS_WRITE, head(0xffffffff).bytes(Buffer.from("ab"))).result).toBe(-EBADMSG);
  expect(console.call(VFS_WRITE, head(10)).result).toBe(-EINVAL);
  expect(console.call(VFS_WRITE, head(0)).result).toBe(0);
  expect(console.takeSent()).toBe("");
});

test("every process can wait with a write; one more gets -EAGAIN, and the queue recovers", () => {
  const console = new Console(false);
  console.uart.room = 0;
  for (let i = 0; i < MAX_PROCESSES; i++) expect(console.write("w").result).toBeUndefined();
  expect(console.write("w").result).toBe(-EAGAIN);
  console.drain(MAX_PROCESSES);
  expect(console.takeReplies()).toHaveLength(MAX_PROCESSES);
  console.uart.room = Infinity;
  expect(console.write("again").result).toBe(5);
});

test("an asynchronous write is written and answered to nobody", () => {
  const console = new Console(false);
  const data = new RequestData().u32(HANDLE).u32(2).u64(0n).bytes(Buffer.from("hi"));
  console.uart.room = 1;
  console.call(VFS_WRITE, data, FLAG_ASYNC);
  console.drain(5);
  expect(console.takeSent()).toBe("hi");
  expect(console.takeReplies()).toEqual([]);
});

test("the kernel's log is shown at the start and when it is announced, before later writes", () => {
  const console = new Console(false, (kernel) => (kernel.logText = "[INFO] boot\n"));
  expect(console.takeSent()).toBe("[INFO] boot\n");
  console.uart.room = 2;
  console.write("first ");
  console.kernel.logText = `${"log".repeat(3000)}\n`;
  console.notify(NOTIFY_LOG);
  console.write("second");
  console.drain(20_000);
  expect(console.takeSent()).toBe(`first ${"log".repeat(3000)}\nsecond`);
});

test("the write of a caller that died is dropped, and the next one goes on", () => {
  const console = new Console(false);
  console.uart.room = 1;
  const begun = console.write("A".repeat(5000));
  const waiting = console.write("never");
  const alive = console.write("alive");
  for (const { token } of [begun, waiting]) {
    console.kernel.dead.add(token);
    console.kernel.drainQueue.push({ kind: DRAIN_CANCELLED_CALL, token });
  }
  console.notify(NOTIFY_DRAIN);
  console.drain(10_000);
  expect(console.takeSent()).toMatch(/^A+alive$/);
  expect(console.takeReplies()).toEqual([{ token: alive.token, result: 5n, data: "" }]);
});

test("an empty write is answered when all before it is out, at once when there is nothing", () => {
  const console = new Console(false);
  expect(console.write("").result).toBe(0);
  console.uart.room = 1;
  const long = console.write("abc");
  const empty = console.write("");
  expect(empty.result).toBeUndefined();
  console.drain(1);
  expect(console.takeReplies()).toEqual([]);
  console.drain(1);
  expect(console.takeReplies()).toEqual([
    { token: long.token, result: 3n, data: "" },
    { token: empty.token, result: 0n, data: "" },
  ]);
});
