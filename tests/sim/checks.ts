// All that is compared after a step.
//
// Every step: the registers of the thread that runs, all that was written to user memory, every queue and count (invariants.ts),
// every process and endpoint against the model (compare.ts). Every MEMORY_PERIOD steps: all frames, and the memory and the
// rights of one process after another.

import { Comparison } from "./compare.ts";
import { PC, SP } from "./cpu.ts";
import { Invariants } from "./invariants.ts";
import { MemoryInvariants } from "./memory_invariants.ts";
import type { Process } from "./model/state.ts";
import { RegisterCheck, type Saved, emptyRegisters } from "./registers.ts";
import type { UserSide } from "./user_side.ts";
import type { World } from "./world.ts";

const MEMORY_PERIOD = 32;

export class Checks {
  private readonly registers: RegisterCheck;
  private readonly invariants: Invariants;
  private readonly memory: MemoryInvariants;
  private readonly comparison: Comparison;
  /** What each process had in its registers when it last entered the kernel. */
  private readonly saved = new Map<Process, Saved>();

  constructor(
    private readonly world: World,
    private readonly user: UserSide,
  ) {
    this.registers = new RegisterCheck(world.cpu, world.view);
    this.invariants = new Invariants(world.view);
    this.memory = new MemoryInvariants(world.view, world.model, world.frames, world.kernelFrames);
    this.comparison = new Comparison(world.view, world.model);
  }

  /** `t` is about to enter the kernel. */
  save(t: Process): void {
    const saved = this.saved.get(t) ?? emptyRegisters();
    this.saved.set(t, saved);
    saved.set(this.world.cpu.x);
  }

  /** `t` has come to run, by step number `step`. */
  after(step: number, t: Process): void {
    this.registers.check(t, this.saved.get(t) ?? this.first(t));
    this.user.checkTranslation(t);
    this.user.checkDevices();
    this.memory.checkWritten();
    this.invariants.check();
    this.comparison.check();
    if (step % MEMORY_PERIOD !== 0) return;
    const processes = this.world.model.all(); // the dead, too: they may have kept memory
    this.checkMemory([processes[(step / MEMORY_PERIOD) % processes.length]]);
  }

  /** What a process finds that runs for the first time. */
  private first(t: Process): Saved {
    const saved = emptyRegisters();
    saved[PC] = t.entry;
    saved[SP] = t.stack;
    return saved;
  }

  /** All frames, and memory and rights of these processes. */
  checkMemory(processes = this.world.model.all()): void {
    this.memory.checkFrames();
    for (const p of processes) {
      this.memory.checkProcess(p);
      this.comparison.rights(p);
    }
  }
}
