// Where the instructions of an operation go, exactly: QEMU's gdb stub walks one round of it step by step, and each
// instruction is counted for the part of the code that it belongs to (code.ts). Called by commands/bench.ts.
//
//   null_syscall, call_reply_32   one round of the benchmark's loop, from an entry into the kernel to the same entry again
//   interrupt_to_handler          a byte arrives at the UART while a program computes: from the vector's first instruction to
//                                 the first one of the console service, which waits for it

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { Failure } from "../common/failure.ts";
import { readMachineOptions } from "../common/options.ts";
import { BUILD_DIR, TEST_INITRD } from "../common/paths.ts";
import { QEMU, kernelCommandLine, qemuArguments } from "../common/qemu.ts";
import { SYS_EP_CALL, SYS_GETPID } from "../../abi/syscall.ts";
import { KernelCode, PARTS, type Part } from "./code.ts";
import { GdbRemote } from "./gdb_remote.ts";

export type Breakdown = Record<Part, number>;

const FOLDER = `${BUILD_DIR}/bench`;
const REGISTER_SYSTEM_CALL = 8;
/** Rounds until caches of the program's own are warm: its pages are there, its server waits. */
const WARM_UP_ROUNDS = 200;
/** A longer way than this has lost itself. */
const STEPS_MAX = 20_000;
const TYPING_INTERVAL_MS = 20;
const TYPED = "x";
/** Interrupts of the boot and of the timer go other ways: the steady one comes so often in a row. */
const SAME_WAYS = 4;
/** Interrupts from EL0, AArch64: offset in the vector table (ARM DDI 0487, D1.10.2). */
const IRQ_VECTOR = 0x480n;
/** Names in the symbols of what every interrupt for a waiting driver passes. */
const DELIVERY = ["notify", "schedule"];

/** A halted machine with the test initrd that will run `command`, and a connection to its gdb stub. */
class Machine {
  private constructor(
    readonly gdb: GdbRemote,
    private readonly child: ChildProcess,
    private readonly socket: string,
  ) {}

  static async start(name: string, command: string): Promise<Machine> {
    mkdirSync(FOLDER, { recursive: true });
    const socket = `${FOLDER}/${name}-${process.pid}.sock`;
    rmSync(socket, { force: true });
    const args = qemuArguments({
      ...readMachineOptions({}),
      append: kernelCommandLine("run", command),
      initrd: TEST_INITRD,
      extra: ["-S", "-gdb", `unix:${socket},server=on,wait=off`],
    });
    const child = spawn(QEMU, args, { stdio: ["pipe", "ignore", "inherit"] });
    child.stdin?.on("error", () => undefined);
    return new Machine(await GdbRemote.connect(socket), child, socket);
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  stop(): void {
    this.gdb.close();
    this.child.kill("SIGKILL");
    rmSync(this.socket, { force: true });
  }
}

/** Steps until `ends` says that the next instruction no longer belongs to the way. → the addresses of the way */
async function walk(gdb: GdbRemote, ends: (pc: bigint) => boolean): Promise<bigint[]> {
  const way = [await gdb.pc()];
  for (;;) {
    await gdb.step();
    const pc = await gdb.pc();
    if (ends(pc)) return way;
    way.push(pc);
    if (way.length > STEPS_MAX) throw new Failure(`the way is longer than ${STEPS_MAX} instructions`);
  }
}

export function countParts(code: KernelCode, way: readonly bigint[]): Breakdown {
  const counts = Object.fromEntries(PARTS.map((part) => [part, 0])) as Breakdown;
  for (const pc of way) counts[code.partOf(pc)]++;
  return counts;
}

/** One round of a loop that enters the kernel at `entry` with system call `number`. */
async function walkRound(code: KernelCode, name: string, command: string, entry: string, number: number) {
  const machine = await Machine.start(name, command);
  try {
    const { gdb } = machine;
    const address = code.addressOf(entry);
    for (let rounds = 0; rounds < WARM_UP_ROUNDS;) {
      await gdb.runTo(address);
      if ((await gdb.register(REGISTER_SYSTEM_CALL)) === BigInt(number)) rounds++;
    }
    return countParts(code, await walk(gdb, (pc) => pc === address));
  } finally {
    machine.stop();
  }
}

/** Whether `way` led through all that delivers an interrupt to a driver that waits. */
function delivers(code: KernelCode, way: readonly bigint[]): boolean {
  const symbols = new Set(way.map((pc) => code.symbolOf(pc)));
  return DELIVERY.every((name) => [...symbols].some((symbol) => symbol.endsWith(`0x2F${name}`)));
}

async function walkInterrupt(code: KernelCode): Promise<Breakdown> {
  const machine = await Machine.start("interrupt", "crash spin");
  const typing = setInterval(() => machine.type(TYPED), TYPING_INTERVAL_MS);
  try {
    const { gdb } = machine;
    const address = code.addressOf("vectors") + IRQ_VECTOR;
    let last = "";
    for (let same = 0; ;) {
      await gdb.runTo(address);
      const way = await walk(gdb, (pc) => code.isUser(pc));
      if (!delivers(code, way)) continue;
      same = way.join() === last ? same + 1 : 1;
      last = way.join();
      if (same === SAME_WAYS) return countParts(code, way);
    }
  } finally {
    clearInterval(typing);
    machine.stop();
  }
}

/** Walks everything that is broken down. → operation → instructions by part */
export async function walkAll(): Promise<Record<string, Breakdown>> {
  const code = KernelCode.load();
  return {
    null_syscall: await walkRound(code, "null", "bench null_syscall", "system_call", SYS_GETPID),
    call_reply_32: await walkRound(code, "call", "bench call_reply_32", "fast_call", SYS_EP_CALL),
    interrupt_to_handler: await walkInterrupt(code),
  };
}
