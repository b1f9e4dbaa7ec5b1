// A virtio device behind registers in memory (Virtual I/O Device 1.2, 4.2 "Virtio Over MMIO"): finding out what it is,
// agreeing on features, setting up queues. For drivers; what travels in the queues is theirs. Every access goes through
// mmioRead32 and mmioWrite32, which a test replaces; nothing that the device says is trusted beyond what is stated.
//
//   0x000 magic "virt"   0x004 version (2; 1 is the legacy interface)   0x008 device id (0: nothing there)
//   0x010 device features, 0x014 which 32 of them     0x020 driver features, 0x024 which 32 of them
//   0x030 queue selected   0x034 its maximum size   0x038 its size   0x044 ready   0x050 notify
//   0x060 interrupt status   0x064 acknowledge   0x070 device status   0x0fc configuration generation
//   0x080 · 0x090 · 0x0a0 physical addresses of descriptors, driver area, device area (low word, high word)
//   0x100 configuration of this kind of device

import { mmioRead32, mmioWrite32 } from "../sys";

const MAGIC: usize = 0x000;
const VERSION: usize = 0x004;
const DEVICE_ID: usize = 0x008;
const DEVICE_FEATURES: usize = 0x010;
const DEVICE_FEATURES_SELECT: usize = 0x014;
const DRIVER_FEATURES: usize = 0x020;
const DRIVER_FEATURES_SELECT: usize = 0x024;
const QUEUE_SELECT: usize = 0x030;
const QUEUE_SIZE_MAX: usize = 0x034;
const QUEUE_SIZE: usize = 0x038;
const QUEUE_READY: usize = 0x044;
const QUEUE_NOTIFY: usize = 0x050;
const INTERRUPT_STATUS: usize = 0x060;
const INTERRUPT_ACKNOWLEDGE: usize = 0x064;
const STATUS: usize = 0x070;
const QUEUE_DESCRIPTORS: usize = 0x080;
const QUEUE_DRIVER_AREA: usize = 0x090;
const QUEUE_DEVICE_AREA: usize = 0x0a0;
const CONFIG_GENERATION: usize = 0x0fc;
const CONFIG: usize = 0x100;

const MAGIC_VALUE: u32 = 0x74726976;
const VERSION_LEGACY: u32 = 1;
const VERSION_MODERN: u32 = 2;

const STATUS_ACKNOWLEDGE: u32 = 1;
const STATUS_DRIVER: u32 = 2;
const STATUS_DRIVER_OK: u32 = 4;
const STATUS_FEATURES_OK: u32 = 8;
const STATUS_NEEDS_RESET: u32 = 64;

/** Reads of a register that must come to a value (reset, a stable configuration) before the device counts as broken. */
const MAX_POLLS: u32 = 100_000;

// What identify() finds, besides a device id (1 network, 2 block …).
export const VIRTIO_EMPTY: i32 = 0;
export const VIRTIO_LEGACY: i32 = -1; // only the interface before version 1.0
export const VIRTIO_UNKNOWN: i32 = -2; // no virtio registers, or a later version

export const VIRTIO_FEATURE_VERSION_1: u64 = 1 << 32;
export const VIRTIO_INTERRUPT_QUEUE: u32 = 1; // the device used buffers
export const VIRTIO_INTERRUPT_CONFIG: u32 = 2; // its configuration changed, or it needs a reset

export class VirtioTransport {
  /** base: address of the registers in this module's memory. */
  constructor(private base: usize) {}

  /** → device id, VIRTIO_EMPTY, VIRTIO_LEGACY or VIRTIO_UNKNOWN. Changes nothing. */
  identify(): i32 {
    if (mmioRead32(this.base + MAGIC) != MAGIC_VALUE) return VIRTIO_UNKNOWN;
    const version = mmioRead32(this.base + VERSION);
    const id = mmioRead32(this.base + DEVICE_ID);
    if (id == 0) return VIRTIO_EMPTY;
    if (version == VERSION_LEGACY) return VIRTIO_LEGACY;
    return version == VERSION_MODERN && id <= <u32>i32.MAX_VALUE ? <i32>id : VIRTIO_UNKNOWN;
  }

  /** Stops the device: after it, and only if it gives true, the device touches no memory any more (2.4.2). */
  reset(): bool {
    mmioWrite32(this.base + STATUS, 0);
    for (let polls: u32 = 0; polls < MAX_POLLS; polls++) {
      if (mmioRead32(this.base + STATUS) == 0) return true;
    }
    return false;
  }

