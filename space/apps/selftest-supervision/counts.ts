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

  /** In words; "": none. */
  differenceFrom(before: Counts): string {
    let text = "";
    for (let i = 0; i < NAMES.length; i++) {
      if (this.values[i] != before.values[i])
        text += `${NAMES[i]} ${before.values[i]}, now ${this.values[i]}; `;
    }
    return text;
  }
}
