// The kernel's side of building processes, played under Node: processes under construction and memory objects, with every
// argument checked as strictly as the contract allows (abi/construct.ts). What the kernel would have to refuse is an error of
// the builder, and throws. Single calls can be made to fail, as the kernel does when it runs out of something.

import {
  CONFIG_DESCRIPTOR,
  CONFIG_DEVICE,
  CONFIG_FLOATING_POINT,
  CONFIG_MEMORY,
  CONFIG_PRIORITY,
} from "../../../abi/construct.ts";
import { ECHILD, EPERM, ESRCH } from "../../../abi/errno.ts";
import { MAX_COPY_SLICE, MAX_OBJECT_PAGES, MAX_PROCESS_NAME } from "../../../abi/limits.ts";
import {
  ARGUMENT_BLOCK,
  CODE_BASE,
  CODE_END,
  PROT_EXECUTE,
  PROT_READ,
  PROT_WRITE,
} from "../../../abi/program.ts";
import * as number from "../../../abi/syscall.ts";
import { FakeKernel, type Window } from "../harness/fake_kernel.ts";
import { type Answer, MessagePage } from "../harness/message.ts";

/** abi/wait.ts */
const SIGKILL = 9;
const PAGE = 4096n;
const WASM_PAGE = 65536;
const MEMORY_PAGES_MAX = 0x8000;
const BASE = BigInt(CODE_BASE);
const END = BigInt(CODE_END);
const REGIONS_MAX = 16;

export interface MemoryObject {
  bytes: Buffer;
  sealed: boolean;
  mappings: number;
  open: boolean;
}

interface Region {
  start: bigint;
  end: bigint;
  protection: number;
  bytes: Buffer;
}

export interface FakeProcess {
  pid: number;
  name: string;
  token: bigint;
  config: { what: number; value: bigint; extra: bigint }[];
  linear: Buffer;
  regions: Region[];
  started?: { entry: bigint; stackTop: bigint };
}

function insist(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new Error(`the builder asked the kernel for nonsense: ${problem}`);
}

/** Regions larger than this are not given bytes: nobody writes to them beyond it. */
const REGION_BYTES_MAX = 1n << 24n;

export class ProcessKernel extends FakeKernel {
  readonly processes = new Map<number, FakeProcess>();
  readonly objects = new Map<number, MemoryObject>();
  /** Calls that wait for an answer, with their windows, and the replies given to such. */
  readonly held = new Map<bigint, Window[]>();
  readonly replies = new Map<bigint, Answer>();
  /** Children that have died and were not waited for. */
  readonly lostChildren: number[] = [];
  private serviceMemory?: WebAssembly.Memory;
  /** Calls so far that build something. */
  buildCalls = 0;
  /** The call of that number fails with this -errno. */
  failure?: { call: number; errno: number };
  /** Libraries in processes, by the address of their code, and who called with which token. */
  readonly libraries = new Map<bigint, { pid: number; code: Buffer; floating: boolean }>();
  readonly sources = new Map<bigint, number>();
  /** Callers that have died. */
  readonly gone = new Set<number>();
  private nextLibrary = BASE + 0x100000n;
  private nextPid = 100;
  private nextObject = 1000;

  constructor() {
    super();
    const handle = (name: number, action: (args: bigint[]) => number, mayFail = true): void => {
      this.handlers.set(name, (args) => {
        if (!mayFail) return action(args);
        const call = this.buildCalls++;
        return this.failure?.call === call ? -this.failure.errno : action(args);
      });
    };
    handle(number.SYS_PROC_CREATE, ([name, size, token]) => this.create(Number(name), Number(size), token));
    handle(number.SYS_PROC_CONFIGURE, (args) => this.configure(args));
    handle(number.SYS_PROC_REGION, ([pid, va, pages, prot]) => this.addRegion(pid, va, pages, Number(prot)));
    handle(number.SYS_PROC_MAP, (args) => this.map(args));
    handle(number.SYS_PROC_WRITE, ([pid, va, source, size]) =>
      this.write(pid, va, Number(source), Number(size)),
    );
    handle(number.SYS_PROC_START, ([pid, entry, stackTop]) => this.start(pid, entry, stackTop));
    handle(number.SYS_KILL, ([pid, signal]) => this.kill(pid, Number(signal)), false);
    handle(number.SYS_OBJECT_CREATE, ([pages]) => this.createObject(Number(pages)));
    handle(number.SYS_OBJECT_WRITE, ([id, at, source, size]) =>
      this.writeObject(Number(id), Number(at), Number(source), Number(size)),
    );
    handle(number.SYS_OBJECT_SEAL, ([id]) => {
      this.openObject(Number(id)).sealed = true;
      return 0;
    });
    handle(number.SYS_OBJECT_CLOSE, ([id]) => this.closeObject(Number(id)), false);
    handle(number.SYS_LIBRARY_MAP, (args) => this.mapLibrary(args));
    handle(number.SYS_LIBRARY_UNMAP, ([token, address]) => this.unmapLibrary(token, address), false);
    handle(
      number.SYS_MEMORY_DISCARD,
      ([address, size]) => this.discard(Number(address), Number(size)),
      false,
    );
    handle(number.SYS_WAIT4, () => this.lostChildren.shift() ?? -ECHILD, false);
  }

