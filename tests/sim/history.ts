// One history: a machine is booted, and its processes, which the simulation plays, do what chance says, step by step. A step
// is one entry into the kernel: a system call, an interrupt or a fault of the thread that runs. After each the model is told,
// and everything is compared. The seed decides all.
//
// Checked after every step: the registers of the thread that runs, all that was written to user memory, every queue and count
// (invariants.ts), every process and endpoint against the model (compare.ts). Every MEMORY_PERIOD steps: all frames, and
// the memory and rights of one process after another.

import { PAGE_SIZE } from "../../abi/limits.ts";
import { SYS_EP_CALL, SYS_EP_REPLY_RECV } from "../../abi/syscall.ts";
import { Comparison } from "./compare.ts";
import { PC, SP } from "./cpu.ts";
import { Invariants } from "./invariants.ts";
import { MemoryInvariants } from "./memory_invariants.ts";
import type { Call } from "./model/call.ts";
import { CLASS, accessFault, fault, interrupt } from "./model/entries.ts";
import type { Model } from "./model/model.ts";
import type { Process } from "./model/state.ts";
import { perform } from "./model/system_calls.ts";
import type { Draft } from "./play/draft.ts";
import { Player } from "./play/player.ts";
import { Random } from "./random.ts";
import { RegisterCheck, type Saved, emptyRegisters } from "./registers.ts";
import { Trace, describeCall } from "./trace.ts";
import { UserSide } from "./user_side.ts";
import { World } from "./world.ts";

const MIB = 1 << 20;
const RAM_SIZES_MIB = [2, 4, 8, 8];
const MEMORY_PERIOD = 32;
const STEP_TICKS = 20_000; // at most, between two steps: 20 µs
const CHANCE = { preempt: 6, device: 3, access: 10, crash: 0.4, floatingPoint: 0.5 };
const DATA_ABORT_TRANSLATION = 0x07n; // fault status code, level 3
const DATA_ABORT_PERMISSION = 0x0fn;
const WRITE_NOT_READ = 1n << 6n;
const CLASS_SHIFT = 26n;

/** Interrupts that one entry, or one wait within it, took. */
type Claims = { id: number; time: bigint }[];

/** A step went wrong: what, where, and how to see it again. */
export class HistoryFailure extends Error {}

export class History {
  private readonly world: World;
  private readonly random: Random;
  private readonly player: Player;
  private readonly user: UserSide;
  private readonly registers: RegisterCheck;
  private readonly invariants: Invariants;
  private readonly memory: MemoryInvariants;
  private readonly comparison: Comparison;
  private readonly saved = new Map<Process, Saved>();
  private readonly trace = new Trace();
  private claims: Claims[] = [];
  private steps = 0;

  constructor(
    module: WebAssembly.Module,
    private readonly seed: number,
    ram_mib?: number,
  ) {
    this.random = new Random(seed);
    const world = new World(module, (ram_mib ?? this.random.pick(RAM_SIZES_MIB)) * MIB);
    this.world = world;
    this.player = new Player(this.random, world.model);
    this.user = new UserSide(world, this.random);
    this.registers = new RegisterCheck(world.cpu, world.view);
    this.invariants = new Invariants(world.view);
    this.memory = new MemoryInvariants(world.view, world.model, world.frames, world.kernelFrames);
    this.comparison = new Comparison(world.view, world.model);
    const { interrupts } = world.machine;
    interrupts.onClaim = (id) => void this.claims.at(-1)?.push({ id, time: interrupts.counter });
    world.machine.onIdle = () => this.idle();
  }

