// The block service over fake disks and the kernel calls that a driver uses, and its clients: what tests of the service use.

import { DEVICE_VIRTIO } from "../../../abi/construct.ts";
import { EAGAIN, EINVAL, ENXIO, EPERM, ESRCH, ETIMEDOUT } from "../../../abi/errno.ts";
import {
  SYS_CLOCK,
  SYS_DMA_ALLOC,
  SYS_IRQ_ACK,
  SYS_KILL,
  SYS_MAP_MMIO,
  SYS_OBJECT_MAP,
  SYS_OBJECT_PIN,
  SYS_OBJECT_UNPIN,
  SYS_REQUEST_IRQ,
} from "../../../abi/syscall.ts";
import { FakeKernel } from "../harness/fake_kernel.ts";
import { FakeDisk } from "./fake_disk.ts";
import { PhysicalMemory } from "./physical_memory.ts";

const PAGE = 4096;
const MESSAGE_PAGE = 0x1000;
const MESSAGE_INFO = MESSAGE_PAGE + 0x10;
const MESSAGE_DATA = MESSAGE_PAGE + 0x80;
const FLAG_NOTIFICATION = 1n;
const DMA_PHYSICAL = 0x4000_0000;
const OBJECT_PHYSICAL = 0x8000_0000;
const OBJECT_STRIDE = 0x0080_0000;
export const COUNTER_HZ = 62_500_000n;

export interface FakeObject {
  id: number;
  bytes: Buffer;
  /** Pages may lie side by side; otherwise every second frame is another's. */
  contiguous: boolean;
  granted: boolean;
  pinned: boolean;
}

export interface Sent {
  endpoint: number;
  cookie: bigint;
  result: bigint;
}

export interface Replied {
  token: bigint;
  result: bigint;
}

export class BlockKernel extends FakeKernel {
  readonly physical = new PhysicalMemory();
  /** By slot. */
  readonly disks = new Map<number, FakeDisk>();
  readonly objects = new Map<number, FakeObject>();
  readonly alive = new Set<number>();
  /** Completions, and replies that were given late. */
  sent: Sent[] = [];
  replies: Replied[] = [];
  /** Room for completions in the clients' endpoints. */
  room = Infinity;
  clock_ns = 0n;
  acknowledged: number[] = [];
  /** Notification bits that are delivered while the service waits for a disk at its start. */
  strayBits = 0n;
  private readonly pages = new Map<number, FakeDisk>(); // page that a disk's registers are mapped at
  private readonly bits = new Map<FakeDisk, number>();
  private nextDma = 1000;
  private nextObject = 1;
  private dmaPages = 0;

  constructor() {
    super();
    this.handlers.set(SYS_MAP_MMIO, (args) => this.mapRegisters(args));
    this.handlers.set(SYS_REQUEST_IRQ, ([, slot, bit]) => this.requestInterrupt(Number(slot), Number(bit)));
    this.handlers.set(SYS_IRQ_ACK, ([bit]) => {
      this.acknowledged.push(Number(bit));
      return 0;
    });
    this.handlers.set(SYS_DMA_ALLOC, ([pages, buffer]) => this.allocateDma(Number(pages), Number(buffer)));
    this.handlers.set(SYS_OBJECT_MAP, (args) => this.mapDma(args));
    this.handlers.set(SYS_OBJECT_PIN, (args) => this.pin(args));
    this.handlers.set(SYS_OBJECT_UNPIN, ([id]) => this.unpin(Number(id)));
    this.handlers.set(SYS_KILL, ([pid]) => (this.alive.has(Number(pid)) ? -EPERM : -ESRCH));
    this.handlers.set(SYS_CLOCK, () => Number(this.clock_ns));
  }

  addDisk(slot: number, image: Buffer, change: (disk: FakeDisk) => void = () => undefined): FakeDisk {
    const disk = new FakeDisk(this.physical, image);
    change(disk);
    this.disks.set(slot, disk);
    return disk;
  }

  /** A memory object of a client's, granted to the service. */
  addObject(pages: number, contiguous = false): FakeObject {
    const id = this.nextObject++;
    const object = { id, bytes: Buffer.alloc(pages * PAGE), contiguous, granted: true, pinned: false };
    this.objects.set(id, object);
    return object;
  }

  /** Bits of the disks that interrupt now. */
  pendingBits(): bigint {
    let bits = 0n;
    for (const [disk, bit] of this.bits) if (disk.interruptStatus) bits |= 1n << BigInt(bit);
    return bits;
  }

