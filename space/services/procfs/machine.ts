// The files in /proc that tell of the machine.

import { EndpointEntry, nextEndpoint, systemInfo } from "../../lib/process";

/** Names, in the order of their inodes. */
export const MACHINE_FILES: string[] = ["endpoints", "meminfo", "stat", "uptime"];
const KIB_PER_PAGE: u32 = 4;
const NS_PER_SECOND: u64 = 1_000_000_000;
const NS_PER_HUNDREDTH: u64 = 10_000_000;

function endpointState(state: u32): string {
  return state == 0 ? "up" : state == 1 ? "down" : "restarting";
}

function endpointsText(): string {
  const entry = new EndpointEntry();
  let text = "endpoint state owner queued received\n";
  for (let at = nextEndpoint(0, entry); at > 0; at = nextEndpoint(at, entry))
    text += `${entry.id} ${endpointState(entry.state)} ${entry.owner} ${entry.queued} ${entry.received}\n`;
  return text;
}

/** The text of file number `index`; empty if the kernel tells nothing. */
export function machineText(index: u32): string {
  if (index == 0) return endpointsText();
  const info = systemInfo();
  if (info === null) return "";
  if (index == 1)
    return `MemTotal:\t${info.framesTotal * KIB_PER_PAGE} kB\nMemFree:\t${info.framesFree * KIB_PER_PAGE} kB\n`;
  if (index == 2)
    return (
      `processes ${info.processes}\nendpoints ${info.endpoints}\nobjects ${info.objects}\n` +
      `handles ${info.openHandles}\nqueued ${info.queuedMessages}\nwaiting ${info.waitingCallers}\n` +
      `switches ${info.switches}\nbytes_copied ${info.bytesCopied}\n`
    );
  const hundredths = ((info.now_ns % NS_PER_SECOND) / NS_PER_HUNDREDTH).toString().padStart(2, "0");
  return `${info.now_ns / NS_PER_SECOND}.${hundredths}\n`;
}
