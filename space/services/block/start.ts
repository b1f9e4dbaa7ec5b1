// Finding the disks: every virtio slot that the manifest gave this service is looked at; those with a disk get an
// interrupt and DMA memory, are taken over and scanned for partitions. A disk that cannot be used is skipped, with a line in
// the log; the service runs with those that can.

import { BLOCK_MAX_DISKS } from "../../../abi/block";
import { DEVICE_VIRTIO, MAX_VIRTIO_SLOTS } from "../../../abi/construct";
import { SYS_MAP_MMIO, SYS_REQUEST_IRQ } from "../../../abi/syscall";
import { LOG_WARN, logLine, logWarn } from "../../lib/log";
import { reservePages } from "../../lib/process";
import { syscall } from "../../lib/sys";
import { DmaMemory } from "../../lib/virtio/dma";
import { VIRTIO_LEGACY, VirtioTransport } from "../../lib/virtio/transport";
import { addDisk } from "./device";
import { Disk } from "./disk";
import { DMA_PAGES } from "./layout";
import { scanPartitions } from "./partitions/scan";

const DEVICE_ID_BLOCK: i32 = 2; // Virtio 1.2, 5: device types

/** Takes over every disk there is. */
export function startDisks(): void {
  let count: u32 = 0;
  let page: usize = 0; // reserved, and not taken by an earlier slot
  for (let slot: u32 = 0; slot < MAX_VIRTIO_SLOTS; slot++) {
    if (!page) page = reservePages(1);
    const offset = syscall(SYS_MAP_MMIO, DEVICE_VIRTIO, slot, page, 0, 0, 0);
    if (offset < 0) continue; // not ours, or the machine has no such slot
    const transport = new VirtioTransport(page + <usize>offset);
    page = 0;
    const id = transport.identify();
    if (id == VIRTIO_LEGACY) refuseLegacy(slot);
    if (id != DEVICE_ID_BLOCK) continue;
    if (count == BLOCK_MAX_DISKS) return logWarn("there are more disks than are used");
    if (startDisk(count, slot, transport)) count++;
  }
}

function refuseLegacy(slot: u32): void {
  logLine.text("virtio slot ").number(slot).text(" has only the interface before virtio 1.0: ");
  logLine.text("start QEMU with -global virtio-mmio.force-legacy=false").write(LOG_WARN);
}

function startDisk(index: u32, slot: u32, transport: VirtioTransport): bool {
  const memory = new DmaMemory(DMA_PAGES);
  if (memory.error) return refuse(slot, "DMA memory", memory.error);
  const status = <i32>syscall(SYS_REQUEST_IRQ, DEVICE_VIRTIO, slot, index, 0, 0, 0);
  if (status < 0) return refuse(slot, "interrupt", status);
  const disk = new Disk(index, transport, memory);
  if (!disk.start()) return false;
  scanPartitions(disk, addDisk(disk));
  return true;
}

function refuse(slot: u32, what: string, status: i32): bool {
  logLine.text("disk in virtio slot ").number(slot).text(": ").text(what).text(": error ").number(-status);
  logLine.write(LOG_WARN);
  return false;
}