  override imports(): WebAssembly.Imports {
    const { sys } = super.imports();
    return {
      sys: {
        ...sys,
        mmioRead32: (address: number) => this.readWord(address),
        mmioWrite32: (address: number, value: number) => this.diskAt(address).write(address % PAGE, value),
        epRecv: (epid: number, timeout_ns: bigint) => this.receive(epid, timeout_ns),
        epReply: (_info: bigint, token: bigint, result: bigint) => {
          this.replies.push({ token, result });
          return 0n;
        },
        epSend: (endpoint: number) => this.send(endpoint),
      },
    };
  }

  private readWord(address: number): number {
    const disk = this.pages.get(address - (address % PAGE));
    if (disk) return disk.read(address % PAGE);
    return this.slice(address, 4).readUInt32LE(0);
  }

  private diskAt(address: number): FakeDisk {
    const disk = this.pages.get(address - (address % PAGE));
    if (!disk) throw new Error(`no device at ${address}`);
    return disk;
  }

  private mapRegisters([kind, slot, address]: bigint[]): number {
    const disk = this.disks.get(Number(slot));
    if (Number(kind) !== DEVICE_VIRTIO || !disk) return -EPERM;
    if (Number(address) % PAGE) return -EINVAL;
    this.slice(Number(address), PAGE);
    this.pages.set(Number(address), disk);
    return 0;
  }

  private requestInterrupt(slot: number, bit: number): number {
    const disk = this.disks.get(slot);
    if (!disk) return -EPERM;
    this.bits.set(disk, bit);
    return 0;
  }

  private allocateDma(pages: number, buffer: number): number {
    const first = DMA_PHYSICAL + this.dmaPages * PAGE;
    this.dmaPages += 2 * pages;
    this.dma.set(this.nextDma, { first, pages });
    const out = this.slice(buffer, 8 * pages);
    for (let i = 0; i < pages; i++) out.writeBigUInt64LE(BigInt(first + 2 * i * PAGE), 8 * i);
    return this.nextDma++;
  }
  private readonly dma = new Map<number, { first: number; pages: number }>();

  private mapDma([id, address, firstPage, pages]: bigint[]): number {
    const memory = this.dma.get(Number(id));
    if (!memory || firstPage !== 0n || Number(pages) !== memory.pages || Number(address) % PAGE)
      return -EINVAL;
    for (let i = 0; i < memory.pages; i++) {
      this.physical.addFrame(memory.first + 2 * i * PAGE, () => this.slice(Number(address) + i * PAGE, PAGE));
    }
    return 0;
  }

  private frameOf(object: FakeObject, page: number): number {
    return OBJECT_PHYSICAL + object.id * OBJECT_STRIDE + (object.contiguous ? page : 2 * page) * PAGE;
  }

  private pin([id, first, count, buffer]: bigint[]): number {
    const object = this.objects.get(Number(id));
    if (!object?.granted) return -ENXIO;
    const pages = object.bytes.length / PAGE;
    if (first !== 0n || count < 1n || Number(count) > pages) return -EINVAL;
    const out = this.slice(Number(buffer), 8 * Number(count));
    for (let i = 0; i < Number(count); i++) {
      const frame = this.frameOf(object, i);
      out.writeBigUInt64LE(BigInt(frame), 8 * i);
      this.physical.addFrame(frame, () => object.bytes.subarray(i * PAGE, (i + 1) * PAGE));
    }
    object.pinned = true;
    return 0;
  }

  private unpin(id: number): number {
    const object = this.objects.get(id);
    if (!object?.pinned) return -ENXIO;
    object.pinned = false;
    for (let i = 0; i < object.bytes.length / PAGE; i++) this.physical.removeFrame(this.frameOf(object, i));
    return 0;
  }

  private send(endpoint: number): bigint {
    if (this.room <= 0) return BigInt(-EAGAIN);
    this.room--;
    const data = this.slice(MESSAGE_DATA, 16);
    this.sent.push({ endpoint, cookie: data.readBigUInt64LE(0), result: data.readBigInt64LE(8) });
    return 0n;
  }

  /** A receive at the start, when only notifications can come; without any, time passes. */
  private receive(epid: number, timeout_ns: bigint): bigint {
    if (epid !== 0 || timeout_ns < 0n) throw new Error("the service waits for messages at its start");
    const bits = this.pendingBits() | this.strayBits;
    this.strayBits = 0n;
    if (!bits) {
      this.clock_ns += timeout_ns;
      return BigInt(-ETIMEDOUT);
    }
    this.slice(MESSAGE_INFO, 8).writeBigUInt64LE(FLAG_NOTIFICATION << 48n);
    this.slice(MESSAGE_DATA, 8).writeBigUInt64LE(bits);
    return 0n;
  }
}
