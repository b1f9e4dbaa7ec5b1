// What init does for the machine, lest all be dead or blocked: it buries its children, and builds as many processes as a history
// wants, some of them services of the well-known endpoints, drivers, parents.

import * as C from "../../../abi/construct.ts";
import {
  PRIVILEGE_DEVICES,
  PRIVILEGE_DMA,
  PRIVILEGE_INITRD,
  PRIVILEGE_LOG,
  PRIVILEGE_SPAWN,
} from "../../../abi/endpoints.ts";
import { CODE_BASE } from "../../../abi/program.ts";
import * as S from "../../../abi/syscall.ts";
import { type Process, STATE } from "../model/state.ts";
import { U64_MAX } from "../model/words.ts";
import type { Draft } from "./draft.ts";
import type { Hand } from "./hand.ts";

const [WNOHANG, WNOWAIT] = [1n, 2n];
const NAME = 0x8000n;
const CODE = BigInt(CODE_BASE);
const STACK_TOP = CODE + 0x8000n;
const INIT_PRIORITY = 20;
/** Of a hundred new processes, so many get this. */
const CHANCE = {
  service: 60,
  device: 25,
  privileges: 40,
  floatingPoint: 10,
  region: 40,
  quota: 10,
  large: 10,
  heir: 50,
};
/** 64 KiB pages of a process whose memory needs a second translation table. */
const LARGE_PAGES = 34;
const PRIVILEGE_MAX = 127;

export class Upkeep {
  /** What is left to do for the process that is being built, and those that had such a plan. */
  private plan: Draft[] = [];
  private target?: Process;
  private readonly planned = new WeakSet<Process>();

  constructor(
    private readonly hand: Hand,
    private readonly processes: number,
    /** Its processes build others. */
    private readonly builders: boolean,
  ) {}

  next(t: Process): Draft | undefined {
    const { random, model } = this.hand;
    if (this.plan.length > 0 && this.target?.state === STATE.BUILDING) return this.plan.shift();
    const dead = this.hand.children(t).filter(({ state }) => state === STATE.ZOMBIE);
    if (dead.length > 0 && random.chance(60)) return this.bury(dead);
    this.target = this.hand.building(t).find((p) => !this.planned.has(p));
    if (this.target) {
      this.planned.add(this.target);
      this.plan = this.build(BigInt(this.target.pid));
      return this.plan.shift();
    }
    const running = model.all().filter(({ alive, state }) => alive && state !== STATE.BUILDING);
    return running.length > this.processes ? undefined : { number: S.SYS_PROC_CREATE, x: [NAME, 4n, 0n] };
  }

  /** Collects a dead child, or only takes note of it, so that its memory is there for the next one. */
  private bury(dead: Process[]): Draft {
    const { random } = this.hand;
    const noted = dead.filter((each) => each.noted);
    const target =
      noted.length > 2 || random.chance(30)
        ? BigInt(random.pick(noted.length > 0 ? noted : dead).pid)
        : U64_MAX;
    return {
      number: S.SYS_WAIT4,
      x: [target, 0n, target === U64_MAX && random.chance(40) ? WNOWAIT : WNOHANG],
    };
  }

  private build(pid: bigint): Draft[] {
    const { random, model } = this.hand;
    const configure = (what: number, value: number, extra = 0): Draft => ({
      number: S.SYS_PROC_CONFIGURE,
      x: [pid, BigInt(what), BigInt(value), BigInt(extra)],
    });
    const plan = [
      random.chance(CHANCE.large)
        ? configure(C.CONFIG_MEMORY, LARGE_PAGES, LARGE_PAGES + 1)
        : configure(C.CONFIG_MEMORY, random.between(1, 2), random.between(2, 4)),
      configure(C.CONFIG_PRIORITY, random.pick([5, 8, 8, 8, 10, 12, random.between(0, INIT_PRIORITY)])),
      configure(C.CONFIG_MESSAGE_PRIORITY, random.between(1, 3)),
    ];
    const orphans = model.endpoints.filter(({ id, index, owner }) => id !== 0 && index <= 5 && !owner);
    if (orphans.length > 0 && random.chance(CHANCE.service))
      plan.push(
        configure(
          C.CONFIG_RECEIVE,
          (random.chance(60) ? orphans[0] : random.pick(orphans)).id,
          random.below(2),
        ),
      );
    if (random.chance(CHANCE.device)) {
      plan.push(configure(C.CONFIG_DEVICE, random.pick([1, 2, 2]), random.below(4)));
      plan.push(configure(C.CONFIG_PRIVILEGES, random.pick([PRIVILEGE_LOG, PRIVILEGE_DMA, PRIVILEGE_DMA])));
    }
    if (random.chance(CHANCE.privileges))
      plan.push(configure(C.CONFIG_PRIVILEGES, random.below(PRIVILEGE_MAX + 1)));
    if (this.builders)
      plan.push(configure(C.CONFIG_PRIVILEGES, PRIVILEGE_SPAWN | PRIVILEGE_DEVICES | PRIVILEGE_INITRD));
    if (random.chance(CHANCE.floatingPoint)) plan.push(configure(C.CONFIG_FLOATING_POINT, 1));
    if (random.chance(CHANCE.quota))
      plan.push(configure(C.CONFIG_QUOTA, random.between(1, 4), random.below(6)));
    if (random.chance(CHANCE.region))
      plan.push({ number: S.SYS_PROC_REGION, x: [pid, CODE + 0x4000n, 4n, 3n] });
    const dead = model
      .all()
      .filter(({ state, parent, memory }) => state === STATE.ZOMBIE && parent === 1 && memory.keepFrom);
    if (dead.length > 0 && random.chance(CHANCE.heir))
      plan.push({ number: S.SYS_PROC_INHERIT, x: [pid, BigInt(random.pick(dead).pid)] });
    return [...plan, { number: S.SYS_PROC_START, x: [pid, CODE + 0x100n, STACK_TOP] }];
  }
}
