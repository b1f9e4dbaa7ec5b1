// $((…)), case, cd, eval, wait and the tilde as a Unix hand expects them; what is wrong first.

import { expect, test } from "vitest";
import { Machine } from "./machine.ts";

function run(text: string): [string, number] {
  const { out, err, status } = new Machine().shell(text);
  return [out + err, status];
}

test.each([
  ["1 +", "operand expected"],
  ["1 2", "unexpected `2'"],
  ["(1 2)", "`)' expected"],
  ["1 ? 2", "`:' expected"],
  ["1 / 0", "division by zero"],
  ["1 % 0", "division by zero"],
  ["08", "`08' is no number"],
  ["0x", "`0x' is no number"],
  ["12ab", "`12ab' is no number"],
  ["1 @ 2", "unexpected `@'"],
  ["1.5", "unexpected `.'"],
  ['"1" + 1', "unexpected `\"'"],
  ["1 = 2", "unexpected `='"],
  ["PATH", "is no number"],
  ["(".repeat(200) + "1" + ")".repeat(200), "too many expressions in one another"],
  ["-".repeat(200) + "1", "too many expressions in one another"],
])("$((%s)) is wrong", (expression, message) => {
  const [out, status] = run(`PATH=/bin:x; echo $((${expression})); echo on`);
  expect(out).toMatch(/^sh: \$\(\(.*\)\): .*\n$/);
  expect(out).toContain(message);
  expect(status).toBe(1);
});

test.each([
  ["", 0],
  ["1 + 2 * 3", 7],
  ["(1+2)*3", 9],
  ["10 - 3 - 2", 5],
  ["7 / 2 * 2 + 7 % 2", 7],
  ["-7 / 2", -3],
  ["- - 3 + !0 + ~0", 3],
  ["1 << 4 >> 2", 4],
  ["1 < 2 == 2 >= 2", 1],
  ["6 & 3 | 8 ^ 1", 11],
  ["0 && 1 / 0", 0],
  ["1 || 1 / 0", 1],
  ["1 ? 2 : 1 / 0", 2],
  ["0 ? 1 : 0 ? 2 : 3", 3],
  ["0x1F + 010", 39],
  ["9223372036854775807 + 1", "-9223372036854775808"],
  ["-9223372036854775807 - 1 + 0 * -1", "-9223372036854775808"],
  ["(-9223372036854775807 - 1) / -1", "-9223372036854775808"],
  ["(-9223372036854775807 - 1) % -1", 0],
  ["x + $x + ${#x}", 11],
  ["nope + empty", 0],
  ["x += 2", 7],
  ["$(echo 4) * 2", 8],
])("$((%s)) is %s", (expression, expected) => {
  expect(run(`x=5 empty=; echo $((${expression}))`)).toEqual([`${expected}\n`, 0]);
});

test.each([
  ["i=0; while [ $i -lt 3 ]; do i=$((i + 1)); echo $i; done", "1\n2\n3\n"],
  ["echo $((x = 3))$((x <<= 2)) $x", "312 12\n"],
  ["echo $((0 && (x = 1)))[$x]", "0[]\n"],
  ['echo "$((1 + 1))"a', "2a\n"],
  ["echo $((echo a); (echo b))", "a b\n"],
])("arithmetic in a command: %s", (text, expected) => {
  expect(run(text)[0]).toBe(expected);
});

test.each([
  ["case", "unexpected end"],
  ["case x", "unexpected end"],
  ["case x do", "`in' expected"],
  ["case x in a", "unexpected end"],
  ["case x in a) echo a", "unexpected end"],
  ["case x in ) echo;; esac", "unexpected `)'"],
  ["case x in a|) echo;; esac", "unexpected `)'"],
  ["case x in a; esac", "no command before `;'"],
  ["esac", "unexpected `esac'"],
  ["echo a;;", "unexpected `;;'"],
])("%s is wrong", (text, message) => {
  expect(run(`echo no; ${text}`)).toEqual([`sh: syntax error: ${message}\n`, 2]);
});

test.each([
  ["case a in a) echo 1;; b) echo 2;; esac", "1\n"],
  ["case b in a) echo 1;; b) echo 2; echo 3;; *) echo 4;; esac", "2\n3\n"],
  ["case q in a|b) echo 1;; (c | q) echo 2\nesac", "2\n"],
  ["case q in\n  a)\n    echo 1\n    ;;\n\n  ?)\n    echo 2\n    ;;\nesac; echo 3", "2\n3\n"],
  ["case x.ts in *.c) echo c;; *.ts) echo ts;; esac", "ts\n"],
  ["case '*' in '*') echo star;; esac; case a in '*') echo no;; esac", "star\n"],
  ["p='a*'; case abc in $p) echo 1;; esac; case abc in \"$p\") echo 2;; esac", "1\n"],
  ["x='a b'; case $x in a) echo 1;; 'a b') echo 2;; esac", "2\n"],
  ["case a in b) ;; esac; echo $?", "0\n"],
  ["case a in a) ;; esac; echo $?", "0\n"],
  ["case a in a) false;; esac; echo $?", "1\n"],
  ["case a in esac; echo $?", "0\n"],
  ["for i in 1 2 3; do case $i in 2) continue;; esac; echo $i; done", "1\n3\n"],
  ["case a in a) echo b; esac | cat", "b\n"],
  ["case a in a) cat /etc/motd;; esac > /tmp/o; cat /tmp/o", "Welcome to HNX.\n"],
])("%s", (text, expected) => {
  expect(run(text)[0]).toBe(expected);
});

test("an assignment sees those before it", () => {
  expect(run("x=1 y=$x z=$(echo $y); echo $z")[0]).toBe("1\n");
});

test.each([
  ["cd -", "sh: cd: OLDPWD is not set\n"],
  ["cd /nope; echo [$OLDPWD]", "sh: cd: /nope: No such file or directory\n[]\n"],
  ["cd /tmp; echo $PWD $OLDPWD; cd - ; echo $PWD $OLDPWD", "/tmp /\n/\n/ /tmp\n"],
  ["cd -- /tmp; pwd", "/tmp\n"],
  ["HOME=/tmp; echo ~ ~/a a~ '~' \"~\" \\~ ~x", "/tmp /tmp/a a~ ~ ~ ~ ~x\n"],
  ["HOME='/a b*'; x=~/c; echo $x; [ ~ = '/a b*' ] && echo one", "/a b*/c\none\n"],
  ["HOME=; echo ~", "~\n"],
  ["wait 99999; echo $?", "sh: wait: 99999: no such job\n127\n"],
  ["eval; echo $?", "0\n"],
  ["eval 'x=1;' echo '$x'; echo $?", "1\n0\n"],
  ["eval 'echo a;;'; echo $?", "sh: syntax error: unexpected `;;'\n2\n"],
  ["eval false; echo $?; eval exit 3; echo no", "1\n"],
])("built-ins: %s", (text, expected) => {
  const [out] = run(text);
  expect(out.split("\n").sort()).toEqual(expected.split("\n").sort());
});
