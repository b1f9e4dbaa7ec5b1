// A booted machine with the model beside it: what a history begins with.

import { INITRD_OBJECT } from "../../abi/construct.ts";
import { EPID_SUPERVISOR } from "../../abi/endpoints.ts";
import { MAX_ENDPOINTS, MAX_OBJECTS, MAX_OBJECT_PAGES, PAGE_SIZE } from "../../abi/limits.ts";
import { CODE_BASE, PROT_READ, PROT_WRITE } from "../../abi/program.ts";
import { Cpu } from "./cpu.ts";
import { RAM } from "./interrupts.ts";
import { word } from "./layout.ts";
import { Machine } from "./machine.ts";
import { type Frame, FramePool } from "./model/address_space.ts";
import { assignEndpoint } from "./model/construct.ts";
import { INIT_PID, addProcess } from "./model/lifecycle.ts";
import { Model } from "./model/model.ts";
import { MemoryObject } from "./model/objects.ts";
import { type Process, STATE } from "./model/state.ts";
import { View } from "./view.ts";

const WELL_KNOWN_ENDPOINTS = [1, 2, 3, 4, 5, EPID_SUPERVISOR, 10, 11, 12, 13, 14, 15];
const INIT_PRIORITY = 20;
const HIGHEST_MESSAGE_PRIORITY = 3;
const ALL_PRIVILEGES = 127;
const MEMORY_PAGES = word("PROCESS_MEMORY_PAGES");
const MEMORY_MAXIMUM = word("PROCESS_MEMORY_MAXIMUM");
const REGION_COUNT = word("PROCESS_REGION_COUNT");
const REGIONS = word("PROCESS_REGIONS");
const REGION_WORDS = 4;
const LINEAR_PAGES_MAX = 64;
const CODE_PAGES_MAX = 64;

export class World {
  readonly machine: Machine;
  readonly cpu: Cpu;
  readonly view: View;
  readonly model: Model;
  readonly init: Process;
  /** Frames in the machine, and those that the kernel took for itself at boot. */
  readonly frames: number;
  readonly kernelFrames: number;

  constructor(module: WebAssembly.Module, ramBytes: number, bootArguments = "mode=simulation") {
    this.machine = new Machine(module, ramBytes, bootArguments);
    let taken = 0;
    this.machine.onFrame = () => taken++;
    const first = this.machine.boot() >>> 0;
    this.cpu = new Cpu(this.machine);
    this.view = new View(this.machine, this.cpu);
    this.view.time = this.machine.interrupts.counter;
    this.frames = (ramBytes - this.machine.archiveBytes) / PAGE_SIZE;
    this.model = new Model(this.view, new FramePool(this.frames));
    this.addArchive();
    for (const index of WELL_KNOWN_ENDPOINTS) this.model.endpoints[index].id = index;
    this.init = this.adoptInit();
    this.kernelFrames = taken - this.init.memory.frames;
    this.model.pool.free -= this.kernelFrames;
    this.cpu.resume(first);
    this.model.scheduler.start(this.init);
  }

  private addArchive(): void {
    const frames: Frame[] = [];
    for (let at = RAM; at < RAM + this.machine.archiveBytes; at += PAGE_SIZE) {
      frames.push({ bytes: this.machine.u8.slice(at, at + PAGE_SIZE), address: at });
    }
    this.model.objects.set(INITRD_OBJECT, new MemoryObject(INITRD_OBJECT, frames, true));
  }

  /** The kernel has loaded init: the model takes over its memory as it is. */
  private adoptInit(): Process {
    const { view, model, machine } = this;
    const p = addProcess(model, INIT_PID, 0, 0);
    if (!p) throw new Error("no memory for init");
    const process = view.process(p.slot) >> 2;
    p.memory.memoryPages = machine.u32[process + MEMORY_PAGES];
    p.memory.memoryMaximum = machine.u32[process + MEMORY_MAXIMUM];
    for (let i = 0; i < machine.u32[process + REGION_COUNT]; i++) {
      const at = process + REGIONS + REGION_WORDS * i;
      const [page, pages, prot] = machine.u32.subarray(at, at + 3);
      p.memory.addRegion({ page, pages, prot });
    }
    const code = CODE_BASE / PAGE_SIZE;
    for (let i = 2; i < LINEAR_PAGES_MAX; i++) this.adoptPage(p, i);
    for (let i = code; i < code + CODE_PAGES_MAX; i++) this.adoptPage(p, i);
    p.basePriority = p.priority = p.least = p.most = INIT_PRIORITY;
    p.maxMessagePriority = HIGHEST_MESSAGE_PRIORITY;
    p.privileges = ALL_PRIVILEGES;
    p.objectsLimit = MAX_OBJECTS;
    p.objectPagesLimit = MAX_OBJECTS * MAX_OBJECT_PAGES;
    p.endpointsLeft = Math.min(p.endpointsLeft, MAX_ENDPOINTS);
    assignEndpoint(p, model.endpoints[EPID_SUPERVISOR], false);
    p.builder = 0;
    p.state = STATE.READY;
    return p;
  }

  private adoptPage(p: Process, number: number): void {
    const entry = this.view.entry(p.slot, number);
    if (!entry) return;
    const prot = entry.writable ? PROT_READ | PROT_WRITE : PROT_READ;
    p.memory.mapFresh(this.model.pool, number, prot === (PROT_READ | PROT_WRITE));
    const frame = p.memory.pages.get(number)?.frame;
    if (frame) frame.bytes = this.machine.u8.slice(entry.frame, entry.frame + PAGE_SIZE);
  }
}
