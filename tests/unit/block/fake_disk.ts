// A virtio-blk device behind virtio-mmio registers (Virtual I/O Device 1.2, 4.2 and 5.2), strict about what a driver must do,
// and able to break every rule that binds a device. It does nothing by itself: finish() works on what the driver gave it.

import type { PhysicalMemory } from "./physical_memory.ts";

const SECTOR = 512;
const REGISTER = {
  magic: 0x00,
  version: 0x04,
  deviceId: 0x08,
  features: 0x10,
  featuresSelect: 0x14,
  driverFeatures: 0x20,
  driverFeaturesSelect: 0x24,
  queueSelect: 0x30,
  queueSizeMax: 0x34,
  queueSize: 0x38,
  queueReady: 0x44,
  notify: 0x50,
  interruptStatus: 0x60,
  interruptAcknowledge: 0x64,
  status: 0x70,
  addresses: 0x80,
  generation: 0xfc,
  config: 0x100,
};
const STATUS_FEATURES_OK = 8;
const STATUS_DRIVER_OK = 4;
export const FEATURE = {
  sizeMax: 1n << 1n,
  segMax: 1n << 2n,
  readOnly: 1n << 5n,
  blockSize: 1n << 6n,
  flush: 1n << 9n,
};
const VERSION_1 = 1n << 32n;
const DESCRIPTOR_NEXT = 1;
const DESCRIPTOR_WRITE = 2;
export const TYPE = { read: 0, write: 1, flush: 4 };
export const STATUS = { ok: 0, ioError: 1, unsupported: 2 };

export interface Segment {
  address: bigint;
  size: number;
  writable: boolean;
}

/** A request that the driver gave the device. */
export interface Chain {
  head: number;
  type: number;
  sector: number;
  data: Segment[];
  status: Segment;
}

export class FakeDisk {
  version = 2;
  deviceId = 2;
  offered = VERSION_1 | FEATURE.flush | FEATURE.segMax | FEATURE.blockSize;
  agreed = 0n;
  queueSizeMax = 1024;
  segMax = 254;
  sizeMax = 0;
  blockBytes = SECTOR;
  /** Added to the size that the configuration states. */
  claimedSectors?: bigint;
  status = 0;
  interruptStatus = 0;
  /** Chains that the driver made available and that are not done. */
  readonly pending: Chain[] = [];
  notifications = 0;
  flushes = 0;
  /** Device flag NO_NOTIFY. */
  quiet = false;
  /** Refuses FEATURES_OK, or to be reset. */
  refusesFeatures = false;
  refusesReset = false;
  generation = 0;
  /** Status of the request to this sector. */
  readonly failing = new Map<number, number>();
  /** Called instead of working when the driver notifies; a device that is slow, or hostile. */
  onNotify: () => void = () => this.finishAll();
  private readonly selected = { features: 0, driver: 0, queue: 0 };
  private queueSize = 0;
  private queueReady = 0;
  private readonly address = [0n, 0n, 0n];
  private seen = 0;
  private used = 0;

  constructor(
    readonly memory: PhysicalMemory,
    readonly image: Buffer,
  ) {}

  read(register: number): number {
    if (register >= REGISTER.config) return this.config().readUInt32LE(register - REGISTER.config);
    const { features, queue } = this.selected;
    switch (register) {
      case REGISTER.magic:
        return 0x74726976;
      case REGISTER.version:
        return this.version;
      case REGISTER.deviceId:
        return this.deviceId;
      case REGISTER.features:
        return Number((this.offered >> BigInt(32 * features)) & 0xffffffffn);
      case REGISTER.queueSizeMax:
        return queue === 0 ? this.queueSizeMax : 0;
      case REGISTER.queueReady:
        return this.queueReady;
      case REGISTER.interruptStatus:
        return this.interruptStatus;
      case REGISTER.status:
        return this.status;
      case REGISTER.generation:
        return this.generation;
      default:
        throw new Error(`read of register 0x${register.toString(16)}`);
    }
  }

  write(register: number, value: number): void {
    if (register >= REGISTER.addresses && register < REGISTER.addresses + 0x28)
      return this.setAddress(register, value);
    switch (register) {
      case REGISTER.featuresSelect:
        this.selected.features = value;
        return;
      case REGISTER.driverFeaturesSelect:
        this.selected.driver = value;
        return;
      case REGISTER.driverFeatures:
        this.agreed |= BigInt(value >>> 0) << BigInt(32 * this.selected.driver);
        return;
      case REGISTER.queueSelect:
        this.selected.queue = value;
        return;
      case REGISTER.queueSize:
        this.queueSize = value;
        return;
      case REGISTER.queueReady:
        return this.makeReady();
      case REGISTER.notify:
        return this.notified(value);
      case REGISTER.interruptAcknowledge:
        this.interruptStatus &= ~value;
        return;
      case REGISTER.status:
        return this.setStatus(value);
      default:
        throw new Error(`write of register 0x${register.toString(16)}`);
    }
  }

  /** Does all that is pending, in order, and interrupts. */
  finishAll(): void {
    while (this.pending.length > 0) this.finish(0);
  }

  /** Does pending chain number `index`. */
  finish(index: number): void {
    const [chain] = this.pending.splice(index, 1);
    const status = this.failing.get(chain.sector) ?? this.work(chain);
    this.memory.write(chain.status.address, Buffer.from([status]));
    const written = chain.data.reduce((sum, { size, writable }) => sum + (writable ? size : 0), 1);
    this.use(chain.head, written);
  }

