// The fake machine: the kernel's module with memory, interrupt controller, timer, UART and translation hardware of its own, as
// boot/kernel_imports.h has them on the metal. One machine a history.
//
//   0x0020_0000  the kernel's window: static data, then its tables (kernel/memory/layout.ts)
//   0x003c_0000  the device tree
//   0x0040_0000  RAM: the boot archive, then free frames
//
// Whatever the metal would end by a trap, a panic or a switched-off machine ends here by an exception.

import { readFileSync } from "node:fs";
import path from "node:path";
import { KERNEL_IMPORTS_H, ROOT } from "../../toolchain/common/paths.ts";
import { buildCpio } from "../../toolchain/pipeline/cpio.ts";
import { makeProgram } from "../unit/loader/program.ts";
import { buildDeviceTree } from "./device_tree.ts";
import {
  FIRST_VIRTIO_INTERRUPT,
  GIC_CPU,
  GIC_DISTRIBUTOR,
  Interrupts,
  RAM,
  TREE,
  UART,
  UART_INTERRUPT,
  VIRTIO,
  VIRTIO_SLOTS,
  VIRTIO_STRIDE,
} from "./interrupts.ts";
import { layout } from "./layout.ts";
import { Tlb } from "./tlb.ts";

const WASM_PAGE = 65536;
const PAGE = 4096;
const COUNTER_HZ = 1_000_000_000n; // a tick is a nanosecond
const KERNEL_WINDOW = layout("KERNEL_WINDOW");
const IMAGE_BYTES = layout("TABLES_END") - KERNEL_WINDOW;
const KERNEL_LEVEL1 = KERNEL_WINDOW + 0x60000; // between the module's data and the tables
const KERNEL_LEVEL2 = KERNEL_LEVEL1 + PAGE;
const UART_DATA = UART;
const VIRTIO_STATUS = 0x70; // virtio 1.2, 4.2.2
const VIRTIO_MAGIC = 0x74726976; // "virt", in the first register
const isVirtio = (address: number): boolean =>
  address >= VIRTIO && address < VIRTIO + VIRTIO_SLOTS * VIRTIO_STRIDE;
/** The kernel's log goes to the UART while no process reads it. */
const OUTPUT_MAX_BYTES = 1 << 16;

export interface KernelExports {
  memory: WebAssembly.Memory;
  kernelMain(deviceTree: bigint): number;
  kernelSyscall(t: number, number: bigint): number;
  kernelSyscallTraced(t: number, number: bigint): number;
  kernelFault(t: number, syndrome: bigint, address: bigint): number;
  kernelInterrupt(t: number): number;
  kernelFastCall(t: number, epid: bigint, info: bigint): number;
  kernelFastReplyRecv(t: number, epid: bigint, info: bigint, token: bigint): number;
  kernelCompleteReply(t: number, caller: number, epid: bigint, info: bigint, value: bigint): number;
}

