// One history: a machine is booted, and its processes, which the simulation plays, do what chance says, step by step. A step
// is one entry into the kernel: a system call, an interrupt or a fault of the thread that runs. After each the model is told,
// and everything is compared (checks.ts). The seed decides all.

import { PAGE_SIZE } from "../../abi/limits.ts";
import {
  SYS_EP_CALL,
  SYS_EP_REPLY_RECV,
  SYS_KILL,
  SYS_MAP_MMIO,
  SYS_PROC_CREATE,
} from "../../abi/syscall.ts";
import { Checks } from "./checks.ts";
import { Events } from "./events.ts";
import type { Call } from "./model/call.ts";
import { CLASS, accessFault, fault } from "./model/entries.ts";
import type { Model } from "./model/model.ts";
import type { Process } from "./model/state.ts";
import { perform } from "./model/system_calls.ts";
import type { Draft } from "./play/draft.ts";
import { Player } from "./play/player.ts";
import { Random } from "./random.ts";
import { Trace, describeCall } from "./trace.ts";
import { UserSide } from "./user_side.ts";
import { World } from "./world.ts";

const MIB = 1 << 20;
const RAM_SIZES_MIB = [2, 4, 8, 8];
const INIT_PID = 1;
const CHANCE = { traced: 10, access: 8, crash: 0.4, floatingPoint: 0.5, usedSlots: 20 };
/** Past the 64 slots that one word of cancelled calls has room for, now and then. */
const USED_SLOTS = { min: 40, max: 75 };
const NAME = 0x8000n;
const SIGKILL = 9n;
const DATA_ABORT_TRANSLATION = 0x07n; // fault status code, level 3
const DATA_ABORT_PERMISSION = 0x0fn;
const WRITE_NOT_READ = 1n << 6n;
const CLASS_SHIFT = 26n;

