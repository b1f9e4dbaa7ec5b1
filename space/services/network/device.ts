// The network service's end of the link to the card's driver (abi/net_driver.ts): the memory object with all packet buffers,
// mapped where the stack keeps them, and the two queues. Called by service.ts (connect, link) and loop.ts (input, output, rest).
//
// No driver, no object: packets then only go round the loopback, and their memory is the service's own. A driver that
// connects gets a new object; the packets that the last one had come back, empty. What the driver writes into a buffer while
// we read it is its own affair: with DMA and no IOMMU it is trusted with all memory anyway (DESIGN §7).

import { EPID_NET_DRIVER } from "../../../abi/endpoints";
import { EBADMSG, EINVAL, EPERM } from "../../../abi/errno";
import {
  NET_BUFFERS,
  NET_BUFFER_BYTES,
  NET_BUFFER_PAGES,
  NET_OBJECT_PAGES,
  NET_QUEUE_BYTES,
  NET_QUEUE_PAGES,
  NOTIFY_NET_STACK,
} from "../../../abi/net_driver";
import { Message } from "../../../abi/message";
import { PROT_READ, PROT_WRITE } from "../../../abi/program";
import { done, failed } from "../../lib/hnx_ipc";
import { ownerOf } from "../../lib/hnx_ipc/owner";
import { LOG_WARN, logLine } from "../../lib/log";
import { objectClose, objectCreate, objectGrant, objectMap, objectUnmap } from "../../lib/memory_object";
import { strerror } from "../../lib/process/errors";
import { BufferPool, DRAINER, FILLER, PacketQueue } from "../../lib/ring";
import { linkDown, linkUp } from "./configuration";
import { frameInput } from "./stack/ethernet";
import { FRAMES_OUT, count } from "./stack/counters";
import { ETHERNET, interfaceAt } from "./stack/interface";
import { PACKET_AREA, PACKET_QUEUES } from "./stack/layout";
import {
  FRAME_OFFSET,
  packetFree,
  packetLength,
  packetNew,
  packetsWanted,
  takeFromWire,
} from "./stack/packet";

const RECEIVE_BUFFERS: u32 = 256; // of NET_BUFFERS, lent to the driver for what arrives
const MAX_INPUT: u32 = 64; // frames handled before the stack works
const BUFFER_START: u32 = ~(NET_BUFFER_BYTES - 1);
const MAC_MASK: u64 = 0xffff_ffff_ffff;

let pool!: BufferPool;
let received!: PacketQueue;
let toSend!: PacketQueue;

let object: i32 = 0; // 0: no driver is connected
let driverPid: u32 = 0;
/** Whether the driver has been asked to wake us and nothing was taken since: the request holds. */
let isAsking: bool = false;

/** Makes our ends of the queues. The arena is there. */
export function startDevice(): void {
  pool = new BufferPool(PACKET_AREA, NET_BUFFERS, NET_BUFFER_BYTES, true);
  received = new PacketQueue(pool, PACKET_QUEUES, DRAINER, EPID_NET_DRIVER, NOTIFY_NET_STACK);
  const second = PACKET_QUEUES + NET_QUEUE_BYTES;
  toSend = new PacketQueue(pool, second, FILLER, EPID_NET_DRIVER, NOTIFY_NET_STACK);
}

/** Takes back every buffer that the driver has; the memory is our own and zero again. */
function disconnect(): void {
  if (!object) return;
  linkDown();
  objectUnmap(PACKET_AREA);
  objectUnmap(PACKET_QUEUES);
  objectClose(object);
  object = 0;
  driverPid = 0;
  for (let offset: u32 = 0; offset < NET_BUFFERS * NET_BUFFER_BYTES; offset += NET_BUFFER_BYTES) {
    if (pool.accept(offset, 0) == 0) packetFree(PACKET_AREA + offset + FRAME_OFFSET);
  }
}

/** Maps the object's two parts. → 0 or -errno */
function mapObject(id: i32): i32 {
  const status = objectMap(id, PACKET_AREA, 0, NET_BUFFER_PAGES, PROT_READ | PROT_WRITE);
  if (status < 0) return status;
  const queues = objectMap(id, PACKET_QUEUES, NET_BUFFER_PAGES, NET_QUEUE_PAGES, PROT_READ | PROT_WRITE);
  if (queues < 0) objectUnmap(PACKET_AREA);
  return queues;
}

