// The way into the kernel and back with random registers (space/apps/selftest-registers), and kernels whose boot/vectors.S is
// deliberately broken, which the program must notice: a test of that test.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { findModules } from "../../toolchain/common/config.ts";
import { assemblySources, linkKernel } from "../../toolchain/pipeline/module.ts";
import { runGuest } from "./qemu.ts";

const VECTORS = "boot/vectors.S";
const DIR = "build/test/vectors";
/** Counting instructions makes what interrupts the computation the same in every run. */
const COUNTING = ["-icount", "shift=0"];
const PARTS = ["return", "delegated call", "page fault", "messages", "preemption"];

interface VectorMutant {
  name: string;
  /** Must stand in boot/vectors.S exactly once. */
  search: string;
  replace: string;
  /** The part that finds it; without one the machine does not come so far. */
  part?: string;
}

const MUTANTS: VectorMutant[] = [
  {
    name: "x13 is not scrubbed",
    search: "  mov x13, xzr\n",
    replace: "",
    part: "return",
  },
  {
    name: "x1 is not scrubbed after a call that comes back at once",
    search: "  ldr x0, [sp]\n  mov x1, xzr\n",
    replace: "  ldr x0, [sp]\n",
    part: "return",
  },
  {
    name: "x3 is not scrubbed after a switch",
    search: "  tbnz w10, #0, 1f\n  mov x1, xzr\n  mov x2, xzr\n  mov x3, xzr\n",
    replace: "  tbnz w10, #0, 1f\n  mov x1, xzr\n  mov x2, xzr\n",
    part: "delegated call",
  },
  {
    name: "x30 is lost in a call that comes back at once",
    search: "  str x30, [sp, #240]\n",
    replace: "",
  },
  {
    name: "x25 and x26 are lost in a switch",
    search:
      ".macro save_callee_saved thread\n  stp x19, x20, [\\thread, #152]\n  stp x21, x22, [\\thread, #168]\n  stp x23, x24, [\\thread, #184]\n  stp x25, x26, [\\thread, #200]\n",
    replace:
      ".macro save_callee_saved thread\n  stp x19, x20, [\\thread, #152]\n  stp x21, x22, [\\thread, #168]\n  stp x23, x24, [\\thread, #184]\n",
  },
  {
    name: "x29 is lost in a switch",
    search: "  str x29, [x17, #232]\n",
    replace: "",
    part: "delegated call",
  },
  {
    name: "a message loses its third word on the fast path",
    search: "  mov x3, x21\n  mov x4, x22\n  restore_callee_saved sp\n  zero_x8_to_x18\n",
    replace: "  mov x4, x22\n  restore_callee_saved sp\n  zero_x8_to_x18\n",
    part: "messages",
  },
  {
    name: "the fast path leaves the answer's value in x7",
    search: "  mov x6, x27\n  mov x7, xzr\n",
    replace: "  mov x6, x27\n  mov x7, x27\n",
    part: "messages",
  },
  {
    name: "x12 and x13 are lost in a fault and in an interrupt",
    search:
      "  stp x12, x13, [sp, #96]\n  stp x14, x15, [sp, #112]\n  str x18, [sp, #144]\n  save_callee_saved sp\n  stp x29, x30, [sp, #232]\n  mrs x9, sp_el0\n",
    replace:
      "  stp x14, x15, [sp, #112]\n  str x18, [sp, #144]\n  save_callee_saved sp\n  stp x29, x30, [sp, #232]\n  mrs x9, sp_el0\n",
  },
  {
    name: "x16 is lost in an interrupt",
    search: "  stp x16, x17, [sp, #128]                    // IRQ\n",
    replace: "  stp xzr, x17, [sp, #128]\n",
    part: "preemption",
  },
];

/** → the kernel image with one change. */
function buildMutant({ name, search, replace }: VectorMutant): string {
  const source = readFileSync(VECTORS, "utf8");
  const found = source.split(search).length - 1;
  if (found !== 1) throw new Error(`mutant "${name}": its text stands ${found} times in ${VECTORS}`);
  const dir = path.join(DIR, name.replaceAll(" ", "-"));
  mkdirSync(dir, { recursive: true });
  const mutated = path.join(dir, path.basename(VECTORS));
  writeFileSync(mutated, source.replace(search, replace));
  const module = findModules().find(({ target }) => target === "kernel");
  if (!module) throw new Error("asconfig.json lists no kernel");
  const image = path.join(dir, "hnx.img");
  const assembly = assemblySources(module).map((file) => (file === VECTORS ? mutated : file));
  linkKernel(module, assembly, dir, path.join(dir, "hnx.elf"), image);
  return image;
}

describe("with random registers", () => {
  test("nothing is lost and nothing is told", async () => {
    const { out, status } = await runGuest({ cmd: "selftest-registers", extraArgs: COUNTING });
    for (const part of PARTS) expect(out).toContain(`selftest-registers: ${part}: 0 wrong\n`);
    expect(out).toMatch(/selftest-registers: \d{5} checked, 0 wrong\n/);
    expect(status).toBe(0);
  });
});

describe("it is noticed that", () => {
  test.each(MUTANTS)("$name", { timeout: 60_000 }, async (mutant) => {
    const kernel = buildMutant(mutant);
    const { out, status } = await runGuest({ cmd: "selftest-registers 1", kernel, extraArgs: COUNTING });
    expect(status).not.toBe(0);
    const part = mutant.part ?? "messages";
    const found = new RegExp(`selftest-registers: ${part}: [1-9]\\d* wrong\n`).test(out);
    expect(found, out).toBe(mutant.part !== undefined);
  });
});
