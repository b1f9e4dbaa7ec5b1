// The stack as whoever runs it sees it. It does no input and output of its own, keeps no time of its own and never waits:
//
//   startStack(mac, reservedPackets)
//   loop: setClock(µs); frameInput(frame, length) for each received frame; runStack(); frames to the wire: takeFromWire();
//         sockets to look at: takeEvent(); again when something comes, at the latest at nextDeadline()

import { ARP_TIMER, arpTimer } from "./arp";
import { startArpTable } from "./arp_table";
import { blocksWanted, clearBlocksWanted, freeBlocks, startBlocks } from "./blocks";
import { COUNTERS, FIRST_SYSTEM_TIMER, MAX_CONNECTIONS, MAX_COUNTERS } from "./layout";
import { startDatagramSockets } from "./datagram_socket";
import { ETHERNET_HEADER } from "./ethernet_format";
import { startEvents } from "./events";
import { LOOPBACK, startInterfaces } from "./interface";
import { ip4Input } from "./ip4_input";
import { startIp4Output } from "./ip4_output";
import { hasPackets, packetFree, packetLength, startPackets, takeFromLoopback } from "./packet";
import { REASSEMBLY_TIMER, reassemblyTimer, startReassembly } from "./reassembly";
import { nextExpired, startTimers } from "./timers";
import { connectionTimer } from "./tcp/expiry";
import { flushOutput, hasOutput, startOutput } from "./tcp/output";
import { startQueues } from "./tcp/queues";
import { startTable, wakeBlocked } from "./tcp/table";
import { tcbAt } from "./tcp/tcb";

const BLOCKS_WORTH_WAKING: u32 = 64; // free ones, before those who went without are told
const MAX_ROUNDS: u32 = 64; // of loopback input and its answers; more wait for the next run

/** Empties all tables. The memory is there (reserveArena) and the secret is set. reservedPackets: the driver's. */
export function startStack(mac: u64, reservedPackets: u32): void {
  memory.fill(COUNTERS, 0, MAX_COUNTERS * 8);
  startTimers();
  startPackets(reservedPackets);
  startBlocks();
  startEvents();
  startInterfaces(mac);
  startArpTable();
  startReassembly();
  startIp4Output();
  startDatagramSockets();
  startQueues();
  startTable();
  startOutput();
}

/** Whether runStack() would do anything but look at its timers. */
export function isStackBusy(): bool {
  return hasOutput() || hasPackets() || blocksWanted;
}

/** Runs timers that are due, sends what is to be sent, delivers what is for ourselves. → whether there is more to do */
export function runStack(): bool {
  otherTimers = 0;
  for (let id = nextExpired(); id >= 0; id = nextExpired()) expired(<u32>id);
  flushOutput();
  if (blocksWanted && freeBlocks() >= BLOCKS_WORTH_WAKING) {
    clearBlocksWanted();
    wakeBlocked();
  }
  for (let round: u32 = 0; round < MAX_ROUNDS; round++) {
    let frame = takeFromLoopback();
    if (!frame) return false;
    while (frame) {
      ip4Input(frame + ETHERNET_HEADER, packetLength(frame) - ETHERNET_HEADER, LOOPBACK, false);
      packetFree(frame);
      frame = takeFromLoopback();
    }
    flushOutput();
  }
  return true;
}

/** Timers of others that expired in the last run: bit i for timer FIRST_SYSTEM_TIMER + i. */
export let otherTimers: u32 = 0;

function expired(id: u32): void {
  if (id < MAX_CONNECTIONS) connectionTimer(tcbAt(id));
  else if (id == ARP_TIMER) arpTimer();
  else if (id == REASSEMBLY_TIMER) reassemblyTimer();
  else otherTimers |= 1 << (id - FIRST_SYSTEM_TIMER);
}
