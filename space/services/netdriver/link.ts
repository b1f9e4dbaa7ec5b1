// The driver's end of the link to the network service (abi/net_driver.ts): connecting, the memory, the two queues, and
// noticing that the service is gone. The network service answers at once and never calls us, so calling it is safe.

import { EPID_NETWORK, PRIORITY_NORMAL } from "../../../abi/endpoints";
import {
  NET_BUFFERS,
  NET_BUFFER_BYTES,
  NET_BUFFER_PAGES,
  NET_OBJECT_PAGES,
  NET_QUEUE_BYTES,
  NOTIFY_NET_DRIVER,
} from "../../../abi/net_driver";
import { PAGE_SIZE } from "../../../abi/limits";
import { NET_DRIVER_CONNECT, NET_DRIVER_LINK } from "../../../abi/ops";
import { PROT_READ, PROT_WRITE } from "../../../abi/program";
import { SYS_OBJECT_PIN, SYS_OBJECT_UNPIN } from "../../../abi/syscall";
import { ipcCallService, message, request } from "../../lib/hnx_ipc";
import { ownerOf } from "../../lib/hnx_ipc/owner";
import { objectMap, objectUnmap } from "../../lib/memory_object";
import { BufferPool, DRAINER, FILLER, PacketQueue } from "../../lib/ring";
import { syscall } from "../../lib/sys";

const CALL_TIMEOUT_NS: i64 = 1_000_000_000;
const ADDRESS_BYTES: u32 = 8;

export class Link {
  pool: BufferPool;
  received: PacketQueue;
  toSend: PacketQueue;
  /** Where the physical addresses of the object's pages stand. */
  pages: usize = heap.alloc(NET_OBJECT_PAGES * ADDRESS_BYTES);
  private object: u32 = 0; // 0: not connected
  private servicePid: u32 = 0;

  /** base: NET_OBJECT_PAGES pages of ours for the object. */
  constructor(private base: usize) {
    const queues = base + NET_BUFFER_PAGES * PAGE_SIZE;
    const second = queues + NET_QUEUE_BYTES;
    const pool = new BufferPool(base, NET_BUFFERS, NET_BUFFER_BYTES, false);
    this.pool = pool;
    this.received = new PacketQueue(pool, queues, FILLER, EPID_NETWORK, NOTIFY_NET_DRIVER);
    this.toSend = new PacketQueue(pool, second, DRAINER, EPID_NETWORK, NOTIFY_NET_DRIVER);
  }

  @inline get isConnected(): bool {
    return this.object != 0;
  }

  /** Makes us known to the network service and its memory ours to use. → 0 or -errno */
  connect(mac: u64, isUp: bool): i32 {
    this.servicePid = ownerOf(EPID_NETWORK);
    const m = request(NET_DRIVER_CONNECT).withU64(mac).withU32(u32(isUp));
    let status = ipcCallService(EPID_NETWORK, m, CALL_TIMEOUT_NS);
    if (status < 0) return status;
    const object = <u32>message().value;
    status = objectMap(object, this.base, 0, NET_OBJECT_PAGES, PROT_READ | PROT_WRITE);
    if (status < 0) return status;
    status = <i32>syscall(SYS_OBJECT_PIN, object, 0, NET_OBJECT_PAGES, this.pages, 0, 0);
    if (status < 0) {
      objectUnmap(this.base);
      return status;
    }
    this.object = object;
    this.pool.restart(false);
    this.received.restart();
    this.toSend.restart();
    return 0;
  }

  /** Lets the memory go. No device uses it any more. */
  disconnect(): void {
    if (!this.object) return;
    syscall(SYS_OBJECT_UNPIN, this.object, 0, 0, 0, 0, 0);
    objectUnmap(this.base);
    this.object = 0;
  }

  /** Whether the service that we are connected to still is the one that serves the network. */
  get isCurrent(): bool {
    return this.object != 0 && ownerOf(EPID_NETWORK) == this.servicePid;
  }

  /** Tells the stack whether the card's link is up. → 0 or -errno */
  tell(isUp: bool): i32 {
    return ipcCallService(
      EPID_NETWORK,
      request(NET_DRIVER_LINK, PRIORITY_NORMAL).withU32(u32(isUp)),
      CALL_TIMEOUT_NS,
    );
  }

  /**
   * Before sleeping. wantsBuffers: the stack shall wake us when it has empty ones, too, not only packets; a card that has
   * enough gets them when we are awake anyway. → 0: the stack will wake us; > 0: there is more to do; -errno: the link is broken
   */
  requestSignals(wantsBuffers: bool): i32 {
    const received = wantsBuffers ? this.received.requestSignal() : this.received.flush();
    const toSend = this.toSend.requestSignal();
    if (received < 0) return received;
    return toSend < 0 ? toSend : max(received, toSend);
  }
}
