// The shell's language beyond words and redirections: pipes, lists, variables, patterns, compound commands, scripts, jobs.

import { describe, expect, test } from "vitest";
import { makeFile } from "./files.ts";
import { Machine } from "./machine.ts";

function output(text: string, machine = new Machine()): string {
  const { out, err } = machine.shell(text);
  return out + err;
}

test.each([
  ["cat /etc/motd | cat", "Welcome to HNX.\n"],
  ["echo a | cat | cat | cat", "a\n"],
  ["echo a |\n cat", "a\n"],
  ["{ echo a; echo b; } | cat", "a\nb\n"],
  ["echo a | { cat; echo b; }", "a\nb\n"],
  ["(echo a; echo b) | cat", "a\nb\n"],
  ["for x in 1 2; do echo $x; done | cat", "1\n2\n"],
  ["cat /nope 2>&1 | cat", "cat: /nope: No such file or directory\n"],
  ["echo a b | while read x y; do echo $y $x; done", "b a\n"],
  ["x=1; echo 5 | read x; echo $x", "1\n"],
  ["pwd | cat; x=7; echo $(echo $x)", "/\n7\n"],
])("pipes: %s", (text, expected) => {
  expect(output(text)).toBe(expected);
});

test("the status of a pipeline is the last part's", () => {
  expect(new Machine().shell("false | true").status).toBe(0);
  expect(new Machine().shell("true | false").status).toBe(1);
  expect(new Machine().shell("true | nosuch").status).toBe(127);
  expect(new Machine().shell("nosuch | true").status).toBe(0);
  expect(new Machine().shell("! true | false").status).toBe(0);
});

test.each([
  ["true && echo a", "a\n"],
  ["false && echo a", ""],
  ["false || echo a", "a\n"],
  ["true || echo a", ""],
  ["false && echo a || echo b", "b\n"],
  ["true || echo a && echo b", "b\n"],
  ["false ||\n\n echo a", "a\n"],
  ["! false && echo a", "a\n"],
  ["{ false; true; } && echo a", "a\n"],
])("lists: %s", (text, expected) => {
  expect(output(text)).toBe(expected);
});

test.each([
  ["x=5; echo $x ${x}y $xy.", "5 5y .\n"],
  ["x='a  b'; echo $x; echo \"$x\"", "a b\na  b\n"],
  ["x=; echo a$x b$nothing", "a b\n"],
  ["x=$nothing; sh -c 'echo [$1] [$2]' n $x \"$x\"", "[] []\n"],
  ["echo ${x:-a b} ${x-c} ${x:+d}; x=1; echo ${x:+d} ${x:-e}", "a b c\nd 1\n"],
  ["echo ${x:=v}$x; x=; echo [${x-w}] [${x:-w}]", "vv\n[] [w]\n"],
  ["x=h\u00e9llo; echo ${#x}", "5\n"],
  ["x='*'; echo \"$x\" '$x'", "* $x\n"],
  ["x=1 y=2; echo $x$y", "12\n"],
  ["x=a; x=b sh -c 'echo $x'; echo $x", "b\na\n"],
  ["x=a; sh -c 'echo [$x]'; export x; sh -c 'echo [$x]'", "[]\n[a]\n"],
  ["export x=q; unset x; echo [$x]", "[]\n"],
  ["sh -c 'echo $0 $1 $# $@' name a b", "name a 2 a b\n"],
  ["set -- 'a b' c; for x in \"$@\"; do echo $x; done; for x do echo $x; done", "a b\nc\na b\nc\n"],
  [
    "set -- a b c; shift; echo $* $#; shift 2; echo $#; shift",
    "b c 2\n0\nsh: shift: not so many arguments\n",
  ],
  ["set --; sh -c 'echo $#' n \"$@\"; sh -c 'echo $#' n $@ x", "0\n1\n"],
  ["echo ${x!}", "sh: ${x!}: bad substitution\n"],
  ["echo ${}; echo on", "sh: ${}: bad substitution\n"],
])("variables: %s", (text, expected) => {
  expect(output(text)).toBe(expected);
});

test.each([
  ["echo $(echo a)", "a\n"],
  ['echo "$(echo "a  b")"', "a  b\n"],
  ["x=$(false); echo $?; x=$(true); echo $?", "1\n0\n"],
  ["echo $(echo $(echo deep))", "deep\n"],
  ["echo [$(echo 'x)y')]", "[x)y]\n"],
  ["for x in $(echo a b); do echo $x; done", "a\nb\n"],
])("what commands print: %s", (text, expected) => {
  expect(output(text)).toBe(expected);
});

