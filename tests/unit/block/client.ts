// A client of the block service: requests as its library builds them, and hostile ones.

import { BLOCK_DEVICE_FIXED_BYTES } from "../../../abi/block.ts";
import { ENODEV } from "../../../abi/errno.ts";
import {
  BLOCK_ATTACH,
  BLOCK_CONNECT,
  BLOCK_DESCRIBE,
  BLOCK_DETACH,
  BLOCK_FIND,
  BLOCK_FLUSH,
  BLOCK_READ,
  BLOCK_WRITE,
} from "../../../abi/ops.ts";
import { type Answer, FLAG_ASYNC, RequestData } from "../harness/message.ts";
import { ServiceUnderTest } from "../harness/service.ts";
import { BlockKernel, type FakeObject } from "./machine.ts";

const GRANT = 0x1050;
const FLAG_GRANT = 64;
const GRANT_ENDPOINT = 1;
const GRANT_OBJECT = 2;
const PROT_READ_WRITE = 3;
const LATER = -(1n << 63n);
export const PID = 40;
export const ENDPOINT = 77;

export interface Device {
  name: string;
  sectors: number;
  first: number;
  id: number;
  disk: number;
  flags: number;
  blockBytes: number;
}

export interface Piece {
  attachment: number;
  offset: number;
}

function readDevice(data: Buffer): Device {
  return {
    sectors: Number(data.readBigUInt64LE(0)),
    first: Number(data.readBigUInt64LE(8)),
    id: data.readUInt32LE(16),
    disk: data.readUInt32LE(20),
    flags: data.readUInt32LE(24),
    blockBytes: data.readUInt32LE(28),
    name: data.toString("latin1", BLOCK_DEVICE_FIXED_BYTES + 1, BLOCK_DEVICE_FIXED_BYTES + 1 + data[32]),
  };
}

export function requestData(
  device: number,
  first: bigint,
  sectors: number,
  cookie: bigint,
  pieces: Piece[],
): RequestData {
  const data = new RequestData().u32(device).u32(sectors).u64(first).u64(cookie);
  for (const { attachment, offset } of pieces) data.u32(attachment).u32(offset);
  return data;
}

/** The service with its disks in slots 0, 8, 16 …, started. */
export class BlockMachine {
  readonly service: ServiceUnderTest;
  pid = PID;

  constructor(readonly kernel: BlockKernel) {
    kernel.alive.add(PID);
    this.service = new ServiceUnderTest("block", kernel);
    this.service.start();
  }

  /** A machine with one disk. */
  static with(image: Buffer, change?: Parameters<BlockKernel["addDisk"]>[2]): BlockMachine {
    const kernel = new BlockKernel();
    kernel.addDisk(0, image, change);
    return new BlockMachine(kernel);
  }

  call(op: number, data: RequestData, flags = 0): Answer {
    return this.service.call(op, data, [], { flags, source: this.pid });
  }

  /** The result of a call that is answered at once. */
  result(op: number, data: RequestData, flags = 0): number {
    const { result } = this.call(op, data, flags);
    if (result === LATER) throw new Error("the call is not answered");
    return Number(result);
  }

  devices(): Device[] {
    const devices: Device[] = [];
    for (let id = 0; ; id++) {
      const { result, data } = this.call(BLOCK_DESCRIBE, new RequestData().u32(id));
      if (Number(result) === -ENODEV) return devices;
      devices.push(readDevice(data));
    }
  }

  find(name: string): Device | number {
    const { result, data } = this.call(BLOCK_FIND, new RequestData().str(name));
    return result < 0n ? Number(result) : readDevice(data);
  }

  private grant(kind: number, id: number, rights: number): void {
    const grant = this.kernel.slice(GRANT, 16);
    [kind, id, rights, 0].forEach((word, i) => grant.writeUInt32LE(word, 4 * i));
  }

  connect(endpoint = ENDPOINT): number {
    this.grant(GRANT_ENDPOINT, endpoint, 1);
    return this.result(BLOCK_CONNECT, new RequestData(), FLAG_GRANT);
  }

  /** → attachment or -errno */
  attach(object: FakeObject, rights = PROT_READ_WRITE, pages = object.bytes.length / 4096): number {
    this.grant(GRANT_OBJECT, object.id, rights);
    return this.result(BLOCK_ATTACH, new RequestData().u32(pages), FLAG_GRANT);
  }

  detach(attachment: number): number {
    return this.result(BLOCK_DETACH, new RequestData().u32(attachment));
  }

  /** Delivers the interrupts of the disks that have one pending, until none has. */
  interrupts(): void {
    for (let bits = this.kernel.pendingBits(); bits; bits = this.kernel.pendingBits())
      this.service.notify(bits);
  }

  /** A call that is done when its disk has interrupted: its result, or undefined while it waits. */
  transfer(op: number, data: RequestData): number | undefined {
    const { result } = this.call(op, data);
    if (result !== LATER) return Number(result);
    const token = this.service.lastToken;
    this.interrupts();
    const reply = this.kernel.replies.find((r) => r.token === token);
    return reply && Number(reply.result);
  }

  read(device: number, first: number, sectors: number, attachment: number, offset = 0): number | undefined {
    return this.transfer(
      BLOCK_READ,
      requestData(device, BigInt(first), sectors, 0n, [{ attachment, offset }]),
    );
  }

  write(device: number, first: number, sectors: number, attachment: number, offset = 0): number | undefined {
    return this.transfer(
      BLOCK_WRITE,
      requestData(device, BigInt(first), sectors, 0n, [{ attachment, offset }]),
    );
  }

  flush(device: number): number | undefined {
    return this.transfer(BLOCK_FLUSH, requestData(device, 0n, 0, 0n, []));
  }

  /** An asynchronous request: its completion will be among kernel.sent. */
  submit(op: number, data: RequestData): void {
    this.call(op, data, FLAG_ASYNC);
  }
}