/** Makes the object, gives the driver access, and lends it buffers. → the object's id or -errno */
function makeObject(pid: u32): i32 {
  const id = objectCreate(NET_OBJECT_PAGES);
  if (id < 0) return id;
  let status = objectGrant(id, pid, PROT_READ | PROT_WRITE);
  if (status >= 0) status = mapObject(id);
  if (status < 0) {
    objectClose(id);
    return status;
  }
  object = id;
  driverPid = pid;
  received.restart();
  toSend.restart();
  isAsking = false;
  lendBuffers();
  return id;
}

function lendBuffers(): void {
  for (let i: u32 = 0; i < RECEIVE_BUFFERS; i++) {
    const frame = packetNew();
    if (!frame) return; // with fewer it works as well
    received.give((<u32>(frame - PACKET_AREA)) & BUFFER_START, 0);
  }
  received.flush();
}

/** NET_DRIVER_CONNECT: u64 mac, u32 link → the object's id */
export function connectDriver(m: Message): i64 {
  const mac = m.readU64();
  const isUp = m.readU32();
  if (!m.ok) return failed(EBADMSG);
  if (m.srcPid != ownerOf(EPID_NET_DRIVER)) return failed(EPERM);
  if (mac == 0 || mac > MAC_MASK || isUp > 1) return failed(EINVAL);
  disconnect();
  const id = makeObject(m.srcPid);
  if (id < 0) return failed(-id);
  interfaceAt(ETHERNET).mac = mac;
  if (isUp) linkUp();
  return done(id);
}

/** NET_DRIVER_LINK: u32 link */
export function changeLink(m: Message): i64 {
  const isUp = m.readU32();
  if (!m.ok) return failed(EBADMSG);
  if (!object || m.srcPid != driverPid) return failed(EPERM);
  if (isUp > 1) return failed(EINVAL);
  if (isUp) linkUp();
  else linkDown();
  return done(0);
}

function giveUp(status: i32): void {
  logLine.text("lost the network card's driver: ").text(strerror(-status)).write(LOG_WARN);
  disconnect();
}

/** Hands frames that arrived to the stack, MAX_INPUT at most: others get their turn, too, when there is a flood. */
export function deviceInput(): void {
  if (!object) return;
  for (let i: u32 = 0; i < MAX_INPUT; i++) {
    const status = received.take();
    if (status <= 0) {
      if (status < 0) giveUp(status);
      return;
    }
    isAsking = false;
    const offset = received.offset;
    frameInput(PACKET_AREA + offset, received.length_bytes);
    received.give(offset & BUFFER_START, 0);
  }
}

/** Takes back buffers of frames that were sent. */
function reclaim(): void {
  for (;;) {
    const status = toSend.take();
    if (status < 0) return giveUp(status);
    if (status == 0) return;
    packetFree(PACKET_AREA + (toSend.offset & BUFFER_START) + FRAME_OFFSET);
  }
}

/** Hands the stack's frames to the driver, and takes back what is done with. Without a driver they are dropped. */
export function deviceOutput(): void {
  if (object) reclaim();
  for (let frame = takeFromWire(); frame; frame = takeFromWire()) {
    count(FRAMES_OUT);
    if (!object || toSend.give(<u32>(frame - PACKET_AREA), packetLength(frame)) < 0) packetFree(frame);
  }
  if (!object) return;
  const sent = toSend.flush();
  const back = received.flush();
  if (sent < 0 || back < 0) giveUp(min(sent, back));
}

/** Before sleeping: asks the driver to wake us. → whether there is something to do at once */
export function deviceIsReady(): bool {
  if (!object) return false;
  const input = isAsking ? 0 : received.requestSignal();
  isAsking = input == 0;
  const room = packetsWanted && input == 0 ? toSend.requestSignal() : 0;
  if (input < 0 || room < 0) giveUp(min(input, room));
  return input > 0 || room > 0;
}