  override imports(): WebAssembly.Imports {
    const { sys } = super.imports();
    const epReply = (_info: bigint, token: bigint, value: bigint): bigint => {
      if (!this.held.delete(token)) return BigInt(-ESRCH);
      this.replies.set(token, this.page().readAnswer(value));
      return 0n;
    };
    return { sys: { ...sys, epReply } };
  }

  protected override windowsOf(token: bigint): Window[] | undefined {
    return this.held.get(token) ?? super.windowsOf(token);
  }

  private page(): MessagePage {
    if (!this.serviceMemory) throw new Error("no service is attached");
    return new MessagePage(this.serviceMemory);
  }

  override attach(memory: WebAssembly.Memory): void {
    super.attach(memory);
    this.serviceMemory = memory;
  }

  /** A process that has called the loader and is waited for by nobody any more. */
  end(pid: number): void {
    this.gone.add(pid);
    for (const [address, library] of this.libraries) {
      if (library.pid === pid) this.libraries.delete(address);
    }
  }

  private mapLibrary([token, id, textPages, dataPages, floating]: bigint[]): number {
    insist(this.held.has(token), `a library for the call ${token}`);
    const object = this.openObject(Number(id));
    insist(object.sealed, "a library's object that is not sealed");
    insist(textPages > 0n && textPages * PAGE === BigInt(object.bytes.length), `${textPages} pages of code`);
    insist(dataPages <= BigInt(MAX_OBJECT_PAGES) && floating <= 1n, "a library's data or flag");
    const address = this.nextLibrary;
    this.nextLibrary += 0x10000n;
    const pid = this.sources.get(token) ?? 1;
    this.libraries.set(address, { pid, code: object.bytes, floating: floating === 1n });
    return Number(address);
  }

  private unmapLibrary(token: bigint, address: bigint): number {
    insist(this.held.has(token), `unmapping a library for the call ${token}`);
    insist(this.libraries.delete(address), `unmapping at ${address.toString(16)}`);
    return 0;
  }

  private discard(address: number, size: number): number {
    insist(address % 4096 === 0 && size % 4096 === 0 && size > 0, `discarding ${size} bytes at ${address}`);
    this.slice(address, size).fill(0);
    return size;
  }

  /** Objects that somebody keeps open or maps. */
  get liveObjects(): number {
    return [...this.objects.values()].filter(({ open, mappings }) => open || mappings > 0).length;
  }

  /** A process is no more, and nobody asks about it. */
  forget(pid: number): void {
    this.unmapObjects(this.processes.get(pid)?.regions ?? []);
    this.processes.delete(pid);
  }

  private unmapObjects(regions: Region[]): void {
    for (const object of this.objects.values()) {
      object.mappings -= regions.filter(({ bytes }) => bytes.buffer === object.bytes.buffer).length;
    }
    for (const [id, { open, mappings }] of this.objects) if (!open && mappings === 0) this.objects.delete(id);
  }

  protected building(pid: bigint): FakeProcess {
    const process = this.processes.get(Number(pid));
    insist(process !== undefined && !process.started, `process ${pid} is not being built`);
    return process;
  }

  private create(name: number, size: number, token: bigint): number {
    insist(size > 0 && size <= MAX_PROCESS_NAME, `a process name of ${size} bytes`);
    const pid = this.nextPid++;
    const text = this.slice(name, size).toString("utf8");
    this.processes.set(pid, { pid, name: text, token, config: [], linear: Buffer.alloc(0), regions: [] });
    return pid;
  }

  private configure([pid, what, value, extra]: bigint[]): number {
    const process = this.building(pid);
    insist(what >= CONFIG_PRIORITY && what <= CONFIG_DESCRIPTOR, `CONFIG ${what}`);
    if (Number(what) === CONFIG_MEMORY) {
      insist(
        value > 0n && value <= extra && extra <= MEMORY_PAGES_MAX,
        `memory of ${value} to ${extra} pages`,
      );
      process.linear = Buffer.alloc(Math.min(Number(value) * WASM_PAGE, Number(REGION_BYTES_MAX)));
    }
    if (Number(what) === CONFIG_FLOATING_POINT) insist(value === 1n, `floating point ${value}`);
    if (Number(what) === CONFIG_DEVICE) insist(extra < 32n, `device ${extra}`);
    process.config.push({ what: Number(what), value, extra });
    return 0;
  }

