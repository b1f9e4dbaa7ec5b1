// What init does for the machine, lest all be dead or blocked: it buries its children, and builds as many processes as a history
// wants, some of them services of the well-known endpoints, drivers, parents.

import * as C from "../../../abi/construct.ts";
import { CODE_BASE } from "../../../abi/program.ts";
import * as S from "../../../abi/syscall.ts";
import { type Process, STATE } from "../model/state.ts";
import { U64_MAX } from "../model/words.ts";
import type { Draft } from "./draft.ts";
import type { Hand } from "./hand.ts";

const WNOHANG = 1n;
const NAME = 0x8000n;
const CODE = BigInt(CODE_BASE);
const STACK_TOP = CODE + 0x8000n;
const INIT_PRIORITY = 20;
/** Of a hundred new processes, so many get this. */
const CHANCE = { service: 60, device: 25, privileges: 40, floatingPoint: 10, region: 40, quota: 10 };
const PRIVILEGE_MAX = 127;

export class Upkeep {
  /** What is left to do for the process that is being built, and those that had such a plan. */
  private plan: Draft[] = [];
  private target?: Process;
  private readonly planned = new WeakSet<Process>();

  constructor(
    private readonly hand: Hand,
    private readonly processes: number,
  ) {}

  next(t: Process): Draft | undefined {
    const { random, model } = this.hand;
    if (this.plan.length > 0 && this.target?.state === STATE.BUILDING) return this.plan.shift();
    if (this.hand.children(t).some(({ state }) => state === STATE.ZOMBIE) && random.chance(60))
      return { number: S.SYS_WAIT4, x: [U64_MAX, 0n, WNOHANG] };
    this.target = this.hand.building(t).find((p) => !this.planned.has(p));
    if (this.target) {
      this.planned.add(this.target);
      this.plan = this.build(BigInt(this.target.pid));
      return this.plan.shift();
    }
    const running = model.all().filter(({ alive, state }) => alive && state !== STATE.BUILDING);
    return running.length > this.processes ? undefined : { number: S.SYS_PROC_CREATE, x: [NAME, 4n, 0n] };
  }

  private build(pid: bigint): Draft[] {
    const { random, model } = this.hand;
    const configure = (what: number, value: number, extra = 0): Draft => ({
      number: S.SYS_PROC_CONFIGURE,
      x: [pid, BigInt(what), BigInt(value), BigInt(extra)],
    });
    const plan = [
      configure(C.CONFIG_MEMORY, random.between(1, 2), random.between(2, 4)),
      configure(C.CONFIG_PRIORITY, random.pick([5, 8, 8, 8, 10, 12, random.between(0, INIT_PRIORITY)])),
      configure(C.CONFIG_MESSAGE_PRIORITY, random.between(1, 3)),
    ];
    const orphans = model.endpoints.filter(({ id, index, owner }) => id !== 0 && index <= 5 && !owner);
    if (orphans.length > 0 && random.chance(CHANCE.service)) plan.push(configure(C.CONFIG_RECEIVE, random.pick(orphans).id));
    if (random.chance(CHANCE.device)) plan.push(configure(C.CONFIG_DEVICE, random.pick([1, 2, 2]), random.below(4)));
    if (random.chance(CHANCE.privileges)) plan.push(configure(C.CONFIG_PRIVILEGES, random.below(PRIVILEGE_MAX + 1)));
    if (random.chance(CHANCE.floatingPoint)) plan.push(configure(C.CONFIG_FLOATING_POINT, 1));
    if (random.chance(CHANCE.quota)) plan.push(configure(C.CONFIG_QUOTA, random.between(1, 4), random.below(6)));
    if (random.chance(CHANCE.region)) plan.push({ number: S.SYS_PROC_REGION, x: [pid, CODE + 0x4000n, 4n, 3n] });
    return [...plan, { number: S.SYS_PROC_START, x: [pid, CODE + 0x100n, STACK_TOP] }];
  }
}