  /** Puts an entry into the device area, true or not, and interrupts. */
  use(head: number, bytes: number): void {
    const entry = Buffer.alloc(8);
    entry.writeUInt32LE(head, 0);
    entry.writeUInt32LE(bytes >>> 0, 4);
    this.memory.write(this.address[2] + 4n + BigInt(8 * (this.used % this.queueSize)), entry);
    this.setUsedIndex(this.used + 1);
  }

  /** Sets the device area's index, and interrupts. */
  setUsedIndex(index: number): void {
    this.used = index & 0xffff;
    const head = Buffer.alloc(4);
    head.writeUInt16LE(this.quiet ? 1 : 0, 0);
    head.writeUInt16LE(this.used, 2);
    this.memory.write(this.address[2], head);
    this.interruptStatus |= 1;
  }

  get usedIndex(): number {
    return this.used;
  }

  private setStatus(value: number): void {
    if (value === 0 && this.refusesReset) return;
    if (value === 0) {
      this.pending.length = 0;
      this.agreed = 0n;
      this.queueReady = this.used = this.seen = this.interruptStatus = 0;
    }
    this.status = this.refusesFeatures ? value & ~STATUS_FEATURES_OK : value;
  }

  private setAddress(register: number, value: number): void {
    const index = (register - REGISTER.addresses) >> 4;
    const isHigh = (register & 4) !== 0;
    const low = isHigh ? this.address[index] & 0xffffffffn : BigInt(value >>> 0);
    const high = isHigh ? BigInt(value >>> 0) : this.address[index] >> 32n;
    this.address[index] = (high << 32n) | low;
  }

  private makeReady(): void {
    const { queueSize } = this;
    if (!(this.status & STATUS_FEATURES_OK)) throw new Error("a queue before FEATURES_OK");
    if (queueSize === 0 || queueSize & (queueSize - 1) || queueSize > this.queueSizeMax)
      throw new Error(`a queue of ${queueSize} entries`);
    if (this.address[0] % 16n || this.address[1] % 2n || this.address[2] % 4n) throw new Error("alignment");
    this.queueReady = 1;
  }

  /** The driver says that there is something: takes it from the driver area. */
  private notified(queue: number): void {
    if (queue !== 0 || !(this.status & STATUS_DRIVER_OK)) throw new Error("a notification out of order");
    this.notifications++;
    this.take();
    this.onNotify();
  }

  /** Takes what the driver made available. */
  take(): void {
    const index = this.memory.read(this.address[1] + 2n, 2).readUInt16LE(0);
    for (; this.seen !== index; this.seen = (this.seen + 1) & 0xffff) {
      const at = this.address[1] + 4n + BigInt(2 * (this.seen % this.queueSize));
      this.pending.push(this.readChain(this.memory.read(at, 2).readUInt16LE(0)));
    }
  }

  private readChain(head: number): Chain {
    const segments: Segment[] = [];
    for (let index = head, more = true; more;) {
      const descriptor = this.memory.read(this.address[0] + BigInt(16 * index), 16);
      const flags = descriptor.readUInt16LE(12);
      const size = descriptor.readUInt32LE(8);
      if (this.sizeMax && size > this.sizeMax) throw new Error(`a segment of ${size} bytes`);
      segments.push({
        address: descriptor.readBigUInt64LE(0),
        size,
        writable: (flags & DESCRIPTOR_WRITE) !== 0,
      });
      index = descriptor.readUInt16LE(14);
      more = (flags & DESCRIPTOR_NEXT) !== 0;
      if (segments.length > this.queueSize) throw new Error("a chain without end");
    }
    const [header, ...data] = segments;
    const status = data.pop();
    if (!status || header.size !== 16 || header.writable || status.size !== 1 || !status.writable)
      throw new Error("a chain that is no block request");
    if (data.length > this.segMax) throw new Error(`${data.length} segments`);
    const fields = this.memory.read(header.address, 16);
    return { head, type: fields.readUInt32LE(0), sector: Number(fields.readBigUInt64LE(8)), data, status };
  }

  private work({ type, sector, data }: Chain): number {
    if (type === TYPE.flush) {
      this.flushes++;
      return STATUS.ok;
    }
    if (type !== TYPE.read && type !== TYPE.write) return STATUS.unsupported;
    let at = sector * SECTOR;
    for (const { address, size, writable } of data) {
      if (writable !== (type === TYPE.read)) throw new Error("a segment of the wrong direction");
      if (at + size > this.image.length) return STATUS.ioError;
      if (type === TYPE.read) this.memory.write(address, this.image.subarray(at, at + size));
      else if (this.offered & FEATURE.readOnly) return STATUS.ioError;
      else this.image.set(this.memory.read(address, size), at);
      at += size;
    }
    return STATUS.ok;
  }

  private config(): Buffer {
    const config = Buffer.alloc(64);
    config.writeBigUInt64LE(this.claimedSectors ?? BigInt(Math.floor(this.image.length / SECTOR)), 0);
    config.writeUInt32LE(this.sizeMax, 8);
    config.writeUInt32LE(this.segMax, 12);
    config.writeUInt32LE(this.blockBytes, 20);
    return config;
  }
}