  private checkPlace(process: FakeProcess, start: bigint, pages: bigint): bigint {
    insist(start % PAGE === 0n && start >= BASE && start < END, `pages at ${start.toString(16)}`);
    insist(pages > 0n && pages <= (END - start) / PAGE, `${pages} pages at ${start.toString(16)}`);
    const end = start + pages * PAGE;
    insist(!process.regions.some((other) => start < other.end && other.start < end), "regions that overlap");
    insist(process.regions.length < REGIONS_MAX, "too many regions");
    return end;
  }

  private addRegion(pid: bigint, start: bigint, pages: bigint, protection: number): number {
    const process = this.building(pid);
    const end = this.checkPlace(process, start, pages);
    insist(protection === (PROT_READ | PROT_WRITE), `a region with protection ${protection}`);
    const size = end - start < REGION_BYTES_MAX ? end - start : REGION_BYTES_MAX;
    process.regions.push({ start, end, protection, bytes: Buffer.alloc(Number(size)) });
    return 0;
  }

  private map([pid, start, id, first, pages, protection]: bigint[]): number {
    const process = this.building(pid);
    const end = this.checkPlace(process, start, pages);
    const object = this.openObject(Number(id));
    const isCode = Number(protection) === (PROT_READ | PROT_EXECUTE);
    insist(isCode || Number(protection) === PROT_READ, `a mapping with protection ${protection}`);
    insist(object.sealed, "an object that is not sealed");
    insist((first + pages) * PAGE <= BigInt(object.bytes.length), "pages outside the object");
    object.mappings++;
    const bytes = object.bytes.subarray(Number(first * PAGE));
    process.regions.push({ start, end, protection: Number(protection), bytes });
    return 0;
  }

  private write(pid: bigint, va: bigint, source: number, size: number): number {
    const process = this.building(pid);
    insist(size > 0 && size <= MAX_COPY_SLICE, `a write of ${size} bytes`);
    const bytes = this.slice(source, size);
    if (va < BASE) {
      insist(va >= BigInt(ARGUMENT_BLOCK), `a write to ${va}`);
      insist(va + BigInt(size) <= BigInt(process.linear.length), "a write outside the linear memory");
      process.linear.set(bytes, Number(va));
      return size;
    }
    const region = process.regions.find(({ start, end }) => va >= start && va + BigInt(size) <= end);
    insist(region !== undefined && (region.protection & PROT_WRITE) !== 0, `a write to ${va.toString(16)}`);
    region.bytes.set(bytes, Number(va - region.start));
    return size;
  }

  private start(pid: bigint, entry: bigint, stackTop: bigint): number {
    const process = this.building(pid);
    const code = process.regions.find(({ start, end }) => entry >= start && entry < end);
    insist(code !== undefined && (code.protection & PROT_EXECUTE) !== 0, "an entry that cannot be executed");
    insist(entry % 4n === 0n && stackTop % 16n === 0n, "an unaligned entry or stack");
    const stack = process.regions.find(({ end }) => end === stackTop);
    insist(stack !== undefined && (stack.protection & PROT_WRITE) !== 0, "a stack that cannot be written");
    const guard = stack.start - PAGE;
    insist(
      !process.regions.some(({ start, end }) => guard >= start && guard < end),
      "a stack without a guard page",
    );
    process.started = { entry, stackTop };
    return 0;
  }

  protected kill(pid: bigint, signal: number): number {
    if (signal === 0) return this.gone.has(Number(pid)) ? -ESRCH : -EPERM;
    insist(signal === SIGKILL, `signal ${signal}`);
    const { regions } = this.building(pid);
    this.unmapObjects(regions);
    this.processes.delete(Number(pid));
    return 0;
  }

  private openObject(id: number): MemoryObject {
    const object = this.objects.get(id);
    insist(object !== undefined && object.open, `object ${id} is not open`);
    return object;
  }

  private createObject(pages: number): number {
    insist(pages > 0 && pages <= MAX_OBJECT_PAGES, `an object of ${pages} pages`);
    const bytes = Buffer.from(new ArrayBuffer(pages * Number(PAGE)));
    this.objects.set(this.nextObject, { bytes, sealed: false, mappings: 0, open: true });
    return this.nextObject++;
  }

  private writeObject(id: number, at: number, source: number, size: number): number {
    const object = this.openObject(id);
    insist(
      !object.sealed && size > 0 && size <= MAX_COPY_SLICE,
      "a write to a sealed object, or too large a one",
    );
    insist(at + size <= object.bytes.length, "a write outside the object");
    object.bytes.set(this.slice(source, size), at);
    return size;
  }

  private closeObject(id: number): number {
    this.openObject(id).open = false;
    this.unmapObjects([]);
    return 0;
  }
}
