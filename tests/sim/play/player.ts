// What a simulated process does next. Each has a role, which weighs the actions; each history has a profile, which weighs roles
// and may exhaust one table or another.

import { SYS_YIELD } from "../../../abi/syscall.ts";
import type { Model } from "../model/model.ts";
import type { Process } from "../model/state.ts";
import type { Random } from "../random.ts";
import type { Draft } from "./draft.ts";
import { FILE_ACTIONS } from "./files.ts";
import { Hand } from "./hand.ts";
import { MEMORY_ACTIONS } from "./memory.ts";
import { MESSAGE_ACTIONS } from "./messages.ts";
import { PROCESS_ACTIONS } from "./processes.ts";
import { Upkeep } from "./upkeep.ts";

const ACTIONS = { ...MESSAGE_ACTIONS, ...MEMORY_ACTIONS, ...FILE_ACTIONS, ...PROCESS_ACTIONS };
type Weights = Partial<Record<keyof typeof ACTIONS, number>>;

const EVERYBODY: Weights = { yieldTurn: 2, ask: 2, unknown: 1, exists: 1, stats: 1, systemInfo: 1 };

const ROLES = {
  server: {
    ...EVERYBODY,
    receive: 30,
    serve: 60,
    reply: 25,
    replyReceive: 20,
    read: 25,
    write: 25,
    drain: 8,
    create: 3,
    grant: 6,
    revoke: 2,
    destroy: 1,
    send: 2,
    call: 1,
    notify: 2,
    objectMap: 4,
    objectUnmap: 2,
    irqAck: 5,
    requestIrq: 3,
    mapMmio: 2,
    dmaAlloc: 2,
    objectPin: 2,
    objectUnpin: 1,
    driverRegister: 2,
    procCreate: 3,
    procConfigure: 3,
    logRead: 2,
    memoryKeep: 2,
    exit: 0.3,
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
    pipe: 3,
    onPath: 2,
    stat: 2,
    onDescriptor: 12,
    close: 4,
    dup2: 2,
    poll: 3,
    socket: 6,
    library: 1,
    spawn: 1,
    objectCreate: 2,
    objectMap: 2,
    objectGrant: 2,
    wait: 1,
    memoryGrow: 1,
    exit: 0.3,
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
    exit: 0.3,
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
    procInherit: 6,
    abandon: 2,
    objectCreate: 3,
    objectWrite: 2,
    objectSeal: 2,
    wait: 10,
    kill: 2,
    call: 5,
    receive: 4,
    notify: 2,
    exit: 0.5,
  },
} satisfies Record<string, Weights>;
type Role = keyof typeof ROLES;

/** init keeps the machine alive (upkeep.ts) and otherwise mostly waits. */
const INIT: Weights = {
  ...EVERYBODY,
  receive: 20,
  wait: 2,
  kill: 1,
  call: 5,
  send: 12,
  notify: 12,
  create: 1,
  reply: 3,
  replyReceive: 3,
  drain: 1,
  objectMap: 1,
  procConfigure: 1,
  exit: 0,
};

interface Profile {
  /** How often it is played. */
  weight: number;
  roles: Partial<Record<Role, number>>;
  /** What everybody does besides. */
  more: Weights;
  processes: number;
}

const PROFILES: Record<string, Profile> = {
  mixed: { weight: 4, roles: { server: 4, client: 5, sharer: 1, parent: 1 }, more: {}, processes: 10 },
  messages: { weight: 4, roles: { server: 4, client: 6 }, more: {}, processes: 8 },
  pair: { weight: 2, roles: { server: 1, client: 1 }, more: {}, processes: 2 },
  deaths: {
    weight: 3,
    roles: { server: 3, client: 4, parent: 2 },
    more: { exit: 4, kill: 3 },
    processes: 12,
  },
  memory: { weight: 3, roles: { sharer: 6, parent: 1 }, more: {}, processes: 6 },
  files: {
    weight: 5,
    roles: { server: 2, client: 5 },
    more: { open: 12, onDescriptor: 40, close: 2, dup2: 4, socket: 16, poll: 10 },
    processes: 6,
  },
  signals: {
    weight: 4,
    roles: { server: 2, client: 5, parent: 1 },
    more: { kill: 15, catchSignals: 10, open: 12, onDescriptor: 60 },
    processes: 8,
  },
  builders: { weight: 2, roles: { parent: 4, sharer: 1 }, more: {}, processes: 5 },
  flood: {
    weight: 1,
    roles: { client: 4, server: 1 },
    more: { send: 120, create: 4, grant: 5 },
    processes: 16,
  },
  endpoints: { weight: 1, roles: { client: 1, server: 1 }, more: { create: 60, grant: 5 }, processes: 16 },
  crowd: { weight: 1, roles: { parent: 3, client: 1 }, more: { procCreate: 40 }, processes: 16 },
  objects: { weight: 1, roles: { sharer: 1 }, more: { objectCreate: 60 }, processes: 16 },
  descriptors: {
    weight: 1,
    roles: { client: 3, server: 2 },
    more: { dup2: 60, open: 10, pipe: 10 },
    processes: 6,
  },
};

const TRIES = 30;
const SERVES_PERCENT = 80;

interface Named {
  name: string;
  draft: Draft;
}

export class Player {
  private readonly hand: Hand;
  private readonly upkeep: Upkeep;
  private readonly roles = new Map<Process, Weights>();
  readonly profile: string;

  constructor(
    private readonly random: Random,
    model: Model,
  ) {
    this.hand = new Hand(random, model);
    this.profile = random.weighted(mapValues(PROFILES, ({ weight }) => weight));
    this.upkeep = new Upkeep(this.hand, PROFILES[this.profile].processes, this.profile === "builders");
  }

  /** Whoever owns an endpoint serves it, mostly. */
  private weights(t: Process): Weights {
    if (t.pid !== 1 && this.hand.owned(t).length > 0 && this.random.chance(SERVES_PERCENT))
      return ROLES.server;
    let weights = this.roles.get(t);
    if (!weights) {
      const { roles, more } = PROFILES[this.profile];
      weights = { ...(t.pid === 1 ? INIT : ROLES[this.random.weighted(roles)]), ...more };
      this.roles.set(t, weights);
    }
    return weights;
  }

  /** The call that `t` makes next. */
  next(t: Process): Named {
    const care = t.pid === 1 && !this.random.chance(20) ? this.upkeep.next(t) : undefined;
    if (care) return { name: "upkeep", draft: care };
    for (let i = 0; i < TRIES; i++) {
      const name = this.random.weighted(this.weights(t));
      const draft = ACTIONS[name](this.hand, t);
      if (draft) return { name, draft };
    }
    return { name: "yieldTurn", draft: { number: SYS_YIELD } };
  }
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
