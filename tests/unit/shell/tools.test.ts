// The small programs: their output, messages and statuses, each run as on the machine.

import { expect, test } from "vitest";
import { makeDirectory, makeFile } from "./files.ts";
import { Machine } from "./machine.ts";

const TOOLS =
  "cat cmp cp crash dd df free hexdump ln ls md5sum mkdir mount mv rm sh stat sync touch truncate umount".split(
    " ",
  );
const MISSING = "No such file or directory";

test.each([...TOOLS, "echo", "true"])("%s --help", (name) => {
  const { status, out, err } = new Machine().run([name, "--help"]);
  expect([status, err]).toEqual([0, ""]);
  expect(out.startsWith(`usage: ${name}`)).toBe(true);
  expect(out.endsWith("\n")).toBe(true);
});

test.each(TOOLS)("%s with an unknown option", (name) => {
  const usageStatus = ["ls", "crash", "sh", "cmp"].includes(name) ? 2 : 1;
  for (const option of ["-z", "--zzz"]) {
    expect(new Machine().run([name, option])).toEqual({
      status: usageStatus,
      out: "",
      err: `${name}: unknown option ${option}\ntry '${name} --help'\n`,
    });
  }
});

test.each("cmp cp crash ln md5sum mkdir mount mv rm stat touch truncate umount".split(" "))(
  "%s without operand",
  (name) => {
    const { status, err } = new Machine().run([name]);
    expect(status).toBeGreaterThan(0);
    expect(err).toBe(`${name}: missing operand\ntry '${name} --help'\n`);
  },
);

test("true and false, with any arguments", () => {
  expect(new Machine().run(["true", "-x", "y"])).toEqual({ status: 0, out: "", err: "" });
  expect(new Machine().run(["false", "-x", "y"])).toEqual({ status: 1, out: "", err: "" });
});

test.each<[string[], string]>([
  [[], "\n"],
  [["a", "b  c", ""], "a b  c \n"],
  [["-n", "a", "b"], "a b"],
  [["-n"], ""],
  [["a", "-n"], "a -n\n"],
  [["-z", "--", "--help"], "-z -- --help\n"],
  [["-nn"], "-nn\n"],
])("echo %j", (words, out) => {
  expect(new Machine().run(["echo", ...words])).toEqual({ status: 0, out, err: "" });
});

test("echo hands bytes on that are no UTF-8", () => {
  const bytes = Buffer.from([0x61, 0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf5, 0xe2, 0x98, 0x62]);
  const machine = new Machine();
  const file = machine.files.add("/tmp/out", makeFile());
  machine.files.add(
    "/tmp/script",
    makeFile(Buffer.concat([Buffer.from("echo "), bytes, Buffer.from("> /tmp/out")])),
  );
  machine.shell("sh < /tmp/script");
  expect(file.bytes).toEqual(Buffer.concat([bytes, Buffer.from("\n")]));
});

test("cat: files, standard input, and going on after a failure", () => {
  const machine = new Machine();
  machine.files.add("/tmp/a", makeFile("A\n"));
  expect(machine.run(["cat", "/tmp/a", "-", "/etc/motd"], "in\n").out).toBe("A\nin\nWelcome to HNX.\n");
  expect(machine.run(["cat"], "only input")).toEqual({ status: 0, out: "only input", err: "" });
  expect(machine.run(["cat", "/nope", "/tmp", "/tmp/a"])).toEqual({
    status: 1,
    out: "A\n",
    err: `cat: /nope: ${MISSING}\ncat: /tmp: Is a directory\n`,
  });
});

test("cat passes a large file unchanged", () => {
  const machine = new Machine();
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7) & 0xff));
  machine.files.add("/tmp/big", makeFile(bytes));
  const copy = machine.files.add("/tmp/copy", makeFile());
  machine.shell("cat /tmp/big > /tmp/copy");
  expect(copy.bytes.equals(bytes)).toBe(true);
});

test("an operand that begins with a dash, after --", () => {
  const machine = new Machine();
  machine.files.add("/-x", makeFile("dash\n"));
  expect(machine.run(["cat", "--", "-x"]).out).toBe("dash\n");
});

test("ls: sorted names, hidden ones only with -a", () => {
  const machine = new Machine();
  for (const name of ["b", "a", ".h", "B"]) machine.files.add(`/tmp/${name}`, makeFile());
  expect(machine.run(["ls", "/tmp"]).out).toBe("B\na\nb\n");
  expect(machine.run(["ls", "-a", "/tmp"]).out).toBe(".\n..\n.h\nB\na\nb\n");
  expect(machine.run(["ls"]).out).toBe("bin\netc\nsbin\ntmp\n");
});

test("ls: files first, then directories under their names", () => {
  const machine = new Machine();
  machine.files.add("/tmp/a/f", makeFile());
  expect(machine.run(["ls", "/tmp/a", "/nope", "/etc/motd", "/tmp"])).toEqual({
    status: 1,
    out: "/etc/motd\n\n/tmp:\na\n\n/tmp/a:\nf\n",
    err: `ls: /nope: ${MISSING}\n`,
  });
});

test("ls -l: mode, links, size, name", () => {
  const machine = new Machine();
  machine.files.add("/tmp/d/x", makeFile());
  machine.files.add("/tmp/f", makeFile("12345", 0o641));
  expect(machine.run(["ls", "-l", "/tmp"]).out).toBe(
    "drwxr-xr-x   2         0 d\n-rw-r----x   1         5 f\n",
  );
  expect(machine.run(["ls", "-la", "/tmp/f"]).out).toBe("-rw-r----x   1         5 /tmp/f\n");
});

