// What the kernel has of everything, for comparing before and after.
//
// Page frames: those that are free and those that the service that is killed has at the moment, its page tables among them. How
// much memory a service has depends on what it was last asked to do (the network's on how many connections are open or wait to be
// forgotten): free frames alone would differ while none is lost. With a driver, its user counts as well. Every other process is
// expected to be as large as it was.

import { ProcessEntry, nextProcess, systemInfo } from "../../lib/process";

const NAMES: StaticArray<string> = ["frames", "processes", "endpoints", "objects", "handles", "messages"];

export class Counts {
  private values: StaticArray<u32> = new StaticArray<u32>(6);
  /** Pages of the service's process. */
  pages: u32 = 0;

  /** Counts now. pid: the service's process; user: that of the service which is busy because of it, or 0. */
  take(pid: u32, user: u32): Counts {
    const info = systemInfo();
    if (info === null) return this;
    this.pages = pagesOf(pid);
    this.values[0] = info.framesFree + this.pages + (user ? pagesOf(user) : 0);
    this.values[1] = info.processes;
    this.values[2] = info.endpoints;
    this.values[3] = info.objects;
    this.values[4] = info.openHandles;
    this.values[5] = info.queuedMessages;
    return this;
  }

  /** In words; "": none. */
  differenceFrom(before: Counts): string {
    let text = "";
    for (let i = 0; i < NAMES.length; i++)
      if (before.values[i] != this.values[i])
        text += `${NAMES[i]} ${before.values[i]}, now ${this.values[i]}; `;
    return text;
  }
}

function pagesOf(pid: u32): u32 {
  const entry = new ProcessEntry();
  for (let at = nextProcess(0, entry); at > 0; at = nextProcess(at, entry))
    if (entry.pid == pid) return entry.pages;
  return 0;
}