test.each([
  ["echo /tmp/*", "/tmp/a.ts /tmp/b.ts /tmp/c\n"],
  ["echo /tmp/*.ts", "/tmp/a.ts /tmp/b.ts\n"],
  ["echo /tmp/?", "/tmp/c\n"],
  ["echo /tmp/[ab].* /tmp/[!ab]*", "/tmp/a.ts /tmp/b.ts /tmp/c\n"],
  ["echo /tmp/[a-b].ts", "/tmp/a.ts /tmp/b.ts\n"],
  ["echo /t*/a*", "/tmp/a.ts\n"],
  ["echo /*/c", "/tmp/c\n"],
  ["echo /tmp/.*", "/tmp/.hidden\n"],
  ["echo '/tmp/*' \"/tmp/*\" /tmp/\\*", "/tmp/* /tmp/* /tmp/*\n"],
  ["echo /tmp/none*", "/tmp/none*\n"],
  ["x='/tmp/*.ts'; echo $x", "/tmp/a.ts /tmp/b.ts\n"],
  ['x=/tmp/*.ts; echo "$x"', "/tmp/*.ts\n"],
  ["cd /; echo t*", "tmp\n"],
])("names of files: %s", (text, expected) => {
  const machine = new Machine();
  for (const name of ["b.ts", "a.ts", "c", ".hidden"]) machine.files.add(`/tmp/${name}`, makeFile(name));
  expect(output(text, machine)).toBe(expected);
});

test("a pattern with many stars takes no time", () => {
  const machine = new Machine();
  machine.files.add(`/tmp/${"a".repeat(200)}`, makeFile());
  const started = Date.now();
  expect(output(`echo /tmp/${"*a".repeat(60)}b`, machine)).toContain("*a");
  expect(Date.now() - started).toBeLessThan(2000);
});

test.each([
  ["if true; then echo a; else echo b; fi", "a\n"],
  ["if false; then echo a; elif true; then echo b; else echo c; fi", "b\n"],
  ["if false; then echo a; fi; echo $?", "0\n"],
  ['x=; while [ "$x" != aaa ]; do x=a$x; echo $x; done', "a\naa\naaa\n"],
  ["until true; do echo a; done; echo b", "b\n"],
  ["for x in a b c; do if [ $x = b ]; then continue; fi; echo $x; done", "a\nc\n"],
  ["for x in a b c; do if [ $x = b ]; then break; fi; echo $x; done; echo end", "a\nend\n"],
  ["for x in 1 2; do for y in 1 2; do echo $x$y; break 2; done; done", "11\n"],
  ["for x in a b; do echo $x; done > /tmp/f; cat /tmp/f", "a\nb\n"],
  ["{ echo a; echo b; } > /tmp/f; cat < /tmp/f", "a\nb\n"],
  ["(x=1; exit 3); echo $? [$x]", "3 []\n"],
  ["for x in; do echo a; done; echo $?", "0\n"],
  ["break; echo on", "on\nsh: break: only meaningful in a loop\n"],
])("compound commands: %s", (text, expected) => {
  expect(output(text)).toBe(expected);
});

test.each([
  ["[ a ]", 0],
  ["[ ]", 1],
  ["[ '' ]", 1],
  ["[ a = a ]", 0],
  ["test a != a", 1],
  ["[ 10 -gt 9 ]", 0],
  ["[ -5 -lt 0 ]", 0],
  ["[ 1 -eq x ]", 2],
  ["[ -f /etc/motd ]", 0],
  ["[ -d /etc/motd ]", 1],
  ["[ ! -e /nope ]", 0],
  ["[ -x /bin/cat ]", 0],
  ["[ -s /etc/motd ]", 0],
  ["[ -q a ]", 2],
  ["[ a", 2],
  ["[ a b c d ]", 2],
])("%s gives %i", (text, status) => {
  expect(new Machine().shell(text).status).toBe(status);
});

test("a script is run by the interpreter that it names, with its arguments", () => {
  const machine = new Machine();
  machine.files.add("/tmp/s", makeFile('#!/bin/sh\necho "$0 $1 $#"\nexit 4\n', 0o755));
  machine.files.add("/tmp/t", makeFile("#! /bin/echo -n\n", 0o755));
  machine.files.add("/tmp/u", makeFile("#!/nope\n", 0o755));
  machine.files.add("/tmp/v", makeFile("#!/bin/sh\n", 0o644));
  expect(machine.shell("/tmp/s a b")).toEqual({ status: 4, out: "/tmp/s a 2\n", err: "" });
  expect(machine.shell("/tmp/t x").out).toBe("/tmp/t x");
  expect(machine.shell("/tmp/u").status).toBe(127);
  expect(machine.shell("/tmp/v").status).toBe(126);
  expect(machine.run(["sh", "/tmp/s", "q"]).out).toBe("/tmp/s q 1\n");
  expect(machine.run(["sh", "/nope"])).toMatchObject({
    status: 127,
    err: "sh: /nope: No such file or directory\n",
  });
});

