// What the shell does with commands: programs, statuses, redirections, its built-ins and its input.

import { expect, test } from "vitest";
import { ENOSPC } from "../../../abi/errno.ts";
import { makeDevice, makeFile } from "./files.ts";
import { Machine } from "./machine.ts";

test("the issue's example", () => {
  const machine = new Machine();
  const result = machine.shell("mkdir /tmp/a; echo hello > /tmp/a/f; cat /tmp/a/f; ls /tmp/a");
  expect(result).toEqual({ status: 0, out: "hello\nf\n", err: "" });
});

test("the status is that of the last command", () => {
  expect(new Machine().shell("false; true").status).toBe(0);
  expect(new Machine().shell("true; false").status).toBe(1);
  expect(new Machine().shell("cat /nope")).toEqual({
    status: 1,
    out: "",
    err: "cat: /nope: No such file or directory\n",
  });
  expect(new Machine().shell("").status).toBe(0);
});

test("a program that a signal killed gives 128 + signal", () => {
  expect(new Machine().shell("crash unreachable").status).toBe(128 + 5);
});

test.each([
  ["nosuch", 127, "nosuch: command not found"],
  ["''", 127, ": command not found"],
  ["/bin/nosuch", 127, "/bin/nosuch: No such file or directory"],
  ["/etc/motd", 126, "/etc/motd: Permission denied"],
  ["/etc", 126, "/etc: Permission denied"],
  ["init", 126, "init: Exec format error"],
  [`${"/x".repeat(3000)}`, 126, `${"/x".repeat(3000)}: File name too long`],
])("%s cannot be started", (text, status, message) => {
  expect(new Machine().shell(text)).toEqual({ status, out: "", err: `sh: ${message}\n` });
});

test("arguments that do not fit are refused", () => {
  const machine = new Machine();
  machine.files.add("/tmp/script", makeFile(`echo ${"x".repeat(9000)}\n`));
  const stdin = machine.files.open("/tmp/script", 0);
  if (typeof stdin === "number") throw new Error("no script");
  expect(machine.run(["sh"], stdin)).toEqual({
    status: 126,
    out: "",
    err: "sh: echo: Argument list too long\n",
  });
});

test("a program is found by its path, and its name is what was typed", () => {
  const machine = new Machine();
  expect(machine.shell("/bin/echo x; bin/echo y").out).toBe("x\ny\n");
  expect(machine.started.map(([name]) => name)).toEqual(["/bin/echo", "bin/echo"]);
});

test("output, appended output and input", () => {
  const machine = new Machine();
  const { out } = machine.shell(
    "echo a>/tmp/f;echo b >>/tmp/f; echo c >> /tmp/g; cat < /tmp/f; cat /tmp/g; echo end",
  );
  expect(out).toBe("a\nb\nc\nend\n");
  machine.shell("echo new > /tmp/f");
  expect(machine.files.text("/tmp/f")).toBe("new\n");
});

test("several redirections are done in order; the last one counts", () => {
  const machine = new Machine();
  machine.shell("> /tmp/a > /tmp/b echo x");
  expect([machine.files.text("/tmp/a"), machine.files.text("/tmp/b")]).toEqual(["", "x\n"]);
});

test("redirections alone make files", () => {
  const machine = new Machine();
  expect(machine.shell("> /tmp/empty").status).toBe(0);
  expect(machine.files.text("/tmp/empty")).toBe("");
});

test("errors are redirected by number; a digit inside a word is part of the word", () => {
  const machine = new Machine();
  const result = machine.shell("cat /nope 2> /tmp/err; echo a2>/tmp/out; echo '2'>/tmp/quoted");
  expect(result.err).toBe("");
  expect(machine.files.text("/tmp/err")).toBe("cat: /nope: No such file or directory\n");
  expect(machine.files.text("/tmp/out")).toBe("a2\n");
  expect(machine.files.text("/tmp/quoted")).toBe("2\n");
});

