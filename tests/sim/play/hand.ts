// Chooses arguments for the calls of simulated processes: mostly such as make sense, looked up in the model, now and then hostile
// ones.

import { CODE_BASE, STATIC_DATA } from "../../../abi/program.ts";
import { MAX_MESSAGE_DATA, PAGE_SIZE } from "../../../abi/limits.ts";
import type { Model } from "../model/model.ts";
import { GRANT_ENDPOINT, GRANT_OBJECT } from "../model/rights.ts";
import { type Endpoint, type Grant, type Process, STATE, type Window } from "../model/state.ts";
import { I64_MAX, U64_MAX } from "../model/words.ts";
import type { Random } from "../random.ts";

const HOSTILE_PERCENT = 4;
/** Processes use the first pages of their memory mostly, so that memory lasts. */
const PAGES_USED = 10;
/** Where the second translation table of a large memory begins. */
const SECOND_TABLE = 512 * PAGE_SIZE;
const WILD_ADDRESSES = [
  0n,
  0xfffn,
  0xffff_fffcn,
  0x1_0000_0000n,
  BigInt(CODE_BASE),
  0x3_ffff_ffffn,
  0x4_0000_0000n,
  0xffff_ffc0_0020_0000n,
  U64_MAX,
];
const WILD_NUMBERS = [0n, 1n, 0xffn, 0x7fff_ffffn, 0xffff_ffffn, 0x1_0000_0001n, I64_MAX, U64_MAX];

export class Hand {
  constructor(
    readonly random: Random,
    readonly model: Model,
  ) {}

  hostile(): boolean {
    return this.random.chance(HOSTILE_PERCENT);
  }

  number(): bigint {
    return this.random.pick(WILD_NUMBERS);
  }

  /** An address that `t` may use for `size` bytes, or a wild one. */
  address(t: Process, size = 1): bigint {
    const { random } = this;
    const end = t.memory.memoryPages * 65536;
    if (this.hostile() || end <= STATIC_DATA) return random.pick(WILD_ADDRESSES);
    if (random.chance(2)) return BigInt(end - random.below(2 * size + 1));
    if (end > SECOND_TABLE && random.chance(20))
      return BigInt(SECOND_TABLE + random.below(end - SECOND_TABLE - size));
    const room = Math.min(end - STATIC_DATA, PAGES_USED * PAGE_SIZE) - size;
    return BigInt(STATIC_DATA + Math.max(0, random.below(Math.max(1, room))));
  }

  /** An address in a page of its linear memory that `t` may only read, if it has one; else as address(). */
  readOnly(t: Process, size: number): bigint {
    const end = t.memory.memoryPages * 65536;
    const pages = [...t.memory.pages].filter(([page, { writable }]) => !writable && page * PAGE_SIZE < end);
    return pages.length > 0 ? BigInt(this.random.pick(pages)[0] * PAGE_SIZE) : this.address(t, size);
  }

  /** A place for `size` bytes in `t`'s memory, or a wild one now and then. */
  place(t: Process, size: number): bigint {
    return this.hostile()
      ? this.address(t, size)
      : BigInt(STATIC_DATA + this.random.below(Math.max(1, 65536 - STATIC_DATA - size) >> 1));
  }

  /** A page in `t`'s linear memory, as an address. */
  page(t: Process): bigint {
    const page = this.address(t) & ~BigInt(PAGE_SIZE - 1);
    return this.hostile() ? page + 8n : page;
  }

  length(): number {
    const { random } = this;
    return random.pick([0, 1, 8, 31, 32, 33, 64, 200, 255, 256, random.below(MAX_MESSAGE_DATA + 1)]);
  }

  /** One of the endpoints, whoever owns it; or an id that names none. */
  anyEndpoint(): bigint {
    const { random, model } = this;
    if (this.hostile()) return random.pick([this.number(), 0x7fff_0010n, 17n]);
    const all = model.endpoints.filter(({ id }) => id !== 0);
    return BigInt(random.pick(all).id);
  }

  /** An endpoint that `t` may send to, mostly; rather not one of its own. */
  sendable(t: Process): bigint {
    const { random, model } = this;
    const good = model.endpoints.filter((ep) => {
      return ep.id !== 0 && t.rights[ep.index] & 1 && ep.owner && ep.owner !== t && ep.owner.pid !== 1;
    });
    return good.length > 0 && !random.chance(5) ? BigInt(random.pick(good).id) : this.anyEndpoint();
  }

  owned(t: Process): Endpoint[] {
    return this.model.owned(t);
  }

  /** An endpoint of `t`'s own, mostly. */
  ownEndpoint(t: Process): bigint {
    const owned = this.owned(t);
    return owned.length > 0 && !this.hostile() ? BigInt(this.random.pick(owned).id) : this.anyEndpoint();
  }

  /** Somebody's process id, mostly a live one's. */
  pid(): bigint {
    const all = this.model.all();
    return this.hostile() ? this.number() : BigInt(this.random.pick(all).pid);
  }

  children(t: Process): Process[] {
    return this.model.all().filter(({ parent }) => parent === t.pid);
  }

  building(t: Process): Process[] {
    return this.model.all().filter(({ state, builder }) => state === STATE.BUILDING && builder === t.pid);
  }

  /** Callers whose calls `t` holds. */
  held(t: Process): Process[] {
    return this.model.all().filter(({ state, server }) => state === STATE.AWAITING_REPLY && server === t);
  }

  /** The token of a call that `t` holds, mostly. */
  token(t: Process): bigint {
    const { random, model } = this;
    const held = this.held(t);
    if (held.length > 0 && !this.hostile()) return random.pick(held).token;
    return random.pick([...model.tokens.slice(1, 24), 0n, random.u64()]);
  }

  objectId(filter: (creator: Process | undefined) => boolean): bigint {
    const { random, model } = this;
    if (this.hostile()) return random.pick([this.number(), 257n, 1n]);
    const all = [...model.objects.values()].filter(({ creator }) => filter(creator));
    return all.length > 0 ? BigInt(random.pick(all).id) : 1n;
  }

  grant(t: Process): Grant {
    const { random } = this;
    if (this.hostile()) return { kind: random.below(4), id: random.u32(), rights: random.below(16) };
    return random.chance(50)
      ? {
          kind: GRANT_ENDPOINT,
          id: Number(this.ownEndpoint(t) & 0xffff_ffffn),
          rights: random.pick([1, 1, 5, 4, 0]),
        }
      : {
          kind: GRANT_OBJECT,
          id: Number(this.objectId((c) => c === t) & 0xffff_ffffn),
          rights: random.pick([1, 3, 3, 2]),
        };
  }

  window(t: Process): Window {
    const { random } = this;
    const length = random.pick([0, 16, 300, 4096, 5000, random.below(9000)]);
    const address = Number(this.place(t, length) & 0xffff_ffffn);
    // The message page is the kernel's and the model's business elsewhere: windows stay clear of it.
    return {
      address: address && address < STATIC_DATA ? STATIC_DATA : address,
      length,
      access: random.below(8),
    };
  }

  /** Nanoseconds: none, a poll, or a short while. */
  timeout(forever: boolean): bigint {
    const { random } = this;
    if (this.hostile()) return random.pick([I64_MAX, 1n, 3_000_000_001_000_000_007n]);
    return random.pick([forever ? -1n : 0n, forever ? -1n : 50_000n, 0n, BigInt(random.below(2_000_000))]);
  }
}
