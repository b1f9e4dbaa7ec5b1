// What a simulated process does next. Each has a role, which weighs the actions; each history has a profile, which weighs roles
// and may exhaust one table or another.

import type { Model } from "../model/model.ts";
import { type Process, STATE } from "../model/state.ts";
import type { Random } from "../random.ts";
import type { Draft } from "./draft.ts";
import { FILE_ACTIONS } from "./files.ts";
import { Hand } from "./hand.ts";
import { MEMORY_ACTIONS } from "./memory.ts";
import { MESSAGE_ACTIONS } from "./messages.ts";
import { PROCESS_ACTIONS } from "./processes.ts";

const ACTIONS = { ...MESSAGE_ACTIONS, ...MEMORY_ACTIONS, ...FILE_ACTIONS, ...PROCESS_ACTIONS };
type ActionName = keyof typeof ACTIONS;
type Weights = Partial<Record<ActionName, number>>;

const EVERYBODY: Weights = { yieldTurn: 2, ask: 2, unknown: 1, exists: 1, stats: 1, systemInfo: 1 };

const ROLES = {
  server: {
    ...EVERYBODY,
    receive: 30,
    serve: 40,
    reply: 25,
    replyReceive: 15,
    read: 8,
    write: 8,
    drain: 8,
    create: 3,
    grant: 6,
    revoke: 2,
    destroy: 1,
    send: 3,
    call: 3,
    notify: 3,
    objectMap: 4,
    objectUnmap: 2,
    irqAck: 5,
    requestIrq: 3,
    mapMmio: 1,
    dmaAlloc: 1,
    objectPin: 2,
    objectUnpin: 1,
    driverRegister: 1,
    logRead: 2,
  },
  client: {
    ...EVERYBODY,
    plainCall: 35,
    call: 25,
    send: 12,
    notify: 6,
    receive: 4,
    open: 6,
    creat: 2,
    onPath: 2,
    stat: 2,
    onDescriptor: 12,
    close: 4,
    dup2: 2,
    network: 2,
    library: 1,
    spawn: 1,
    objectCreate: 2,
    objectGrant: 2,
    wait: 1,
    memoryGrow: 1,
    exit: 1,
    logWrite: 1,
  },
  sharer: {
    ...EVERYBODY,
    objectCreate: 10,
    objectWrite: 6,
    objectSeal: 2,
    objectClose: 5,
    objectMap: 14,
    objectUnmap: 8,
    objectGrant: 10,
    objectRevoke: 6,
    objectPin: 5,
    objectUnpin: 4,
    dmaAlloc: 4,
    memoryGrow: 2,
    call: 8,
    send: 6,
    receive: 5,
    serve: 5,
    create: 2,
    exit: 1,
  },
  parent: {
    ...EVERYBODY,
    procCreate: 8,
    procConfigure: 14,
    procMemory: 6,
    procRegion: 4,
    procMap: 4,
    procWrite: 4,
    procStart: 8,
    objectCreate: 3,
    objectWrite: 2,
    objectSeal: 2,
    wait: 10,
    kill: 4,
    call: 5,
    receive: 4,
    notify: 2,
    exit: 1,
  },
} satisfies Record<string, Weights>;
type Role = keyof typeof ROLES;

/** init keeps the machine alive: children in, the dead out. */
const INIT: Weights = { ...ROLES.parent, kill: 3, receive: 14, send: 3, reply: 3, serve: 0, exit: 0, create: 2 };

const PROFILES: Record<string, { roles: Partial<Record<Role, number>>; more: Weights; processes: number }> = {
  mixed: { roles: { server: 3, client: 4, sharer: 1, parent: 1 }, more: {}, processes: 10 },
  messages: { roles: { server: 4, client: 6 }, more: {}, processes: 8 },
  deaths: { roles: { server: 3, client: 4, parent: 2 }, more: { exit: 6, kill: 6 }, processes: 12 },
  memory: { roles: { sharer: 5, parent: 1 }, more: {}, processes: 6 },
  files: { roles: { server: 3, client: 5 }, more: { open: 20, onDescriptor: 30, close: 6, dup2: 6 }, processes: 8 },
  flood: { roles: { client: 4, server: 1 }, more: { send: 120, create: 4, grant: 5 }, processes: 16 },
  endpoints: { roles: { client: 1, server: 1 }, more: { create: 60, grant: 5 }, processes: 16 },
  crowd: { roles: { parent: 3, client: 1 }, more: { procCreate: 40 }, processes: 16 },
  objects: { roles: { sharer: 1 }, more: { objectCreate: 60 }, processes: 16 },
};

const TRIES = 30;

export class Player {
  private readonly hand: Hand;
  private readonly roles = new Map<Process, Weights>();
  readonly profile: string;

  constructor(
    private readonly random: Random,
    private readonly model: Model,
  ) {
    this.hand = new Hand(random, model);
    this.profile = random.pick(Object.keys(PROFILES));
  }

  private weights(t: Process): Weights {
    let weights = this.roles.get(t);
    if (!weights) {
      const { roles, more } = PROFILES[this.profile];
      weights = { ...(t.pid === 1 ? INIT : ROLES[this.random.weighted(roles)]), ...more };
      this.roles.set(t, weights);
    }
    return weights;
  }

  /** The call that `t` makes next. */
  next(t: Process): { name: string; draft: Draft } {
    if (t.pid === 1 && this.random.chance(60)) {
      const care = this.care(t);
      if (care) return care;
    }
    for (let i = 0; i < TRIES; i++) {
      const name = this.random.weighted(this.weights(t));
      const draft = ACTIONS[name](this.hand, t);
      if (draft) return { name, draft };
    }
    return { name: "ask", draft: ACTIONS.ask(this.hand, t) as Draft };
  }

  /** What init does for the machine: buries the dead, and builds as many processes as the profile wants. */
  private care(t: Process): { name: string; draft: Draft } | undefined {
    const running = this.model.all().filter((p) => p.alive && p.state !== STATE.BUILDING);
    const building = this.hand.building(t);
    const zombies = this.hand.children(t).some((p) => p.state === STATE.ZOMBIE);
    let names: ActionName[] = [];
    if (zombies && this.random.chance(40)) names = ["wait"];
    else if (running.length <= PROFILES[this.profile].processes) {
      if (building.length === 0) names = ["procCreate"];
      else if (building.some(({ memory }) => memory.memoryPages === 0)) names = ["procMemory"];
      else names = ["procStart", "procConfigure", "procConfigure", "procRegion"];
    }
    if (names.length === 0) return undefined;
    const name = this.random.pick(names);
    const draft = ACTIONS[name](this.hand, t);
    return draft && { name, draft };
  }
}
