// The driver of a virtio-net card, in a process of its own: finds the card in the slots that the manifest gave it, connects
// it to the network service (endpoint 2) and moves packets between the two. docs/services/netdriver.md. Endpoint 15 is its
// proof of being the driver, and where init asks whether it is alive. Without a card it stays, and does nothing.
//
// start, dispatch, notify and timedOut are what the loop does by pieces; tests under Node call them.

import { DEVICE_VIRTIO, MAX_VIRTIO_SLOTS } from "../../../abi/construct";
import { EPID_NET_DRIVER, NOTIFY_DRAIN } from "../../../abi/endpoints";
import { NET_OBJECT_PAGES } from "../../../abi/net_driver";
import { SYS_IRQ_ACK, SYS_MAP_MMIO, SYS_REQUEST_IRQ } from "../../../abi/syscall";
import { Message, NO_TIMEOUT, Service, message } from "../../lib/hnx_ipc";
import { LOG_INFO, LOG_WARN, logLine, logWarn } from "../../lib/log";
import { reservePages, strerror } from "../../lib/process";
import { syscall } from "../../lib/sys";
import { DmaMemory } from "../../lib/virtio/dma";
import { VIRTIO_LEGACY, VirtioTransport } from "../../lib/virtio/transport";
import { Link } from "./link";
import { NIC_DMA_PAGES, Nic } from "./nic";

const DEVICE_ID_NETWORK: i32 = 1; // Virtio 1.2, 5: device types
const INTERRUPT: u32 = 0;
const INTERRUPT_BIT: u64 = 1 << INTERRUPT;
const RETRY_NS: i64 = 250_000_000; // the network service could not take us
const MAX_ROUNDS: u32 = 64; // of moving packets, before other messages get their turn
const MAC_BYTES: u32 = 6;

class Driver extends Service {
  constructor(
    private nic: Nic | null,
    private link: Link | null,
  ) {
    super(EPID_NET_DRIVER, "netdriver", "1.0");
    this.connect();
  }

  request(m: Message): i64 {
    return this.unknown(m);
  }

  notification(bits: u64): void {
    const nic = this.nic;
    const link = this.link;
    if (!nic || !link) return;
    const mayHaveChanged = (bits & INTERRUPT_BIT) != 0 && nic.interrupt();
    if (bits & NOTIFY_DRAIN && link.isConnected && !link.isCurrent) this.disconnect();
    if (link.isConnected) this.work(nic, link);
    if (mayHaveChanged && link.isConnected) link.tell(!nic.hasFailed && nic.isLinkUp);
    if (bits & INTERRUPT_BIT && !nic.hasFailed) syscall(SYS_IRQ_ACK, INTERRUPT, 0, 0, 0, 0, 0);
    if (!link.isConnected) this.connect();
  }

  timedOut(): void {
    this.connect();
  }

  /** Moves packets until both sides have nothing more and will wake us. */
  private work(nic: Nic, link: Link): void {
    for (let round: u32 = 0; round < MAX_ROUNDS; round++) {
      const isWhole = nic.move(link.received, link.toSend);
      const status = isWhole ? link.requestSignals(nic.wantsBuffers) : -1;
      if (status == 0) return;
      if (status < 0) return this.disconnect();
    }
  }

  private disconnect(): void {
    if (this.nic) this.nic!.stop();
    if (this.link) this.link!.disconnect();
  }

  /** Connects card and network service; if that fails, it is tried again later. */
  private connect(): void {
    const nic = this.nic;
    const link = this.link;
    this.receiveTimeout_ns = NO_TIMEOUT;
    if (!nic || !link || nic.hasFailed || link.isConnected || !nic.prepare()) return;
    const status = link.connect(nic.mac, nic.isLinkUp);
    if (status < 0) {
      logLine.text("the network service does not take the card: ").text(strerror(status)).write(LOG_WARN);
      this.receiveTimeout_ns = RETRY_NS;
      return;
    }
    nic.start();
    this.work(nic, link);
  }
}

/** The card, or null: the machine has none that can be used. */
function findNic(): VirtioTransport | null {
  const page = reservePages(1);
  for (let slot: u32 = 0; slot < MAX_VIRTIO_SLOTS; slot++) {
    const offset = syscall(SYS_MAP_MMIO, DEVICE_VIRTIO, slot, page, 0, 0, 0);
    if (offset < 0) continue; // not ours, or the machine has no such slot
    const transport = new VirtioTransport(page + <usize>offset);
    const id = transport.identify();
    if (id == VIRTIO_LEGACY)
      logWarn("the card has only the interface before virtio 1.0: -global virtio-mmio.force-legacy=false");
    if (id != DEVICE_ID_NETWORK) return null; // one slot is ours, and its page is mapped
    const status = <i32>syscall(SYS_REQUEST_IRQ, DEVICE_VIRTIO, slot, INTERRUPT, 0, 0, 0);
    if (status >= 0) return transport;
    logLine.text("no interrupt for the card: ").text(strerror(status)).write(LOG_WARN);
    return null;
  }
  return null;
}

function logCard(nic: Nic): void {
  logLine.text("card ");
  for (let i: u32 = 0; i < MAC_BYTES; i++) {
    if (i) logLine.text(":");
    logLine.text(hex((<u32>(nic.mac >> ((MAC_BYTES - 1 - i) << 3))) & 0xff));
  }
  logLine.text(nic.isLinkUp ? ", link up" : ", link down").write(LOG_INFO);
}

const DIGITS: string = "0123456789abcdef";

function hex(byte: u32): string {
  return DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15);
}

let driver: Driver | null = null;

/** Finds the card and connects it. */
export function start(): void {
  const transport = findNic();
  let nic: Nic | null = null;
  let link: Link | null = null;
  if (transport) {
    const memory = new DmaMemory(NIC_DMA_PAGES);
    if (memory.error) {
      logLine.text("no memory for the card: ").text(strerror(memory.error)).write(LOG_WARN);
    } else {
      link = new Link(reservePages(NET_OBJECT_PAGES));
      nic = new Nic(transport, memory, link.pool, link.pages);
    }
  }
  driver = new Driver(nic, link);
  if (nic && !nic.hasFailed) logCard(nic);
}

/** Answers the request in the message page. */
export function dispatch(): i64 {
  return driver!.request(message().rewind());
}

/** Handles notification bits. */
export function notify(bits: u64): void {
  driver!.notification(bits);
}

/** Serves for ever. → errno, as an exit status. */
export function main(): i32 {
  start();
  return driver!.run();
}