  /**
   * Takes the device over up to the features (3.1.1, steps 1–6): of `wanted` those that it offers, and VERSION_1.
   * → what was agreed, or 0: it cannot be reset, or refuses.
   */
  negotiate(wanted: u64): u64 {
    if (!this.reset()) return 0;
    mmioWrite32(this.base + STATUS, STATUS_ACKNOWLEDGE);
    mmioWrite32(this.base + STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
    const features = this.offeredFeatures() & (wanted | VIRTIO_FEATURE_VERSION_1);
    if (!(features & VIRTIO_FEATURE_VERSION_1)) return 0;
    for (let half: u32 = 0; half < 2; half++) {
      mmioWrite32(this.base + DRIVER_FEATURES_SELECT, half);
      mmioWrite32(this.base + DRIVER_FEATURES, <u32>(features >> (half << 5)));
    }
    mmioWrite32(this.base + STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);
    return mmioRead32(this.base + STATUS) & STATUS_FEATURES_OK ? features : 0;
  }

  /** Largest size of queue `index`; 0: there is no such queue, or it is in use. */
  queueSizeMax(index: u32): u32 {
    mmioWrite32(this.base + QUEUE_SELECT, index);
    return mmioRead32(this.base + QUEUE_READY) ? 0 : mmioRead32(this.base + QUEUE_SIZE_MAX);
  }

  /** Gives queue `index` its size (a power of two) and the physical addresses of its three parts. */
  setUpQueue(index: u32, size: u32, descriptors: u64, driverArea: u64, deviceArea: u64): void {
    mmioWrite32(this.base + QUEUE_SELECT, index);
    mmioWrite32(this.base + QUEUE_SIZE, size);
    this.writeAddress(QUEUE_DESCRIPTORS, descriptors);
    this.writeAddress(QUEUE_DRIVER_AREA, driverArea);
    this.writeAddress(QUEUE_DEVICE_AREA, deviceArea);
    mmioWrite32(this.base + QUEUE_READY, 1);
  }

  /** The device may work from now on (3.1.1, step 8). */
  start(): void {
    mmioWrite32(
      this.base + STATUS,
      STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK,
    );
  }

  /** Tells the device that queue `index` has new buffers. Its driver area must be visible by then: a barrier before. */
  @inline notifyQueue(index: u32): void {
    mmioWrite32(this.base + QUEUE_NOTIFY, index);
  }

  /** Takes the interrupt's causes, VIRTIO_INTERRUPT_…: what comes after will interrupt again. */
  @inline takeInterrupt(): u32 {
    const causes = mmioRead32(this.base + INTERRUPT_STATUS);
    mmioWrite32(this.base + INTERRUPT_ACKNOWLEDGE, causes);
    return causes;
  }

  /** Whether the device says of itself that it is broken. */
  get needsReset(): bool {
    return (mmioRead32(this.base + STATUS) & STATUS_NEEDS_RESET) != 0;
  }

  /** A word of the device's configuration. */
  config32(offset: u32): u32 {
    return mmioRead32(this.base + CONFIG + offset);
  }

  /** Two words that belong together: read again while the device changes them (4.2.2.2). */
  config64(offset: u32): u64 {
    let value: u64 = 0;
    for (let polls: u32 = 0; polls < MAX_POLLS; polls++) {
      const generation = mmioRead32(this.base + CONFIG_GENERATION);
      value = (<u64>this.config32(offset)) | ((<u64>this.config32(offset + 4)) << 32);
      if (mmioRead32(this.base + CONFIG_GENERATION) == generation) break;
    }
    return value;
  }

  private offeredFeatures(): u64 {
    mmioWrite32(this.base + DEVICE_FEATURES_SELECT, 1);
    const high = mmioRead32(this.base + DEVICE_FEATURES);
    mmioWrite32(this.base + DEVICE_FEATURES_SELECT, 0);
    return ((<u64>high) << 32) | (<u64>mmioRead32(this.base + DEVICE_FEATURES));
  }

  private writeAddress(register: usize, address: u64): void {
    mmioWrite32(this.base + register, <u32>address);
    mmioWrite32(this.base + register + 4, <u32>(address >> 32));
  }
}