/** Import of core/ipc → export of the kernel. */
const LOOP_BACK = [
  ...readFileSync(path.join(ROOT, KERNEL_IMPORTS_H), "utf8").matchAll(
    /w2c_sched_(\w+)\(struct w2c_sched\* s[^)]*\)\s*\{\s*(?:return )?w2c_kernel_(\w+)\(KERNEL/g,
  ),
].map(([, name, target]) => [name, target] as const);

/** The kernel did what it must never do. */
export class KernelFailure extends Error {}

function devices(ramBytes: number, archiveBytes: number, bootArguments: string): Buffer {
  const reg = (...cells: number[]): number[] => cells.flatMap((cell) => [0, cell]);
  const spi = (id: number): number[] => [0, id - 32, 4];
  const virtio = Array.from({ length: VIRTIO_SLOTS }, (_, i) => ({
    name: `virtio_mmio@${i}`,
    properties: {
      compatible: "virtio,mmio",
      reg: reg(VIRTIO + i * VIRTIO_STRIDE, 0x200),
      interrupts: spi(FIRST_VIRTIO_INTERRUPT + i),
    },
  }));
  return buildDeviceTree({
    name: "",
    properties: { "#address-cells": [2], "#size-cells": [2] },
    children: [
      {
        name: "chosen",
        properties: {
          bootargs: bootArguments,
          "linux,initrd-start": [RAM],
          "linux,initrd-end": [RAM + archiveBytes],
        },
      },
      { name: "memory", properties: { device_type: "memory", reg: reg(RAM, ramBytes) } },
      {
        name: "intc",
        properties: {
          compatible: "arm,cortex-a15-gic",
          reg: reg(GIC_DISTRIBUTOR, 0x10000, GIC_CPU, 0x10000),
        },
      },
      {
        name: "timer",
        properties: { compatible: "arm,armv8-timer", interrupts: [1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4] },
      },
      {
        name: "pl011",
        properties: { compatible: "arm,pl011", reg: reg(UART, 0x1000), interrupts: spi(UART_INTERRUPT) },
      },
      ...virtio,
    ],
  });
}

export class Machine {
  readonly kernel: KernelExports;
  readonly interrupts = new Interrupts();
  readonly tlb = new Tlb();
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly u64: BigUint64Array;
  readonly ramEnd: number;
  /** The boot archive's size, whole pages. */
  readonly archiveBytes: number;
  /** TTBR0_EL1. */
  translation = 0n;
  floatingPoint = 0;
  /** Every exception goes the way on which events are recorded. */
  traced = false;
  /** Status registers of the virtio devices; 0: reset. */
  readonly virtioStatus = new Array<number>(VIRTIO_SLOTS).fill(0);
  output = "";
  /** What happens while the core waits for an interrupt: must make one pending. */
  onIdle: () => void = () => undefined;
  /** Every frame that the allocator hands out. */
  onFrame: (frame: number) => void = () => undefined;

  constructor(module: WebAssembly.Module, ramBytes: number, bootArguments: string) {
    this.ramEnd = RAM + ramBytes;
    this.kernel = new WebAssembly.Instance(module, {
      hw: this.hardware(),
      sched: this.loopBack(),
    }).exports as unknown as KernelExports;
    const { memory } = this.kernel;
    memory.grow(Math.ceil(this.ramEnd / WASM_PAGE) - memory.buffer.byteLength / WASM_PAGE);
    this.u8 = new Uint8Array(memory.buffer);
    this.u32 = new Uint32Array(memory.buffer);
    this.u64 = new BigUint64Array(memory.buffer);
    const archive = buildCpio([
      { name: "sbin/init", data: makeProgram(), executable: true, pageAligned: true },
    ]);
    this.archiveBytes = archive.length;
    this.u8.set(archive, RAM);
    this.u8.set(devices(ramBytes, archive.length, bootArguments), TREE);
  }

  /** Boots. → the first thread. */
  boot(): number {
    return this.kernel.kernelMain(BigInt(TREE));
  }

  private writeRegister(address: number, value: number): void {
    if (this.interrupts.owns(address)) this.interrupts.write(address, value);
    else if (address === UART_DATA && this.output.length < OUTPUT_MAX_BYTES)
      this.output += String.fromCharCode(value);
    else if (isVirtio(address) && address % VIRTIO_STRIDE === VIRTIO_STATUS)
      this.virtioStatus[Math.floor((address - VIRTIO) / VIRTIO_STRIDE)] = value;
  }

  private readRegister(address: number): number {
    if (this.interrupts.owns(address)) return this.interrupts.read(address);
    return isVirtio(address) && address % VIRTIO_STRIDE === 0 ? VIRTIO_MAGIC : 0;
  }

  private hardware(): Record<string, (...args: never[]) => unknown> {
    const { interrupts } = this;
    const ends = (what: string) => (): never => {
      throw new KernelFailure(`${what}\n${this.output}`);
    };
    return {
      mmioRead32: (address: number) => this.readRegister(address),
      mmioWrite32: (address: number, value: number) => this.writeRegister(address, value),
      setTranslation: (value: bigint) => void (this.translation = value),
      emptyTranslation: () => 0n,
      flushAddressSpace: (asid: number) => this.tlb.flushAddressSpace(asid),
      flushPage: (asid: number, page: bigint) => this.tlb.flushPage(asid, Number(page)),
      flushKernelMappings: () => undefined,
      mappingBarrier: () => undefined,
      publishCode: () => undefined,
      zeroPage: (address: number) => {
        this.u8.fill(0, address, address + PAGE);
        this.onFrame(address);
      },
      copyLarge: (to: number, from: number, size: number) => void this.u8.copyWithin(to, from, from + size),
      counter: () => interrupts.counter,
      counterHz: () => COUNTER_HZ,
      setTimer: (at: bigint) => void (interrupts.timer = BigInt.asUintN(64, at)),
      stopTimer: () => void (interrupts.timer = undefined),
      waitForInterrupt: () => this.onIdle(),
      allowFloatingPoint: (allow: number) => void (this.floatingPoint = allow),
      saveFloatingPoint: () => undefined,
      restoreFloatingPoint: () => undefined,
      psci: ends("the kernel switched the machine off"),
      semihosting: ends("the kernel asked a host that is not there"),
      useTracedVectors: () => void (this.traced = true),
      halt: ends("the kernel halted"),
      imageBase: () => KERNEL_WINDOW,
      imageSize: () => IMAGE_BYTES,
      kernelLevel1: () => KERNEL_LEVEL1,
      kernelLevel2: () => KERNEL_LEVEL2,
      symbolTable: () => 0,
      symbolTableSize: () => 0,
      stackGuard: () => 0,
      entryCounter: () => 0n,
    };
  }

  /** core/ipc's imports are the same module's exports, by the names that boot/kernel_imports.h pairs. */
  private loopBack(): Record<string, (...args: never[]) => unknown> {
    const exports = (): Record<string, (...args: never[]) => unknown> => this.kernel as never;
    const pairs = LOOP_BACK.map(
      ([name, target]) => [name, (...args: never[]) => exports()[target](...args)] as const,
    );
    return {
      ...Object.fromEntries(pairs),
      opaqueThread: (t: number) => t,
      copyData: (to: number, from: number, size: number) => {
        // As on the metal: 32 bytes at a time.
        this.u8.copyWithin(to, from, from + ((size + 31) & ~31));
      },
    };
  }
}