describe("a script that another program starts", () => {
  const run = (text: string, mode = 0o755, given = "/tmp/s") => {
    const machine = new Machine();
    machine.files.add("/tmp/s", makeFile(text, mode));
    machine.files.add("/tmp/shown", makeFile("#!/bin/echo shown by\n", 0o755));
    machine.files.add("/tmp/loop", makeFile("#!/tmp/loop\n", 0o755));
    return machine.run(["env", given, "a b", "c"]);
  };

  test.each([
    ["no line end", "#!/bin/echo", "/tmp/s a b c\n"],
    ["blanks around", "#! \t /bin/echo \t \n", "/tmp/s a b c\n"],
    ["one argument, with blanks in it", "#!/bin/echo -n  x \n", "-n  x /tmp/s a b c\n"],
    ["the longest line", `#!/bin/echo ${"x".repeat(243)}\nb`, `${"x".repeat(243)} /tmp/s a b c\n`],
    ["a script as its interpreter", "#!/tmp/shown\n", "shown by /tmp/shown /tmp/s a b c\n"],
  ])("is run: %s", (_, text, out) => {
    expect(run(text)).toMatchObject({ status: 0, out });
  });

  test.each([
    ["no interpreter", "#!\n", 0o755, "Exec format error"],
    ["only blanks", "#! \t \n", 0o755, "Exec format error"],
    ["nothing at all", "", 0o755, "Exec format error"],
    ["half a mark", "#", 0o755, "Exec format error"],
    ["no mark", "echo\n", 0o755, "Exec format error"],
    ["a path that depends on the directory", "#!bin/echo\n", 0o755, "Exec format error"],
    ["a line that is too long", `#!/bin/echo ${"x".repeat(244)}\n`, 0o755, "Exec format error"],
    ["a zero in the line", "#!/bin/echo\0 x\n", 0o755, "Exec format error"],
    ["a missing interpreter", "#!/tmp/s2\n", 0o755, "No such file or directory"],
    ["an interpreter that is a directory", "#!/bin\n", 0o755, "Permission denied"],
    ["itself as interpreter", "#!/tmp/s\n", 0o755, "Exec format error"],
    ["scripts in a circle", "#!/tmp/loop\n", 0o755, "Exec format error"],
    ["no right to be run", "#!/bin/echo\n", 0o644, "Permission denied"],
  ])("is refused: %s", (_, text, mode, error) => {
    const { status, out, err } = run(text, mode);
    expect(err).toContain(error);
    expect({ status: status > 125, out }).toEqual({ status: true, out: "" });
  });
});

test(". runs a file in this shell", () => {
  const machine = new Machine();
  machine.files.add("/tmp/s", makeFile("x=$1; false"));
  expect(output(". /tmp/s arg; echo $? $x [$1]", machine)).toBe("1 arg []\n");
  expect(output(". /nope", machine)).toBe("sh: .: /nope: No such file or directory\n");
});

test("/etc/rc is run at the beginning of a conversation only", () => {
  const machine = new Machine();
  machine.files.add("/etc/rc", makeFile("x=from_rc; echo hello\n"));
  expect(machine.run(["sh"], "echo $x\n").out).toBe("hello\nfrom_rc\n");
  expect(output("echo [$x]", machine)).toBe("[]\n");
});

test("jobs in the background", () => {
  expect(output("sh -c 'exit 3' & wait $!; echo $?")).toBe("3\n");
  expect(output("echo a & wait; echo b")).toBe("a\nb\n");
  expect(output("echo a | cat & wait %1; echo $?")).toBe("a\n0\n");
  expect(output("{ echo a; echo b; } & wait")).toBe("a\nb\n");
  expect(output("wait %3")).toBe("sh: wait: %3: no such job\n");
  expect(output("fg")).toBe("sh: fg: no job\n");
  const { err, out } = new Machine().run(["sh"], "echo a &\necho b\n");
  expect(out).toBe("a\nb\n");
  expect(err).toMatch(/^hnx\$ \[1\] \d+\n\[1\] Done {2}echo a\nhnx\$ hnx\$ \n$/);
});

test("descriptors are copied and closed", () => {
  const machine = new Machine();
  machine.shell("cat /nope > /tmp/f 2>&1; echo out 1>&2; echo x >&-");
  expect(machine.files.text("/tmp/f")).toBe("cat: /nope: No such file or directory\n");
  expect(output("echo out 1>&2", machine)).toBe("out\n");
  expect(output("echo a 2>&7", machine)).toBe("sh: 7: Bad file descriptor\n");
});

test("every built-in knows --help", () => {
  for (const name of ". break cd continue exit export fg help jobs kill pwd read set shift source unset wait".split(
    " ",
  ))
    expect(output(`${name} --help`), name).toMatch(
      new RegExp(`^usage: ${name.replace(".", "\\.")}\\b|^usage: \\.`),
    );
});
