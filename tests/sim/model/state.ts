// What the reference model knows of processes and endpoints: the words of docs/PROTOCOL.md and docs/SYSCALLS.md as plain data.

import { MAX_ENDPOINTS, MAX_FDS, MAX_MESSAGE_DATA } from "../../../abi/limits.ts";
import { AddressSpace } from "./address_space.ts";
import { layout } from "../layout.ts";

export const STATE = {
  FREE: layout("STATE_FREE"),
  BUILDING: layout("STATE_BUILDING"),
  READY: layout("STATE_READY"),
  SENDING: layout("STATE_SENDING"),
  RECEIVING: layout("STATE_RECEIVING"),
  AWAITING_REPLY: layout("STATE_AWAITING_REPLY"),
  WAITING_CHILD: layout("STATE_WAITING_CHILD"),
  ZOMBIE: layout("STATE_ZOMBIE"),
};

const DEFAULT_PRIORITY = 8;

/** A right that a message carries: the page's record (abi/message.ts, MESSAGE_GRANT). */
export interface Grant {
  kind: number;
  id: number;
  rights: number;
}

/** A message as its sender left it: the info word without the kernel's flags, the whole data area, and a grant if one is meant. */
export interface Message {
  info: bigint;
  data: Uint8Array;
  /** What stands behind the data in the sender's page, when that is not in `data`. */
  behind?: Uint8Array;
  grant?: Grant;
}

/** Something in an endpoint's queue: a blocked caller, or a stored asynchronous message of process `pid`. */
export interface Entry {
  message: Message;
  pid: number;
  caller?: Process;
}

export interface Window {
  address: number;
  length: number;
  access: number;
}

/** What a thread must find in its registers when it next runs. */
export type Expectation =
  | { kind: "result"; x0: bigint }
  | {
      kind: "message";
      x0: bigint;
      x5: bigint;
      x6: bigint;
      x7: bigint;
      data: Uint8Array;
      /** What may stand behind the data in x1–x4: the rest of the sender's data area, and nobody else's bytes. */
      rest?: Uint8Array;
      grant?: Grant;
    }
  | { kind: "interrupted" };

/** How the response to a delegated call becomes its result (docs/SYSCALLS.md). */
export type Completion =
  | { kind: "value" }
  | { kind: "open"; handle: OpenHandle }
  | { kind: "close"; handle: OpenHandle }
  | { kind: "pipe"; ends: [OpenHandle, OpenHandle]; address: number }
  | { kind: "read"; address: number; length: number }
  | { kind: "record"; address: number; length: number };

/** What descriptors name. */
export interface OpenHandle {
  endpoint: number;
  handle: number;
  references: number;
}

export class Process {
  state = STATE.BUILDING;
  /** As the kernel has it, between the least and the greatest that the rule allows (priority.ts). */
  priority = DEFAULT_PRIORITY;
  least = DEFAULT_PRIORITY;
  most = DEFAULT_PRIORITY;
  basePriority = DEFAULT_PRIORITY;
  maxMessagePriority = 2;
  token: bigint;
  /** The call it makes. */
  call?: Message;
  /** Who holds its call. */
  server?: Process;
  /** Where its call is queued, or was received from, or where it waits to receive. */
  endpoint?: Endpoint;
  waitsAny = false;
  completion?: Completion;
  windows: Window[] = [];
  notified = 0n;
  readonly rights = new Uint8Array(MAX_ENDPOINTS);
  /** Counter ticks; 0: no timeout runs. */
  deadline = 0n;
  timeoutNumber = 0;
  /** Its message page's data when it entered the kernel. */
  pageBefore?: Uint8Array;
  expected: Expectation = { kind: "result", x0: 0n };

  parent: number;
  builder: number;
  /** Dead, and its parent knows: it will ask for it by its id. */
  noted = false;
  /** 64 KiB pages that reach over what it inherited. */
  inherited = 0;
  privileges = 0;
  /** Bit n: it is told of signal n instead of being ended; it was sent and not asked for yet. */
  caught = 0;
  signals = 0;
  /** Its program has the floating-point flag. */
  floatingPoint = false;
  /** Where it starts. */
  entry = 0n;
  stack = 0n;
  status = 0;
  waitsFor = -1;
  waitStatus = 0;
  readonly memory = new AddressSpace();
  readonly devices: { kind: number; index: number }[] = [];
  readonly descriptors: (OpenHandle | undefined)[] = new Array<OpenHandle | undefined>(MAX_FDS).fill(
    undefined,
  );
  /** What its quotas leave, or allow. */
  endpointsLeft = 0;
  messagesLeft = 0;
  objectsLimit = 0;
  objectPagesLimit = 0;
  objects = 0;
  objectPages = 0;

  constructor(
    readonly slot: number,
    readonly pid: number,
    token: bigint,
    builder: number,
    parent: number,
  ) {
    this.token = token;
    this.builder = builder;
    this.parent = parent;
  }

  get alive(): boolean {
    return this.state !== STATE.ZOMBIE && this.state !== STATE.FREE;
  }
}

export class Endpoint {
  id = 0;
  state: "up" | "down" | "restarting" = "up";
  /** When its owner dies another one follows. */
  supervised = false;
  owner?: Process;
  /** One a message priority, lowest first. */
  queues: Entry[][] = [[], [], [], []];
  calls = 0;
  /** Slots of callers whose calls were cancelled while the owner held them. */
  cancelled = new Set<number>();
  /** Handles whose last descriptor is gone and of which the owner has not heard. */
  closed: OpenHandle[] = [];
  served = false;

  constructor(readonly index: number) {}

  /** Callers and messages of all priorities. */
  *entries(): Generator<Entry> {
    for (const queue of this.queues) yield* queue;
  }

  get isEmpty(): boolean {
    return this.queues.every((queue) => queue.length === 0);
  }
}

export const emptyMessage = (): Message => ({ info: 0n, data: new Uint8Array(MAX_MESSAGE_DATA) });