  /** Takes `steps` steps. Throws a HistoryFailure that tells the seed and the last steps. */
  run(steps: number): void {
    try {
      for (; this.steps < steps; this.steps++) this.step();
      this.checkMemory(true);
    } catch (error) {
      const what = error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error);
      const where = `seed ${this.seed}, profile ${this.player.profile}, step ${this.steps}`;
      throw new HistoryFailure(
        `${what}\n${where}; again: ./hnx soak --seed ${this.seed}\n${this.trace.text()}`,
        { cause: error },
      );
    }
  }

  /** One system call of process `pid`, which must be the one that runs. → the model's word on what it finds. */
  call(pid: number, draft: Draft): void {
    if (this.current.pid !== pid) throw new Error(`pid ${this.current.pid} runs, not ${pid}`);
    this.begin();
    this.systemCall("directed", draft);
    this.check();
    this.checkMemory(true);
    this.steps++;
  }

  get model(): Model {
    return this.world.model;
  }

  private get current(): Process {
    const t = this.world.model.scheduler.current;
    if (!t) throw new Error("nobody runs");
    return t;
  }

  private step(): void {
    const { random } = this;
    const { interrupts } = this.world.machine;
    interrupts.counter += BigInt(random.below(STEP_TICKS));
    if (random.chance(CHANCE.preempt) && interrupts.timer !== undefined && interrupts.timer > interrupts.counter)
      interrupts.counter = interrupts.timer;
    if (random.chance(CHANCE.device)) this.raiseDevice();
    this.begin();
    if (interrupts.pending) this.interrupt();
    else if (random.chance(CHANCE.access)) this.access();
    else if (random.chance(CHANCE.crash)) this.crash();
    else if (random.chance(CHANCE.floatingPoint)) this.fault(CLASS.FLOATING_POINT);
    else this.playedCall();
    this.check();
  }

  private begin(): void {
    this.claims = [[]];
    this.user.scramble(this.current);
  }

  private raiseDevice(): void {
    const routed = [...this.world.model.routes.keys()];
    if (routed.length > 0) this.world.machine.interrupts.raise(this.random.pick(routed));
  }

  /** The kernel waits for an interrupt: the timer comes, or a device. */
  private idle(): void {
    const { interrupts } = this.world.machine;
    this.claims.push([]);
    if (this.random.chance(20)) this.raiseDevice();
    if (interrupts.pending) return;
    if (interrupts.timer === undefined) throw new Error("the core waits for an interrupt that nothing can cause");
    interrupts.counter = interrupts.timer;
  }

  private tell(claims: Claims): void {
    for (const { id, time } of claims) {
      this.world.view.time = time;
      interrupt(this.world.model, id);
    }
  }

  /** The entry of `t` ends: the model chooses who runs next, with what happened while the core was idle. */
  private leave(t: Process): void {
    this.world.model.scheduler.leave(
      t,
      this.claims.slice(1).map((claims) => () => this.tell(claims)),
    );
  }

  /** The running thread's registers, as it had them when it entered the kernel. */
  private save(t: Process): void {
    let saved = this.saved.get(t);
    if (!saved) this.saved.set(t, (saved = emptyRegisters()));
    saved.set(this.world.cpu.x);
    this.world.view.time = this.world.machine.interrupts.counter;
  }

  private interrupt(): void {
    const t = this.current;
    this.trace.add(this.steps, () => `pid ${t.pid}: interrupt`);
    this.save(t);
    this.world.cpu.interrupt();
    t.expected = { kind: "interrupted" };
    this.tell(this.claims[0]);
    this.leave(t);
  }

  private playedCall(): void {
    const { name, draft } = this.player.next(this.current);
    this.systemCall(name, draft);
  }

  private systemCall(name: string, draft: Draft): void {
    const t = this.current;
    const { cpu, model } = this.world;
    const call = this.user.prepare(t, draft);
    this.trace.add(this.steps, () => `pid ${t.pid}: ${describeCall(name, call)}`);
    this.save(t);
    t.pageBefore = this.user.pageData(t);
    if (this.takesFastPath(call)) {
      perform(model, t, call);
      model.scheduler.switchDirectly();
      return;
    }
    cpu.systemCall(call.number);
    perform(model, t, call);
    this.leave(t);
  }

  private takesFastPath(call: Call): boolean {
    if (call.number === SYS_EP_CALL) return this.world.cpu.fastCall();
    return call.number === SYS_EP_REPLY_RECV && this.world.cpu.fastReplyReceive();
  }

  /** Loads or stores; what is not there yet becomes a fault first. */
  private access(): void {
    const t = this.current;
    const { address, write, result } = this.user.access(t);
    if (result === "done") {
      this.playedCall();
      return;
    }
    if (t.pid === 1 && !this.user.mayTouch(t, address, write)) return this.playedCall();
    this.trace.add(this.steps, () => `pid ${t.pid}: ${write ? "store to" : "load of"} 0x${address.toString(16)}`);
    const missing = result === "missing";
    const status = missing ? DATA_ABORT_TRANSLATION : DATA_ABORT_PERMISSION;
    this.enterFault(t, CLASS.DATA_ABORT, status | (write ? WRITE_NOT_READ : 0n), BigInt(address));
    accessFault(this.world.model, t, Math.floor(address / PAGE_SIZE), write, missing);
    this.leave(t);
  }

  private enterFault(t: Process, exceptionClass: number, status: bigint, address: bigint): void {
    this.save(t);
    this.world.cpu.fault((BigInt(exceptionClass) << CLASS_SHIFT) | status, address);
    t.expected = { kind: "interrupted" };
  }

  private crash(): void {
    this.fault(this.random.pick([CLASS.SVC, CLASS.BREAKPOINT, CLASS.INSTRUCTION_ABORT, CLASS.UNDEFINED]));
  }

  private fault(exceptionClass: number): void {
    const t = this.current;
    if (t.pid === 1) return this.playedCall(); // the machine ends with init
    this.trace.add(this.steps, () => `pid ${t.pid}: fault of class 0x${exceptionClass.toString(16)}`);
    this.enterFault(t, exceptionClass, 0n, 0n);
    fault(this.world.model, t, exceptionClass);
    this.leave(t);
  }

  private check(): void {
    const t = this.current;
    let saved = this.saved.get(t);
    if (!saved) {
      saved = emptyRegisters();
      saved[PC] = t.entry;
      saved[SP] = t.stack;
      this.saved.set(t, saved);
    }
    this.registers.check(t, saved);
    this.user.checkTranslation(t);
    this.memory.checkWritten();
    this.invariants.check();
    this.comparison.check();
    if (this.steps % MEMORY_PERIOD === 0) this.checkMemory(false);
  }

  /** Frames, and one process after another, or all. */
  private checkMemory(all: boolean): void {
    const live = this.world.model.all().filter((p) => p.alive);
    this.memory.checkFrames();
    const turn = Math.floor(this.steps / MEMORY_PERIOD) % live.length;
    for (const p of all ? live : [live[turn]]) {
      this.memory.checkProcess(p);
      this.comparison.rights(p);
    }
  }
}