test("ls of a directory with more entries than one read gives", () => {
  const machine = new Machine();
  const names = Array.from({ length: 500 }, (_, i) => `a-rather-long-name-${String(i).padStart(4, "0")}`);
  for (const name of names) machine.files.add(`/tmp/${name}`, makeFile());
  expect(machine.run(["ls", "/tmp"]).out).toBe(`${names.join("\n")}\n`);
});

test("mkdir: one, several, with parents", () => {
  const machine = new Machine();
  expect(machine.run(["mkdir", "/tmp/a", "/nope/b", "/tmp/c"])).toEqual({
    status: 1,
    out: "",
    err: `mkdir: /nope/b: ${MISSING}\n`,
  });
  expect(machine.run(["mkdir", "/tmp/a"]).err).toBe("mkdir: /tmp/a: File exists\n");
  expect(machine.run(["mkdir", "-p", "/tmp/a", "/tmp/x/y/z", "x//y/"]).status).toBe(0);
  expect(typeof machine.files.find("/tmp/x/y/z")).toBe("object");
  expect(typeof machine.files.find("/x/y")).toBe("object");
  expect(machine.run(["mkdir", "-p", "/etc/motd/x"]).err).toBe("mkdir: /etc/motd/x: Not a directory\n");
  expect(machine.run(["mkdir", "-p", "/etc/motd"]).err).toBe("mkdir: /etc/motd: File exists\n");
});

test("rmdir: empty ones, and what is none or not empty stays", () => {
  const machine = new Machine();
  machine.run(["mkdir", "-p", "/tmp/a", "/tmp/b/c"]);
  expect(machine.run(["rmdir", "/tmp/b", "/nope", "/tmp/a", "/etc/motd"])).toEqual({
    status: 1,
    out: "",
    err: `rmdir: /tmp/b: Directory not empty\nrmdir: /nope: ${MISSING}\nrmdir: /etc/motd: Not a directory\n`,
  });
  expect(machine.run(["ls", "/tmp"]).out).toBe("b\n");
  expect(machine.run(["rmdir", "/tmp/b/c", "/tmp/b"])).toEqual({ status: 0, out: "", err: "" });
  expect(machine.run(["rmdir"]).err).toContain("rmdir: missing operand");
});

test("rm: files, missing ones, directories", () => {
  const machine = new Machine();
  machine.files.add("/tmp/a", makeFile());
  machine.files.add("/tmp/d", makeDirectory());
  expect(machine.run(["rm", "/tmp/nope", "/tmp/a", "/tmp/d"])).toEqual({
    status: 1,
    out: "",
    err: `rm: /tmp/nope: ${MISSING}\nrm: /tmp/d: Is a directory\n`,
  });
  expect(machine.run(["rm", "-f", "/tmp/nope"]).status).toBe(0);
  expect(machine.run(["rm", "-f"])).toEqual({ status: 0, out: "", err: "" });
  expect(machine.run(["rm", "-d", "/tmp/d"]).status).toBe(0);
  expect(machine.run(["ls", "-a", "/tmp"]).out).toBe(".\n..\n");
});

test("rm -d refuses a directory that is not empty", () => {
  const machine = new Machine();
  machine.files.add("/tmp/d/f", makeFile());
  expect(machine.run(["rm", "-d", "/tmp/d"]).err).toBe("rm: /tmp/d: Directory not empty\n");
});

test.each(["-r", "-R", "-rf"])("rm %s removes a tree, however deep", (option) => {
  const machine = new Machine();
  machine.files.add(`/tmp/t/${"d/".repeat(1500)}f`, makeFile());
  for (let i = 0; i < 300; i++) machine.files.add(`/tmp/t/file${i}`, makeFile());
  expect(machine.run(["rm", option, "/tmp/t"])).toEqual({ status: 0, out: "", err: "" });
  expect(machine.run(["ls", "/tmp"]).out).toBe("");
});

test("rm -r goes on past what cannot be removed", () => {
  const machine = new Machine();
  machine.files.add("/tmp/t/a", { ...makeFile(), readOnly: true });
  machine.files.add("/tmp/t/b", makeFile());
  expect(machine.run(["rm", "-r", "/tmp/t"])).toEqual({
    status: 1,
    out: "",
    err: "rm: /tmp/t/a: Read-only file system\nrm: /tmp/t: Directory not empty\n",
  });
  expect(machine.run(["ls", "/tmp/t"]).out).toBe("a\n");
});

test("rm never removes the root, or where it stands", () => {
  for (const path of ["/", "//", ".", "..", "/tmp/..", "/tmp/../"]) {
    const { status, err } = new Machine().run(["rm", "-rf", path]);
    expect(status).toBe(1);
    expect(err).toBe(`rm: ${path}: refusing to remove it\n`);
  }
});

test("a file whose name is no UTF-8 is listed and removed", () => {
  const machine = new Machine();
  machine.files.add("/tmp/t/\xff\xfe", makeFile());
  expect(machine.run(["rm", "-r", "/tmp/t"])).toEqual({ status: 0, out: "", err: "" });
});

test("stat", () => {
  expect(new Machine().run(["stat", "/etc/motd", "/nope", "/tmp"])).toEqual({
    status: 1,
    out:
      "file: /etc/motd\ntype: regular file\nsize: 16\nmode: 0644\nlinks: 1\n" +
      "file: /tmp\ntype: directory\nsize: 0\nmode: 0755\nlinks: 2\n",
    err: `stat: /nope: ${MISSING}\n`,
  });
});

test("free", () => {
  expect(new Machine().run(["free"]).out).toBe(
    "frames_total 65536\nframes_free 60000\nprocesses 7\nendpoints 5\nobjects 3\nhandles 9\n",
  );
  expect(new Machine().run(["free", "x"])).toMatchObject({ status: 1, out: "" });
});
