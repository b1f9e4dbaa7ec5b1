// Whose instruction it is, by a disassembly.

import { describe, expect, it } from "vitest";
import { KernelCode, type Part } from "../../../toolchain/bench/code.ts";
import { countParts } from "../../../toolchain/bench/walk.ts";

const BASE = 0xffffffc000200000n;
const LISTING = `
build/hnx.elf:	file format elf64-littleaarch64

ffffffc000200000 <system_call>:
ffffffc000200000:      	stp	x0, x1, [sp]
ffffffc000200004:      	mov	x17, sp
ffffffc000200008:      	mov	x19, x1
ffffffc00020000c:      	mov	x9, xzr
ffffffc000200010:      	bl	0xffffffc000200020 <kernel_syscall>
ffffffc000200014:      	msr	ELR_EL1, x11
ffffffc000200018:      	eret

ffffffc000200020 <kernel_syscall>:
ffffffc000200020:      	stp	x29, x30, [sp, #-0x10]!

ffffffc000200024 <w2c_kernel_kernel0x2Fsched0x2Fsched0x2Fschedule>:
ffffffc000200024:      	ret

ffffffc000200028 <kernel_broken>:
ffffffc000200028:      	msr	TPIDR_EL1, x0
`;
const code = new KernelCode(LISTING);

describe("parts", () => {
  it.each<[bigint, Part]>([
    [0n, "save_restore"],
    [4n, "entry_exit"],
    [8n, "save_restore"],
    [12n, "save_restore"],
    [16n, "entry_exit"],
    [20n, "entry_exit"],
    [24n, "entry_exit"],
    [32n, "kernel"],
    [36n, "kernel"],
    [40n, "entry_exit"],
  ])("+%i is %s", (offset, part) => {
    expect(code.partOf(BASE + offset)).toBe(part);
  });

  it("everything below the kernel's half is the user's", () => {
    expect(code.partOf(0x200001c98n)).toBe("user");
  });

  it("an address without an instruction, and a label that is not there, are refused", () => {
    expect(() => code.partOf(BASE + 28n)).toThrow(/no instruction at 0xffffffc00020001c/);
    expect(() => code.addressOf("fast_call")).toThrow(/no fast_call/);
  });
});

it("counts a way", () => {
  const way = [0x200000000n, BASE, BASE + 4n, BASE + 16n, BASE + 32n, BASE + 24n];
  expect(countParts(code, way)).toEqual({ user: 1, entry_exit: 3, save_restore: 1, kernel: 1 });
});