/** A step went wrong: what, where, and how to see it again. */
export class HistoryFailure extends Error {
  constructor(
    message: string,
    /** How far the history came. */
    readonly steps: number,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

export class History {
  private readonly world: World;
  private readonly random: Random;
  private readonly player: Player;
  private readonly user: UserSide;
  private readonly events: Events;
  private readonly checks: Checks;
  private readonly trace = new Trace();
  private steps = 0;

  /** With ram_mib given: for a directed history, step by step with call(). */
  constructor(
    module: WebAssembly.Module,
    private readonly seed: number,
    ram_mib?: number,
  ) {
    this.random = new Random(seed);
    const traced = ram_mib === undefined && this.random.chance(CHANCE.traced);
    const ram = (ram_mib ?? this.random.pick(RAM_SIZES_MIB)) * MIB;
    this.world = new World(module, ram, traced ? "trace=t" : undefined);
    this.player = new Player(this.random, this.world.model);
    this.user = new UserSide(this.world, this.random);
    this.events = new Events(this.world, this.random);
    this.checks = new Checks(this.world, this.user);
  }

  /** Takes `steps` steps. Throws a HistoryFailure that tells the seed and the last steps. */
  run(steps: number): void {
    try {
      if (this.random.chance(CHANCE.usedSlots)) this.useSlots();
      for (; this.steps < steps; this.steps++) this.step();
      this.checks.checkMemory();
    } catch (error) {
      const what = error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error);
      const where = `seed ${this.seed}, profile ${this.player.profile}, step ${this.steps}`;
      throw new HistoryFailure(
        `${what}\n${where}; again: ./hnx soak --seed ${this.seed}\n${this.trace.text()}`,
        this.steps,
        error,
      );
    }
  }

  /** Many processes have been: the next ones get slots that only a long history would come to. */
  private useSlots(): void {
    const count = this.random.between(USED_SLOTS.min, USED_SLOTS.max);
    for (let i = 0; i < count; i++) {
      this.call(INIT_PID, { number: SYS_PROC_CREATE, x: [NAME, 4n, 0n] });
      const created = Math.max(...this.model.all().map(({ pid }) => pid));
      this.call(INIT_PID, { number: SYS_KILL, x: [BigInt(created), SIGKILL] });
    }
  }

  /** One system call of process `pid`, which must be the one that runs. */
  call(pid: number, draft: Draft): void {
    if (this.current.pid !== pid) throw new Error(`pid ${this.current.pid} runs, not ${pid}`);
    this.begin();
    this.systemCall("directed", draft);
    this.checks.after(this.steps++, this.current);
    this.checks.checkMemory();
  }

  get model(): Model {
    return this.world.model;
  }

  private get current(): Process {
    const t = this.world.model.scheduler.current;
    if (!t) throw new Error("nobody runs");
    return t;
  }

  private begin(): void {
    this.events.begin();
    this.user.scramble(this.current);
  }

  private step(): void {
    const { random } = this;
    this.events.letTimePass();
    this.begin();
    if (this.world.machine.interrupts.pending) this.interrupt();
    else if (random.chance(CHANCE.access)) this.access();
    else if (random.chance(CHANCE.crash)) this.crash();
    else if (random.chance(CHANCE.floatingPoint)) this.fault(CLASS.FLOATING_POINT);
    else this.playedCall();
    this.checks.after(this.steps, this.current);
  }

  /** `t` is about to enter the kernel: what it has in its registers, and when. */
  private enter(t: Process, what: () => string): void {
    this.trace.add(this.steps, () => `pid ${t.pid}: ${what()}`);
    this.checks.save(t);
    this.world.view.time = this.world.machine.interrupts.counter;
  }

  private interrupt(): void {
    const t = this.current;
    this.enter(t, () => "interrupt");
    this.world.cpu.interrupt();
    t.expected = { kind: "interrupted" };
    this.events.tellEntry();
    this.events.leave(t);
  }

  private playedCall(): void {
    const { name, draft } = this.player.next(this.current);
    this.systemCall(name, draft);
  }

  private systemCall(name: string, draft: Draft): void {
    const t = this.current;
    const { cpu, machine, model } = this.world;
    const call = this.user.prepare(t, draft);
    this.enter(t, () => describeCall(name, call));
    t.pageBefore = this.user.pageData(t);
    if (!machine.traced && this.takesFastPath(call)) {
      perform(model, t, call);
      model.scheduler.switchDirectly();
      return;
    }
    cpu.systemCall(call.number);
    perform(model, t, call);
    this.events.leave(t);
    if (call.number === SYS_MAP_MMIO && this.current === t) this.user.startDevice(call);
  }

  private takesFastPath(call: Call): boolean {
    if (call.number === SYS_EP_CALL) return this.world.cpu.fastCall();
    return call.number === SYS_EP_REPLY_RECV && this.world.cpu.fastReplyReceive();
  }

  /** Loads or stores; what is not there yet becomes a fault first. */
  private access(): void {
    const t = this.current;
    const { address, write, result } = this.user.access(t);
    // The machine ends with init, so that does nothing that could end it.
    const ends = t.pid === INIT_PID && !this.user.mayTouch(t, address, write);
    if (result === "done" || ends) {
      this.playedCall();
      return;
    }
    const missing = result === "missing";
    const status = missing ? DATA_ABORT_TRANSLATION : DATA_ABORT_PERMISSION;
    this.enter(t, () => `${write ? "store to" : "load of"} 0x${address.toString(16)}`);
    this.enterFault(t, CLASS.DATA_ABORT, status | (write ? WRITE_NOT_READ : 0n), BigInt(address));
    accessFault(this.world.model, t, Math.floor(address / PAGE_SIZE), write, missing);
    this.events.leave(t);
  }

  private enterFault(t: Process, exceptionClass: number, status: bigint, address: bigint): void {
    this.world.cpu.fault((BigInt(exceptionClass) << CLASS_SHIFT) | status, address);
    t.expected = { kind: "interrupted" };
  }

  private crash(): void {
    this.fault(this.random.pick([CLASS.SVC, CLASS.BREAKPOINT, CLASS.INSTRUCTION_ABORT, CLASS.UNDEFINED]));
  }

  private fault(exceptionClass: number): void {
    const t = this.current;
    if (t.pid === INIT_PID) {
      this.playedCall();
      return;
    }
    this.enter(t, () => `fault of class 0x${exceptionClass.toString(16)}`);
    this.enterFault(t, exceptionClass, 0n, 0n);
    fault(this.world.model, t, exceptionClass);
    this.events.leave(t);
  }
}
