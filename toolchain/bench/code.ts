// Whose instruction is at an address: read off the kernel's disassembly. Called by walk.ts.
//
//   user           the program and its stub: everything below the kernel's half
//   entry_exit     boot/vectors.S: finding the way, stack, system registers, eret
//   save_restore   boot/vectors.S: registers to and from the thread structure, those moved aside, those zeroed
//   kernel         the kernel's TypeScript

import { Failure } from "../common/failure.ts";
import { KERNEL_ELF, OBJDUMP } from "../common/paths.ts";
import { runTool } from "../common/exec.ts";

export const PARTS = ["user", "entry_exit", "save_restore", "kernel"] as const;
export type Part = (typeof PARTS)[number];

/** The kernel's C functions; every other label with code is assembly's. */
const FUNCTION = /^(?:w2c_|kernel_(?!broken$)|mem|fp_)/;
const KERNEL_HALF = 1n << 63n;
const LABEL = /^([0-9a-f]+) <(.+)>:$/;
const INSTRUCTION = /^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$/;
/** Loads, stores, and moves between or to zero of general registers; sp's are the change of stacks. */
const SAVES = /^(?:ldp|stp|ldr|str|sxtw) |^mov [xw]\d+, (?:[xw]\d+|[xw]zr)$/;

interface Instruction {
  symbol: string;
  part: Part;
}

export class KernelCode {
  private readonly labels = new Map<string, bigint>();
  private readonly instructions = new Map<bigint, Instruction>();

  /** listing: what `llvm-objdump -d --no-show-raw-insn` prints. */
  constructor(listing: string) {
    let symbol = "";
    for (const line of listing.split("\n")) {
      const label = LABEL.exec(line);
      if (label) {
        symbol = label[2];
        this.labels.set(symbol, BigInt(`0x${label[1]}`));
        continue;
      }
      const match = INSTRUCTION.exec(line);
      if (!match) continue;
      const text = `${match[2]} ${match[3]}`;
      const part = FUNCTION.test(symbol) ? "kernel" : SAVES.test(text) ? "save_restore" : "entry_exit";
      this.instructions.set(BigInt(`0x${match[1]}`), { symbol, part });
    }
  }

  /** Of the kernel that was built last. */
  static load(): KernelCode {
    const args = ["-d", "--no-show-raw-insn", KERNEL_ELF];
    return new KernelCode(runTool(OBJDUMP, args, "disassembly of the kernel").stdout);
  }

  addressOf(symbol: string): bigint {
    const address = this.labels.get(symbol);
    if (address === undefined) throw new Failure(`the kernel has no ${symbol}`);
    return address;
  }

  isUser(pc: bigint): boolean {
    return pc < KERNEL_HALF;
  }

  partOf(pc: bigint): Part {
    return this.isUser(pc) ? "user" : this.at(pc).part;
  }

  symbolOf(pc: bigint): string {
    return this.isUser(pc) ? "" : this.at(pc).symbol;
  }

  private at(pc: bigint): Instruction {
    const instruction = this.instructions.get(pc);
    if (!instruction) throw new Failure(`the kernel has no instruction at 0x${pc.toString(16)}`);
    return instruction;
  }
}
