// What the kernel has of everything, for comparing before and after.

import { systemInfo } from "../../lib/process";

const NAMES: StaticArray<string> = ["frames", "processes", "endpoints", "objects", "handles", "messages"];

export class Counts {
  private values: StaticArray<u32> = new StaticArray<u32>(6);

  /** Counts now. */
  take(): Counts {
    const info = systemInfo();
    if (info === null) return this;
    this.values[0] = info.framesFree;
    this.values[1] = info.processes;
    this.values[2] = info.endpoints;
    this.values[3] = info.objects;
    this.values[4] = info.openHandles;
    this.values[5] = info.queuedMessages;
    return this;
  }

  /** In words; "": none. frames: as many may be missing. */
  differenceFrom(before: Counts, frames: u32): string {
    let text = "";
    for (let i = 0; i < NAMES.length; i++) {
      const missing = before.values[i] - this.values[i];
      if (missing != 0 && (i != 0 || missing > frames))
        text += `${NAMES[i]} ${before.values[i]}, now ${this.values[i]}; `;
    }
    return text;
  }
}
