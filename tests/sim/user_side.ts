// What simulated processes do at EL0: registers full of chance, messages in their pages, loads and stores through the
// translation hardware.

import { MAX_MESSAGE_DATA, PAGE_SIZE } from "../../abi/limits.ts";
import { MESSAGE_PAGE, STATIC_DATA } from "../../abi/program.ts";
import { layout } from "./layout.ts";
import type { Call } from "./model/call.ts";
import { Mismatch } from "./model/mismatch.ts";
import type { Process } from "./model/state.ts";
import type { Draft } from "./play/draft.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

const MESSAGE_REGISTERS = 8;
const FIRST_CALLEE_SAVED = 19;
const LAST_REGISTER = 30;
const REGISTER_DATA = 32;
const DATA = layout("MESSAGE_DATA");
const GRANT = layout("MESSAGE_GRANT");
const WINDOWS = layout("MESSAGE_WINDOWS");
const WINDOW_SIZE = 16;
const TIMEOUT = layout("MESSAGE_TIMEOUT");
const TRANSLATION = layout("THREAD_TRANSLATION") >> 3;
const ASID_SHIFT = 48n;
const PAGES_USED = 12;

export class UserSide {
  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {}

  /** Fills the registers that no call uses: what the kernel must keep, and what it must not give to others. */
  scramble(t: Process): void {
    const { x } = this.world.cpu;
    const seed = this.random.u64();
    for (let n = MESSAGE_REGISTERS; n <= LAST_REGISTER; n++) x[n] = seed ^ (BigInt(n) << 56n);
    for (let n = 0; n < MESSAGE_REGISTERS; n++) x[n] = seed + BigInt(t.pid * FIRST_CALLEE_SAVED + n);
  }

  private page(t: Process): Uint8Array {
    const frame = this.world.view.entry(t.slot, MESSAGE_PAGE / PAGE_SIZE)?.frame;
    if (frame === undefined) throw new Mismatch(`pid ${t.pid} has no message page`);
    return this.world.machine.u8.subarray(frame, frame + PAGE_SIZE);
  }

  /** A copy of the data in `t`'s message page. */
  pageData(t: Process): Uint8Array {
    return this.page(t).slice(DATA, DATA + MAX_MESSAGE_DATA);
  }

  /** Writes a call's message page and registers. The first 32 bytes in the page differ from x1–x4, which count. */
  prepare(t: Process, { number, x: given = [], grant, windows = [], timeout = 0n }: Draft): Call {
    const { x } = this.world.cpu;
    const page = this.page(t);
    const view = new DataView(page.buffer, page.byteOffset);
    for (let i = 0; i < MAX_MESSAGE_DATA; i += 4) view.setUint32(DATA + i, this.random.u32(), true);
    windows.forEach(({ address, length, access }, i) => {
      [address, length, access].forEach((value, j) => view.setUint32(WINDOWS + WINDOW_SIZE * i + 4 * j, value, true));
    });
    const { kind = 0, id = 0, rights = 0 } = grant ?? {};
    [kind, id, rights].forEach((value, j) => view.setUint32(GRANT + 4 * j, value, true));
    view.setBigInt64(TIMEOUT, timeout, true);
    for (let n = 0; n < MESSAGE_REGISTERS; n++) x[n] = BigInt.asUintN(64, given[n] ?? 0n);
    const isMessage = given.length > 5;
    if (isMessage) for (let n = 1; n <= 4; n++) x[n] = this.random.u64();
    x[MESSAGE_REGISTERS] = BigInt(number);
    const data = this.pageData(t);
    const registers = new BigUint64Array(data.buffer, 0, REGISTER_DATA / 8);
    registers.set(x.subarray(1, 5));
    const record = grant && { kind, id: id >>> 0, rights: rights >>> 0 };
    return {
      number,
      x: [...x.subarray(0, MESSAGE_REGISTERS)],
      message: { info: x[5], data, grant: record ?? { kind: 0, id: 0, rights: 0 } },
      windows: [0, 1].map((i) => windows[i] ?? this.windowIn(view, i)),
      timeout,
    };
  }

  /** What stands in the page from earlier calls. */
  private windowIn(view: DataView, index: number): { address: number; length: number; access: number } {
    const at = WINDOWS + WINDOW_SIZE * index;
    return {
      address: view.getUint32(at, true),
      length: view.getUint32(at + 4, true),
      access: view.getUint32(at + 8, true),
    };
  }

  /** Loads or stores somewhere in `t`'s first pages. "done", or what kept it from happening. */
  access(t: Process): { address: number; write: boolean; result: "done" | "missing" | "protected" } {
    const { random } = this;
    const write = random.chance(50);
    const wild = random.chance(2);
    const page = STATIC_DATA / PAGE_SIZE + random.below(PAGES_USED);
    const address = wild ? random.pick([0, 8, 0x1_0000_0000, t.memory.memoryPages * 65536]) : page * PAGE_SIZE + 8 * random.below(512);
    const entry = this.translate(t, Math.floor(address / PAGE_SIZE));
    if (!entry) return { address, write, result: "missing" };
    if (write && !entry.writable) return { address, write, result: "protected" };
    const offset = address % PAGE_SIZE;
    const model = t.memory.pages.get(Math.floor(address / PAGE_SIZE));
    if (!model) throw new Mismatch(`0x${address.toString(16)} of pid ${t.pid} should not be there`);
    if (model.kind === "device") return { address, write, result: "done" };
    const { u64 } = this.world.machine;
    model.frame.bytes ??= new Uint8Array(PAGE_SIZE);
    const bytes = new DataView(model.frame.bytes.buffer);
    if (write) {
      const value = random.u64();
      u64[(entry.frame + offset) >> 3] = value;
      bytes.setBigUint64(offset, value, true);
    } else if (u64[(entry.frame + offset) >> 3] !== bytes.getBigUint64(offset, true)) {
      throw new Mismatch(`a load of 0x${address.toString(16)} by pid ${t.pid} finds another value than was stored`);
    }
    return { address, write, result: "done" };
  }

  /** Through the translation hardware, which remembers what it has not been told to forget. */
  private translate(t: Process, page: number): ReturnType<World["view"]["entry"]> {
    const { view, machine } = this.world;
    const entry = view.entry(t.slot, page);
    machine.tlb.use(t.slot, page, entry ? machine.u64[entry.at >> 3] : 0n);
    return entry;
  }

  /** Whether an access would succeed, be it after a fault. */
  mayTouch(t: Process, address: number, write: boolean): boolean {
    const page = Math.floor(address / PAGE_SIZE);
    const there = t.memory.pages.get(page);
    if (there) return there.kind === "device" || there.writable || !write;
    return page >= 1 && page < t.memory.memoryPages * 16 && this.world.model.pool.free > 3;
  }

  /** TTBR0_EL1 holds the table and the address-space id of the thread that runs. */
  checkTranslation(t: Process): void {
    const { machine, view } = this.world;
    const expected = BigInt(view.process(t.slot)) | (BigInt(t.slot) << ASID_SHIFT);
    const { translation } = machine;
    if (translation !== expected || machine.u64[(view.thread(t.slot) >> 3) + TRANSLATION] !== expected)
      throw new Mismatch(`TTBR0 is 0x${translation.toString(16)} while pid ${t.pid} runs`);
    const allowed = this.world.model.floatingPointOwner === t ? 1 : 0;
    if (machine.floatingPoint !== allowed) throw new Mismatch(`floating point is ${machine.floatingPoint} for pid ${t.pid}`);
  }
}
