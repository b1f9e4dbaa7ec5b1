// The kernel's tables against the model's: every process, every endpoint, every queue in order.

import { MAX_ENDPOINTS, MAX_PROCESSES } from "../../abi/limits.ts";
import { layout, word } from "./layout.ts";
import { Mismatch } from "./model/mismatch.ts";
import type { Model } from "./model/model.ts";
import { type Endpoint, type Process, STATE } from "./model/state.ts";
import type { View } from "./view.ts";

const F = {
  state: word("THREAD_STATE"),
  pid: word("THREAD_PID"),
  base: word("THREAD_BASE_PRIORITY"),
  server: word("THREAD_SERVER"),
  endpoint: word("THREAD_ENDPOINT"),
  token: layout("THREAD_TOKEN") >> 3,
  notified: layout("THREAD_NOTIFIED") >> 3,
  deadline: layout("THREAD_DEADLINE") >> 3,
};
const E = {
  id: word("ENDPOINT_ID"),
  state: word("ENDPOINT_STATE"),
  owner: word("ENDPOINT_OWNER"),
  queues: word("ENDPOINT_QUEUES"),
};
const I = { next: word("ITEM_NEXT"), kind: word("ITEM_KIND"), pid: word("ITEM_PID") };
const ENDPOINT_TABLE = layout("ENDPOINT_TABLE");
const ENDPOINT_SIZE = layout("ENDPOINT_SIZE");
const RIGHTS_TABLE = layout("RIGHTS_TABLE");
const CORE_CURRENT = (layout("CORE_TABLE") + layout("CORE_CURRENT")) >> 2;

function differ(what: string, kernel: unknown, model: unknown): never {
  throw new Mismatch(`${what}: the kernel has ${String(kernel)}, the model ${String(model)}`);
}

export class Comparison {
  constructor(
    private readonly view: View,
    private readonly model: Model,
  ) {}

  check(): void {
    const { processes, endpoints } = this.model;
    for (let slot = 1; slot < MAX_PROCESSES; slot++) {
      const p = processes[slot];
      const state = this.view.field(slot, F.state);
      if (p) this.process(p, state);
      else if (state !== STATE.FREE) differ(`state of slot ${slot}`, state, STATE.FREE);
    }
    for (let i = 1; i < MAX_ENDPOINTS; i++) this.endpoint(endpoints[i]);
    const current = this.view.machine.u32[CORE_CURRENT];
    if (current !== this.view.thread(this.view.running())) differ("current thread", current, this.view.running());
  }

  private process(p: Process, state: number): void {
    const { view } = this;
    const { slot } = p;
    const name = `pid ${p.pid}`;
    if (state !== p.state) differ(`state of ${name}`, state, p.state);
    if (view.field(slot, F.pid) !== p.pid) differ(`pid of slot ${slot}`, view.field(slot, F.pid), p.pid);
    if (state === STATE.ZOMBIE) return;
    const wide = view.thread(slot) >> 3;
    const { u64 } = view.machine;
    if (u64[wide + F.token] !== p.token) differ(`token of ${name}`, u64[wide + F.token], p.token);
    if (u64[wide + F.notified] !== p.notified) differ(`notifications of ${name}`, u64[wide + F.notified], p.notified);
    if (u64[wide + F.deadline] !== p.deadline) differ(`timeout of ${name}`, u64[wide + F.deadline], p.deadline);
    if (view.field(slot, F.base) !== p.basePriority) differ(`base priority of ${name}`, view.field(slot, F.base), p.basePriority);
    if (state === STATE.AWAITING_REPLY) this.held(p);
  }

  private held(p: Process): void {
    const server = this.view.field(p.slot, F.server);
    const expected = p.server ? this.view.thread(p.server.slot) : 0;
    if (server !== expected) differ(`server of pid ${p.pid}`, server, expected);
  }

  private endpoint(ep: Endpoint): void {
    const { u32 } = this.view.machine;
    const at = (ENDPOINT_TABLE + ep.index * ENDPOINT_SIZE) >> 2;
    if (u32[at + E.id] !== ep.id) differ(`id of endpoint ${ep.index}`, u32[at + E.id], ep.id);
    if (ep.id === 0) return;
    const owner = ep.owner ? this.view.thread(ep.owner.slot) : 0;
    if (u32[at + E.owner] !== owner) differ(`owner of endpoint ${ep.index}`, u32[at + E.owner], owner);
    if ((u32[at + E.state] === 0) !== ep.isUp) differ(`state of endpoint ${ep.index}`, u32[at + E.state], ep.isUp);
    ep.queues.forEach((queue, p) => {
      let item = u32[at + E.queues + 2 * p];
      for (const entry of queue) {
        if (item === 0) differ(`length of queue ${p} of endpoint ${ep.index}`, "fewer items", queue.length);
        const isCaller = u32[(item >> 2) + I.kind] === 0;
        const pid = u32[(item >> 2) + I.pid];
        if (isCaller !== (entry.caller !== undefined) || pid !== entry.pid)
          differ(`order of queue ${p} of endpoint ${ep.index}`, pid, entry.pid);
        item = u32[(item >> 2) + I.next];
      }
      if (item !== 0) differ(`length of queue ${p} of endpoint ${ep.index}`, "more items", queue.length);
    });
  }

  /** The rights of one process on all endpoints. */
  rights(p: Process): void {
    const row = RIGHTS_TABLE + p.slot * MAX_ENDPOINTS;
    const there = this.view.machine.u8.subarray(row, row + MAX_ENDPOINTS);
    if (!p.alive || Buffer.compare(there, p.rights) === 0) return;
    const index = p.rights.findIndex((rights, i) => rights !== there[i]);
    differ(`rights of pid ${p.pid} on endpoint ${index}`, there[index], p.rights[index]);
  }
}
