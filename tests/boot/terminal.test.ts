// What a person sees who sits in front of `make run-kernel`: a line is edited, completed, recalled; pipes; ^C; jobs.

import { afterAll, beforeAll, expect, test } from "vitest";
import { PlainText, Terminal } from "./terminal.ts";

const BOOT_MS = 120_000;
const UP = "\x1b[A";
const LEFT = "\x1b[D";

let terminal: Terminal;

beforeAll(async () => {
  terminal = new Terminal("make -s run-kernel");
  await terminal.see("hnx$ ", BOOT_MS);
}, BOOT_MS + 1000);

afterAll(() => terminal.close());

test("a line is edited", async () => {
  expect(await terminal.run(`echo hxello${LEFT.repeat(4)}\x7f\x05, world`)).toBe("hello, world\n");
  expect(await terminal.run("rubbish\x15echo kept")).toBe("kept\n");
});

test("a path and a command are completed", async () => {
  expect(await terminal.run("ca\t/etc/mo\t")).toContain("Welcome to HNX");
});

test("history is recalled", async () => {
  await terminal.run("echo first");
  await terminal.run("echo second");
  expect(await terminal.run(UP + UP)).toBe("first\n");
});

test("a pipeline of three", async () => {
  const names = (await terminal.run("ls /bin")).split("\n").filter((name) => name.includes("s"));
  expect(names.length).toBeGreaterThan(10);
  expect(await terminal.run("ls /bin | grep s | wc -l")).toBe(`${names.length}\n`);
});

test("^C stops sleep 100", async () => {
  terminal.type("sleep 100\r");
  await terminal.see("sleep 100\n");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  terminal.type("\x03");
  await terminal.see("hnx$ ", 10_000);
  expect(await terminal.run("echo $?")).toBe("130\n");
});

test("^C stops what a command has started, a pipeline and a loop", async () => {
  for (const command of [
    "sh -c 'sleep 100; echo on'",
    "sleep 100 | cat",
    "while true; do sleep 1; done",
    "echo $(sleep 100)",
  ]) {
    terminal.type(`${command}\r`);
    await terminal.see(`${command}\n`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    terminal.type("\x03");
    await terminal.see("hnx$ ", 10_000);
  }
  expect(await terminal.run("ps | grep -c sleep")).toBe("0\n");
});

test("a job in the background is listed and ended by number, and one by name", async () => {
  await terminal.run("sleep 100 &");
  expect(await terminal.run("jobs")).toBe("[1] Running  sleep 100\n");
  await terminal.run("kill %1");
  await terminal.run("sleep 200 &");
  await terminal.run("kill sleep");
  await terminal.run("sleep 0.2");
  expect(await terminal.run("jobs")).toBe("");
});

test("exit ends the machine", async () => {
  terminal.type("exit\r");
  expect(await terminal.ended()).toBe(0);
});

test("what a terminal shows is read the same in whatever pieces it comes", () => {
  const text = "a\x1b[22C\r\n\x1b7b\x1b[999C\x1b[?25hc";
  for (let at = 0; at <= text.length; at++) {
    const plain = new PlainText();
    expect(plain.take(text.slice(0, at)) + plain.take(text.slice(at)), `cut at ${at}`).toBe("a\nbc");
  }
});
