// The block service's operations (abi/ops.ts, 400–410; docs/services/block.md). Nothing waits in here: a request to a disk
// is answered when the disk's interrupt says so, and other requests are taken meanwhile.

import { BLOCK_MAX_DISKS } from "../../../abi/block";
import { NOTIFY_DRAIN } from "../../../abi/endpoints";
import { DRAIN_RECORD_SIZE } from "../../../abi/construct";
import { EAGAIN, EBADF, EBADMSG, EBUSY, EEXIST, EINVAL, EMFILE, ENODEV, ENOENT } from "../../../abi/errno";
import { MAX_OBJECT_PAGES } from "../../../abi/limits";
import { FLAG_GRANT, GRANT_ENDPOINT, GRANT_OBJECT, MESSAGE_GRANT } from "../../../abi/message";
import {
  BLOCK_ATTACH,
  BLOCK_CLAIM,
  BLOCK_CONNECT,
  BLOCK_DESCRIBE,
  BLOCK_DETACH,
  BLOCK_FIND,
  BLOCK_FLUSH,
  BLOCK_READ,
  BLOCK_WRITE,
} from "../../../abi/ops";
import { SYS_EP_DRAIN, SYS_IRQ_ACK } from "../../../abi/syscall";
import { EPID_BLOCK, Message, NO_TIMEOUT, Service, done, doneWithData, failed } from "../../lib/hnx_ipc";
import { syscall } from "../../lib/sys";
import { admit } from "./admission";
import {
  attach,
  clientOfProcess,
  detach,
  findAttachment,
  findClient,
  freeNumber,
  isAttached,
  isInUse,
  numberOf,
  reapClients,
} from "./client";
import { sendUndelivered, undeliveredCount } from "./completion";
import { claim, describe, deviceAt, deviceCount, diskAt, findByName } from "./device";
import { TYPE_FLUSH, TYPE_READ, TYPE_WRITE } from "./layout";

/** A disk that keeps a request for longer is shut off. */
const REQUEST_TIMEOUT_NS: u64 = 30_000_000_000;
const TIME_CHECK_NS: i64 = 1_000_000_000; // how often that is looked at
const RETRY_NS: i64 = 1_000_000; // completions that found no room
const NS_PER_SECOND: u64 = 1_000_000_000;

export class BlockService extends Service {
  private drainRecord: usize = heap.alloc(DRAIN_RECORD_SIZE);
  private nextCheck: u64 = 0; // counter ticks

  /** counter_hz: of the counter that tick() is given. */
  constructor(private counter_hz: u64) {
    super(EPID_BLOCK, "block", "1.0");
  }

  request(m: Message): i64 {
    switch (<u32>m.op) {
      case BLOCK_READ:
        return admit(m, TYPE_READ);
      case BLOCK_WRITE:
        return admit(m, TYPE_WRITE);
      case BLOCK_FLUSH:
        return admit(m, TYPE_FLUSH);
      case BLOCK_DESCRIBE:
        return this.describe(m);
      case BLOCK_FIND:
        return this.find(m);
      case BLOCK_CONNECT:
        return this.connect(m);
      case BLOCK_ATTACH:
        return this.attach(m);
      case BLOCK_DETACH:
        return this.detach(m);
      case BLOCK_CLAIM:
        return this.claim(m);
      default:
        return this.unknown(m);
    }
  }

  /** Interrupts (bit i: disk i) and deaths. */
  notification(bits: u64): void {
    for (let i: u32 = 0; i < BLOCK_MAX_DISKS; i++) {
      if (!(bits & (1 << (<u64>i)))) continue;
      const disk = diskAt(i);
      if (!disk) continue;
      disk.interrupt();
      // The interrupt of a disk that was shut off stays masked: it must not keep us busy.
      if (!disk.hasFailed) syscall(SYS_IRQ_ACK, i, 0, 0, 0, 0, 0);
    }
    if (bits & NOTIFY_DRAIN) this.drain();
  }

