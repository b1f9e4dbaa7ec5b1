// The block service as the VFS sees it, played under Node: disks that are buffers or sparse files, requests answered when
// the test says so, in the order that it says, and disks that fail. abi/block.ts says what the messages carry.

import { readSync, writeSync } from "node:fs";
import {
  BLOCK_DEVICE_FIXED_BYTES,
  BLOCK_FLAG_CACHE,
  BLOCK_FLAG_READ_ONLY,
  BLOCK_MAX_PENDING,
  BLOCK_MAX_SECTORS,
} from "../../../abi/block.ts";
import { E2BIG, EBADF, EINVAL, EIO, ENOENT, ENOSYS, ENXIO, EROFS } from "../../../abi/errno.ts";
import {
  BLOCK_ATTACH,
  BLOCK_CLAIM,
  BLOCK_COMPLETED,
  BLOCK_CONNECT,
  BLOCK_FIND,
  BLOCK_FLUSH,
  BLOCK_READ,
  BLOCK_WRITE,
} from "../../../abi/ops.ts";
import { ANSWERS_ENDPOINT, type BlockPeer } from "./fake_kernel.ts";
import type { ServiceUnderTest } from "./service.ts";

const PAGE = 0x1000;
const AT = { info: 0x10, value: 0x28, grant: 0x50, data: 0x80 };
const SECTOR = 512;
const PIECES = 24;

/** What a disk's sectors are in: a buffer, or a file's descriptor. */
export interface Disk {
  name: string;
  contents: Buffer | number;
  bytes: number;
  readOnly?: boolean;
  /** Whether a request fails. */
  fails?: (kind: "read" | "write" | "flush", sector: number, sectors: number) => boolean;
}

interface Pending {
  cookie: bigint;
  run: () => bigint;
}

export class FakeBlock implements BlockPeer {
  readonly pending: Pending[] = [];
  /** Counts of requests, and of the sectors they moved. */
  readonly done = { read: 0, write: 0, flush: 0, sectorsRead: 0, sectorsWritten: 0 };
  /** Which of the pending requests is answered next. */
  choose: (pending: number) => number = () => 0;
  private readonly attachments: number[] = [];

  constructor(
    private readonly service: ServiceUnderTest,
    readonly disks: Disk[],
  ) {
    service.kernel.block = this;
    service.goOn = () => this.completeOne();
  }

  private page(): DataView {
    return new DataView(this.service.memory.buffer, PAGE);
  }

  private data(): Buffer {
    const page = this.page();
    return Buffer.from(this.service.memory.buffer, PAGE + AT.data, page.getUint16(AT.info + 4, true));
  }

  private respond(value: bigint, data: Buffer = Buffer.alloc(0)): number {
    const page = this.page();
    page.setBigInt64(AT.value, value, true);
    page.setBigUint64(AT.info, BigInt(data.length) << 32n, true);
    new Uint8Array(this.service.memory.buffer, PAGE + AT.data).set(data.subarray(0, 256));
    return 0;
  }

  call(): number {
    const op = this.page().getUint16(AT.info, true);
    switch (op) {
      case BLOCK_CONNECT:
      case BLOCK_CLAIM:
        return this.respond(0n);
      case BLOCK_ATTACH: {
        const address = this.service.kernel.mappedObjects.get(this.page().getUint32(AT.grant + 4, true));
        if (address === undefined) return -EBADF;
        this.attachments.push(address);
        return this.respond(BigInt(this.attachments.length - 1));
      }
      case BLOCK_FIND:
        return this.find(this.data().subarray(1).toString());
      default:
        return -ENOSYS;
    }
  }

  private find(name: string): number {
    const index = this.disks.findIndex((disk) => disk.name === name);
    if (index < 0) return -ENOENT;
    const disk = this.disks[index];
    const data = Buffer.alloc(BLOCK_DEVICE_FIXED_BYTES);
    data.writeBigUInt64LE(BigInt(Math.floor(disk.bytes / SECTOR)), 0);
    data.writeUInt32LE(index, 16);
    data.writeUInt32LE(index, 20);
    data.writeUInt32LE(BLOCK_FLAG_CACHE | (disk.readOnly ? BLOCK_FLAG_READ_ONLY : 0), 24);
    data.writeUInt32LE(SECTOR, 28);
    return this.respond(BigInt(index), data);
  }

  send(): number {
    const op = this.page().getUint16(AT.info, true);
    if (this.pending.length >= BLOCK_MAX_PENDING) throw new Error("more requests than a client may have");
    const data = Buffer.from(this.data());
    const cookie = data.readBigUInt64LE(16);
    this.pending.push({ cookie, run: () => this.perform(op, data) });
    return 0;
  }

  private perform(op: number, data: Buffer): bigint {
    const disk = this.disks[data.readUInt32LE(0)];
    const sectors = data.readUInt32LE(4);
    const first = Number(data.readBigUInt64LE(8));
    const kind = op === BLOCK_READ ? "read" : op === BLOCK_WRITE ? "write" : "flush";
    if (disk.fails?.(kind, first, sectors)) return BigInt(-EIO);
    this.done[kind]++;
    if (op === BLOCK_FLUSH) return 0n;
    const pieces = (data.length - PIECES) / 8;
    if (sectors > BLOCK_MAX_SECTORS) return BigInt(-E2BIG);
    if (sectors === 0 || pieces < 1 || sectors % pieces !== 0) return BigInt(-EINVAL);
    if ((first + sectors) * SECTOR > disk.bytes) return BigInt(-ENXIO);
    if (op === BLOCK_WRITE && disk.readOnly) return BigInt(-EROFS);
    const bytes = (sectors / pieces) * SECTOR;
    for (let i = 0; i < pieces; i++) {
      const base = this.attachments[data.readUInt32LE(PIECES + i * 8)];
      const memory = this.service.kernel.slice(base + data.readUInt32LE(PIECES + i * 8 + 4), bytes);
      this.move(disk, op === BLOCK_WRITE, first * SECTOR + i * bytes, memory);
    }
    if (op === BLOCK_WRITE) this.done.sectorsWritten += sectors;
    else this.done.sectorsRead += sectors;
    return BigInt(sectors);
  }

  private move({ contents }: Disk, isWrite: boolean, at: number, memory: Buffer): void {
    if (typeof contents === "number") {
      if (isWrite) writeSync(contents, memory, 0, memory.length, at);
      else readSync(contents, memory, 0, memory.length, at);
    } else if (isWrite) memory.copy(contents, at);
    else contents.copy(memory, 0, at, at + memory.length);
  }

  /** Answers one pending request; false: there is none. */
  completeOne(): boolean {
    if (this.pending.length === 0) return false;
    const [{ cookie, run }] = this.pending.splice(this.choose(this.pending.length) % this.pending.length, 1);
    const data = Buffer.alloc(16);
    data.writeBigUInt64LE(cookie, 0);
    data.writeBigInt64LE(run(), 8);
    this.service.deliver(BLOCK_COMPLETED, data, ANSWERS_ENDPOINT);
    return true;
  }

  /** Answers all of them, and those that follow. */
  completeAll(): void {
    while (this.completeOne());
  }
}
