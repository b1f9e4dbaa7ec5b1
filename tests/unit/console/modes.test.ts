// Raw mode and interrupts: what the shell's line editor and ^C need of the console.

import { expect, test } from "vitest";
import { EBADMSG, EINTR, EINVAL, ENOTTY, ESRCH } from "../../../abi/errno.ts";
import { CONSOLE_INTERRUPT, CONSOLE_LINES, CONSOLE_MODE, CONSOLE_RAW } from "../../../abi/ops.ts";
import { SYS_KILL } from "../../../abi/syscall.ts";
import { RequestData } from "../harness/message.ts";
import { Console } from "./console.ts";

const SIGINT = 2;
const SIGQUIT = 3;

function mode(console: Console, value: number): number | undefined {
  return console.call(CONSOLE_MODE, new RequestData().u32(value)).result;
}

/** A terminal whose ^C is for a process, and the signals that the console sends. */
function interruptible(result = 0): { console: Console; sent: number[][] } {
  const console = new Console(true);
  const sent: number[][] = [];
  console.kernel.handlers.set(SYS_KILL, ([pid, signal]) => {
    sent.push([Number(pid), Number(signal)]);
    return result;
  });
  console.service.call(CONSOLE_INTERRUPT, new RequestData(), [], { source: 77 });
  return { console, sent };
}

test("raw mode hands on every byte at once, and shows none", () => {
  const console = new Console(true);
  expect(mode(console, CONSOLE_RAW)).toBe(CONSOLE_LINES);
  console.type("a\x03\x04\r\x7f\x1b[A");
  expect(console.read(100).data).toBe("a\x03\x04\r\x7f\x1b[A");
  expect(console.takeSent()).toBe("");
  expect(mode(console, CONSOLE_LINES)).toBe(CONSOLE_RAW);
});

test("a read that waits gets the first byte of raw mode", () => {
  const console = new Console(true);
  mode(console, CONSOLE_RAW);
  const { token } = console.read(1);
  console.type("xy");
  expect(console.takeReplies()).toMatchObject([{ token, data: "x" }]);
});

test("what was typed ahead is kept from one mode to the other", () => {
  const console = new Console(true);
  console.type("half");
  mode(console, CONSOLE_RAW);
  expect(console.read(100).data).toBe("half");
  console.type("one\rtwo\r");
  mode(console, CONSOLE_LINES);
  expect(console.read(100).data).toBe("one\n");
  expect(console.read(100).data).toBe("two\n");
});

test("raw bytes that nobody fetches are lost, not a reason to stop", () => {
  const console = new Console(true);
  mode(console, CONSOLE_RAW);
  for (let i = 0; i < 500; i++) console.type("0123456789");
  let total = 0;
  for (let got = console.read(256).result ?? 0; total < 4096; got = console.read(256).result ?? 0)
    total += got;
  expect(total).toBe(4096);
});

test("wrong requests", () => {
  const console = new Console(true);
  expect(mode(console, 2)).toBe(-EINVAL);
  expect(console.call(CONSOLE_MODE, new RequestData()).result).toBe(-EBADMSG);
  const plain = new Console(false);
  expect(mode(plain, CONSOLE_RAW)).toBe(-ENOTTY);
  expect(plain.call(CONSOLE_INTERRUPT, new RequestData()).result).toBe(-ENOTTY);
});

test("^C and ^\\ are signals for whoever asked for them, and forget what was typed", () => {
  const { console, sent } = interruptible();
  console.type("done\nhalf\x03");
  expect(sent).toEqual([[77, SIGINT]]);
  expect(console.takeSent()).toBe("done\r\nhalf^C");
  console.type("\x1c");
  expect(sent).toEqual([
    [77, SIGINT],
    [77, SIGQUIT],
  ]);
  console.type("new\n");
  expect(console.read(100).data).toBe("new\n");
});

test("^C ends reads that wait with -EINTR", () => {
  const { console } = interruptible();
  const { token } = console.read(10);
  console.type("\x03");
  expect(console.takeReplies()).toMatchObject([{ token, result: BigInt(-EINTR) }]);
});

test("in raw mode, and before anybody asked, ^C is a byte", () => {
  const { console, sent } = interruptible();
  mode(console, CONSOLE_RAW);
  console.type("\x03");
  expect(console.read(10).data).toBe("\x03");
  expect(sent).toEqual([]);
  const fresh = new Console(true);
  fresh.type("\x03\n");
  expect(fresh.read(10).data).toBe("\x03\n");
});

test("a process that is gone is forgotten", () => {
  const { console, sent } = interruptible(-ESRCH);
  console.type("\x03");
  console.type("\x03\n");
  expect(sent).toHaveLength(1);
  expect(console.read(10).data).toBe("\x03\n");
});