  /** How long run() may wait for the next message before it must call tick(). */
  get timeout_ns(): i64 {
    if (undeliveredCount) return RETRY_NS;
    for (let i: u32 = 0; i < BLOCK_MAX_DISKS; i++) {
      const disk = diskAt(i);
      if (disk && disk.isBusy) return TIME_CHECK_NS;
    }
    return NO_TIMEOUT;
  }

  /** After each message, notification or timeout; now: the counter. */
  tick(now: u64): void {
    if (undeliveredCount) sendUndelivered();
    if (now < this.nextCheck) return;
    this.nextCheck = now + this.ticks(TIME_CHECK_NS);
    for (let i: u32 = 0; i < BLOCK_MAX_DISKS; i++) {
      const disk = diskAt(i);
      if (disk) disk.checkTime(now, this.ticks(REQUEST_TIMEOUT_NS));
    }
  }

  private ticks(time_ns: u64): u64 {
    return ((time_ns / 1000) * this.counter_hz) / (NS_PER_SECOND / 1000);
  }

  private describe(m: Message): i64 {
    const id = m.readU32();
    if (!m.ok) return failed(EBADMSG);
    const device = deviceAt(id);
    if (!device) return failed(ENODEV);
    m.beginReply();
    describe(m, device);
    return doneWithData(deviceCount);
  }

  private find(m: Message): i64 {
    const name = m.readStr();
    if (!m.ok) return failed(EBADMSG);
    const device = findByName(name + 1, load<u8>(name));
    if (!device) return failed(ENOENT);
    m.beginReply();
    const id = describe(m, device);
    return doneWithData(id);
  }

  private connect(m: Message): i64 {
    const endpoint = grantOf(m, GRANT_ENDPOINT);
    if (!endpoint) return failed(EINVAL);
    const client = clientOfProcess(m.srcPid);
    if (!client) return failed(EAGAIN);
    client.endpoint = endpoint;
    return done(0);
  }

  private attach(m: Message): i64 {
    const pages = m.readU32();
    if (!m.ok) return failed(EBADMSG);
    const object = grantOf(m, GRANT_OBJECT);
    if (!object || pages == 0 || pages > MAX_OBJECT_PAGES) return failed(EINVAL);
    const rights = load<u32>(changetype<usize>(m), MESSAGE_GRANT + 8);
    if (isAttached(object)) return failed(EEXIST);
    const client = clientOfProcess(m.srcPid);
    if (!client) return failed(EAGAIN);
    const number = freeNumber(client);
    if (number < 0) return failed(EMFILE);
    const result = attach(client, <u32>number, object, pages, rights);
    return result < 0 ? failed(<i32>-result) : done(result);
  }

  private detach(m: Message): i64 {
    const value = m.readU32();
    if (!m.ok) return failed(EBADMSG);
    const client = findClient(m.srcPid);
    if (!client || !findAttachment(client, value)) return failed(EBADF);
    if (isInUse(client, numberOf(value))) return failed(EBUSY);
    detach(client, numberOf(value));
    return done(0);
  }

  private claim(m: Message): i64 {
    const id = m.readU32();
    const take = m.readU32();
    if (!m.ok) return failed(EBADMSG);
    const device = deviceAt(id);
    if (!device) return failed(ENODEV);
    if (take > 1) return failed(EINVAL);
    const status = claim(device, m.srcPid, take == 1);
    return status < 0 ? failed(-status) : done(0);
  }

  /** Cancelled calls finish like any other; what matters is who died. */
  private drain(): void {
    while (syscall(SYS_EP_DRAIN, EPID_BLOCK, this.drainRecord, 0, 0, 0, 0) > 0);
    reapClients();
  }
}

/** The id that a message grants us a right to, if it is of that kind; else 0. */
function grantOf(m: Message, kind: u32): u32 {
  const grant = changetype<usize>(m) + MESSAGE_GRANT;
  if (!(m.flags & FLAG_GRANT) || load<u32>(grant) != kind) return 0;
  return load<u32>(grant, 4);
}