test("a redirection that fails stops its command only, and is undone", () => {
  const machine = new Machine();
  const result = machine.shell(
    "echo a > /tmp/f > /nope/f; echo $?; cat < /missing; echo b 5> /tmp/x; echo c",
  );
  expect(result.out).toBe("1\nc\n");
  expect(result.err).toBe(
    "sh: /nope/f: No such file or directory\nsh: /missing: No such file or directory\nsh: 5: Bad file descriptor\n",
  );
  expect(machine.started.map(([, word]) => word)).toEqual(["1", "c"]);
});

test("an output that takes nothing is reported by the program", () => {
  const machine = new Machine();
  machine.files.add("/dev/full", { ...makeDevice(), writeError: ENOSPC });
  for (const command of ["echo x", "cat /etc/motd", "ls /", "help", "free", "stat /", "cat --help"]) {
    const { status, err } = machine.shell(`${command} > /dev/full`);
    expect(status, command).toBe(1);
    if (command !== "cat --help")
      expect(err, command).toMatch(/^\w+: write error: No space left on device\n$/);
  }
});

test("exit ends the shell with its argument or the last status", () => {
  expect(new Machine().shell("echo a; exit 7; echo b")).toEqual({ status: 7, out: "a\n", err: "" });
  expect(new Machine().shell("false; exit").status).toBe(1);
  expect(new Machine().shell("exit 256").status).toBe(0);
  expect(new Machine().shell("exit 99999999999999999999").status).toBe(255);
  expect(new Machine().shell("exit x; true")).toMatchObject({
    status: 2,
    err: "sh: exit: x: numeric argument required\n",
  });
  expect(new Machine().shell("exit 1 2; echo on").out).toBe("on\n");
});

test("help lists the programs with what they do", () => {
  const { out, status } = new Machine().shell("help");
  expect(status).toBe(0);
  const lines = out.split("\n");
  expect(lines).toContain("cat         print files");
  for (const line of lines.slice(0, 11)) expect(line).toMatch(/^[a-z]+ +[a-z]/);
});

test("lines of a device, with a prompt, until it ends", () => {
  const result = new Machine().run(["sh"], "echo a\n\nnosuch\necho x;;\ncat /etc/motd\nfalse");
  expect(result.out).toBe("a\nWelcome to HNX.\n");
  expect(result.err).toBe(
    `${"hnx$ ".repeat(3)}sh: nosuch: command not found\n` +
      "hnx$ sh: syntax error: unexpected `;;'\nhnx$ hnx$ hnx$ \n",
  );
  expect(result.status).toBe(1);
});

test("a command goes on over lines until it is whole", () => {
  const typed = "for x in a b\ndo echo '$x\n'\ndone\necho 'open";
  const result = new Machine().run(["sh"], typed);
  expect(result.out).toBe("$x\n\n$x\n\n");
  expect(result.err).toBe("hnx$ > > > hnx$ > \nsh: syntax error: unterminated quote '\n");
  expect(result.status).toBe(2);
});

test("exit in a conversation ends it without another prompt", () => {
  expect(new Machine().run(["sh"], "exit 3\necho b\n")).toEqual({ status: 3, out: "", err: "hnx$ " });
});

test("lines of a file, without a prompt; a syntax error ends them", () => {
  const machine = new Machine();
  machine.files.add("/tmp/script", makeFile("echo a\ncat\nthis is cat's\n"));
  expect(machine.shell("sh < /tmp/script")).toEqual({ status: 0, out: "a\nthis is cat's\n", err: "" });
  machine.files.add("/tmp/script", makeFile("echo a\necho 'b\necho c\n"));
  expect(machine.shell("sh < /tmp/script")).toMatchObject({ status: 2, out: "a\n" });
});

test("a line that is too long is refused", () => {
  const result = new Machine().run(["sh"], "x".repeat(70_000));
  expect(result).toMatchObject({ status: 2, out: "" });
  expect(result.err).toContain("standard input: Argument list too long");
});

test("a wrong command line", () => {
  for (const argv of [
    ["sh", "-c"],
    ["sh", "-x"],
  ]) {
    const { status, err } = new Machine().run(argv);
    expect(status).toBe(2);
    expect(err).toMatch(/^sh: .*\ntry 'sh --help'\n$/);
  }
});
