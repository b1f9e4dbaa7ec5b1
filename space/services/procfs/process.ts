// The directory of a process: its status, a field a line.

import { MAX_PROCESSES } from "../../../abi/limits";
import {
  PROCESS_BUILDING,
  PROCESS_CALLING,
  PROCESS_READY,
  PROCESS_RECEIVING,
  PROCESS_WAITING,
  PROCESS_ZOMBIE,
} from "../../../abi/process_info";
import { ProcessEntry, nextProcess } from "../../lib/process";

export const STATUS_NAME: string = "status";
const KIB_PER_PAGE: u32 = 4;
const NS_PER_US: u64 = 1000;

/** Fills `entry` with process `pid`. false: there is none. */
export function findProcess(pid: u32, entry: ProcessEntry): bool {
  return nextProcess(<i32>(pid & (MAX_PROCESSES - 1)), entry) > 0 && <u32>entry.pid == pid;
}

function stateText(state: u32): string {
  if (state == PROCESS_BUILDING) return "B (being built)";
  if (state == PROCESS_READY) return "R (running)";
  if (state == PROCESS_CALLING) return "C (waits for a service)";
  if (state == PROCESS_RECEIVING) return "S (waits for a message)";
  if (state == PROCESS_WAITING) return "W (waits for a child)";
  return state == PROCESS_ZOMBIE ? "Z (dead)" : "?";
}

export function statusText(entry: ProcessEntry): string {
  return (
    `Name:\t${entry.name}\nState:\t${stateText(entry.state)}\nPid:\t${entry.pid}\nPPid:\t${entry.parent}\n` +
    `Priority:\t${entry.priority}\nMemory:\t${entry.pages * KIB_PER_PAGE} kB\n` +
    `Cpu:\t${entry.cpu_ns / NS_PER_US} us\nStarted:\t${entry.started_ns / NS_PER_US} us\n` +
    `Calls:\t${entry.calls}\nReceived:\t${entry.received}\n`
  );
}
