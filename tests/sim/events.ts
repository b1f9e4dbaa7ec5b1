// What happens to a machine from outside while a history runs: time passes, the timer comes, devices interrupt. Every interrupt
// that the kernel takes is recorded, so that the model can be told of it after the step.

import { interrupt } from "./model/entries.ts";
import type { Process } from "./model/state.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

const STEP_TICKS = 20_000; // at most, between two steps: 20 µs
const SECOND_TICKS = 1_000_000_000n;
const IDLE_MAX = 1000;
const CHANCE = { preempt: 3, device: 3, deviceWhileIdle: 20 };

/** Interrupts that one entry, or one wait within it, took. */
type Claims = { id: number; time: bigint }[];

export class Events {
  /** Those of the entry itself, then those that ended each wait for an interrupt. */
  private claims: Claims[] = [];

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {
    const { interrupts } = world.machine;
    interrupts.onClaim = (id) => void this.claims.at(-1)?.push({ id, time: interrupts.counter });
    world.machine.onIdle = () => this.idle();
  }

  /** A step begins. */
  begin(): void {
    this.claims = [[]];
  }

  /** The running thread computes for a while. */
  letTimePass(): void {
    const { interrupts } = this.world.machine;
    interrupts.counter += BigInt(this.random.below(STEP_TICKS));
    if (this.random.chance(CHANCE.preempt)) this.letTimerCome();
    if (this.random.chance(CHANCE.device)) this.raiseDevice();
  }

  /** The running thread computes until the timer interrupts, unless that would take ages. */
  private letTimerCome(): void {
    const { interrupts } = this.world.machine;
    const { timer, counter } = interrupts;
    if (timer !== undefined && timer > counter && timer - counter < SECOND_TICKS) interrupts.counter = timer;
  }

  private raiseDevice(): void {
    const routed = [...this.world.model.routes.keys()];
    if (routed.length > 0) this.world.machine.interrupts.raise(this.random.pick(routed));
  }

  /** The kernel waits for an interrupt: the timer comes, or a device. */
  private idle(): void {
    const { interrupts } = this.world.machine;
    this.claims.push([]);
    if (this.claims.length > IDLE_MAX)
      throw new Error("interrupt after interrupt comes, and nobody is ever ready");
    if (this.random.chance(CHANCE.deviceWhileIdle)) this.raiseDevice();
    if (interrupts.pending) return;
    if (interrupts.timer === undefined)
      throw new Error("the core waits for an interrupt that nothing can cause");
    interrupts.counter = interrupts.timer;
  }

  private tell(claims: Claims): void {
    for (const { id, time } of claims) {
      this.world.view.time = time;
      interrupt(this.world.model, id);
    }
  }

  /** Tells the model of the interrupts that the entry itself took. */
  tellEntry(): void {
    this.tell(this.claims[0]);
  }

  /** The entry of `t` ends: the model chooses who runs next, with what happened while the core was idle. */
  leave(t: Process): void {
    this.world.model.scheduler.leave(
      t,
      this.claims.slice(1).map((claims) => () => this.tell(claims)),
    );
  }
}
