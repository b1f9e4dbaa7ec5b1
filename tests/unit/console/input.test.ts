// What a terminal's line discipline and a plain input hand to readers.

import { expect, test } from "vitest";
import { EAGAIN, EBADF, EBADMSG } from "../../../abi/errno.ts";
import { MAX_PROCESSES } from "../../../abi/limits.ts";
import { VFS_READ } from "../../../abi/ops.ts";
import { RequestData } from "../harness/message.ts";
import { Console, HANDLE, NOTIFY_DRAIN } from "./console.ts";

const DRAIN_CANCELLED_CALL = 2;
const RING_SIZE = 4096;
const FIFO_SIZE = 16;
const READ_MAX = 256;

/** Types `text` at a terminal. → what a reader gets, and what is shown */
function typed(text: string): { line: string; shown: string } {
  const console = new Console(true);
  console.type(text);
  const line = console.read(READ_MAX).data;
  return { line, shown: console.takeSent() };
}

test("a line is readable at its end, echoed, with CR as NL", () => {
  const console = new Console(true);
  const reader = console.read(100);
  console.type("hello");
  expect(console.takeReplies()).toEqual([]);
  console.type("\r");
  expect(console.takeReplies()).toEqual([{ token: reader.token, result: 6n, data: "hello\n" }]);
  expect(console.takeSent()).toBe("hello\r\n");
});

test("a read gets one line, or as much of it as it asks for", () => {
  const console = new Console(true);
  console.type("one\ntwo\n");
  expect(console.read(2)).toMatchObject({ result: 2, data: "on" });
  expect(console.read(100)).toMatchObject({ result: 2, data: "e\n" });
  expect(console.read(100)).toMatchObject({ result: 4, data: "two\n" });
  expect(console.read(100).result).toBeUndefined();
});

test.each([
  ["abx\bc\n", "abc\n", "abx\b \bc\r\n"],
  ["abx\x7fc\n", "abc\n", "abx\b \bc\r\n"],
  ["\b\x7f\x17\x15a\n", "a\n", "a\r\n"],
  ["abc\x15d\n", "d\n", `abc${"\b \b".repeat(3)}d\r\n`],
  ["one two  \x17X\n", "one X\n", `one two  ${"\b \b".repeat(5)}X\r\n`],
  ["\x01\b\n", "\n", "^A\b \b\b \b\r\n"],
  ["a\t\bb\n", "ab\n", "a \b \bb\r\n"],
  ["x\xc3\xa9\by\n", "xy\n", "x\xc3\xa9\b \by\r\n"],
  ["x\xf0\x9f\x98\x80\x7f\n", "x\n", "x\xf0\x9f\x98\x80\b \b\r\n"],
])("editing %j", (text, line, shown) => {
  expect(typed(text)).toEqual({ line, shown });
});

test("erasing stops at the line's beginning", () => {
  const console = new Console(true);
  console.type("done\n\b\b\x17\x15x\n");
  expect(console.read(100).data).toBe("done\n");
  expect(console.read(100).data).toBe("x\n");
});

test("^D on an empty line is the end of file, once", () => {
  const console = new Console(true);
  const reader = console.read(10);
  console.type("\x04");
  expect(console.takeReplies()).toEqual([{ token: reader.token, result: 0n, data: "" }]);
  console.type("more\n");
  expect(console.read(10).data).toBe("more\n");
});

test("^D after text hands the text over and is no end of file", () => {
  const console = new Console(true);
  console.type("abc\x04");
  expect(console.read(1).data).toBe("a");
  expect(console.read(2).data).toBe("bc");
  expect(console.read(10).result).toBeUndefined();
  console.type("\n\x04");
  expect(console.takeReplies()).toMatchObject([{ data: "\n" }]);
  expect(console.read(10).result).toBe(0);
});

test("a full line rings the bell, keeps what it has and can still be ended", () => {
  const console = new Console(true);
  console.type("a".repeat(RING_SIZE - 1));
  console.takeSent();
  console.type("b");
  expect(console.takeSent()).toBe("\x07");
  console.type("\n");
  let text = "";
  for (let i = 0; i < RING_SIZE / READ_MAX; i++) text += console.read(READ_MAX).data;
  expect(text).toBe(`${"a".repeat(RING_SIZE - 1)}\n`);
  console.type("ok\n");
  expect(console.read(10).data).toBe("ok\n");
});

test("complete lines that nobody reads fill the ring: even a newline rings then", () => {
  const console = new Console(true);
  console.type("a\n".repeat(RING_SIZE / 2));
  console.takeSent();
  console.type("\n\x04b");
  expect(console.takeSent()).toBe("\x07\x07\x07");
});

test("a plain input hands bytes on as they come, unedited and unseen", () => {
  const console = new Console(false);
  const reader = console.read(100);
  console.type("a\b\r");
  expect(console.takeReplies()).toEqual([{ token: reader.token, result: 3n, data: "a\b\r" }]);
  console.type("\x15\x17\x7f\n\0\xff");
  expect(console.read(100).data).toBe("\x15\x17\x7f\n\0\xff");
  expect(console.takeSent()).toBe("");
});

test("^D ends a plain input for good, after what came before it", () => {
  const console = new Console(false);
  console.type("no newline\x04ignored");
  expect(console.read(100).data).toBe("no newline");
  expect(console.read(100).result).toBe(0);
  expect(console.read(100).result).toBe(0);
});

test("a plain input that nobody reads loses nothing: the rest waits outside", () => {
  const console = new Console(false);
  const bytes = Array.from({ length: 3 * RING_SIZE }, (_, i) => 0x20 + (i % 64));
  let sent = console.type(bytes);
  expect(sent).toBe(RING_SIZE + FIFO_SIZE);
  let text = "";
  while (text.length < bytes.length) {
    const got = console.read(READ_MAX);
    expect(got.result).toBeGreaterThan(0);
    text += got.data;
    sent += console.type(bytes.slice(sent));
  }
  expect(text).toBe(String.fromCharCode(...bytes));
});

test("readers are served first come, first served; input goes on to the next when one died", () => {
  const console = new Console(true);
  const readers = [console.read(10), console.read(10), console.read(10), console.read(10)];
  console.kernel.drainQueue.push({ kind: DRAIN_CANCELLED_CALL, token: readers[1].token });
  console.notify(NOTIFY_DRAIN);
  console.kernel.dead.add(readers[0].token);
  console.type("1\n2\n");
  expect(console.takeReplies()).toEqual([
    { token: readers[2].token, result: 2n, data: "1\n" },
    { token: readers[3].token, result: 2n, data: "2\n" },
  ]);
});

test("every process can wait with a read; one more gets -EAGAIN", () => {
  const console = new Console(true);
  for (let i = 0; i < MAX_PROCESSES; i++) expect(console.read(1).result).toBeUndefined();
  expect(console.read(1).result).toBe(-EAGAIN);
});

test("malformed and empty reads", () => {
  const console = new Console(true);
  expect(console.read(10, 2).result).toBe(-EBADF);
  expect(console.read(0).result).toBe(0);
  expect(console.call(VFS_READ, new RequestData().u32(HANDLE).u32(1)).result).toBe(-EBADMSG);
});

test("a read takes at most what a message carries", () => {
  const console = new Console(false);
  console.type("x".repeat(1000));
  expect(console.read(0xffffffff).result).toBe(READ_MAX);
});

test("a byte that arrived damaged is dropped", () => {
  const console = new Console(false);
  console.type([0x61, 0x100 | 0x62, 0x200 | 0x63, 0x400, 0x800 | 0x64]);
  expect(console.read(10).data).toBe("ad");
});
