// The file that the machine left at power-off → Chrome trace-event JSON. Called by `hnx run --trace` and by tests.

import type { ChromeEvent, ChromeTrace } from "./chrome.ts";
import { type Trace, readTrace } from "./read.ts";
import { MACHINE, PROCESSOR_LANE, Timeline } from "./timeline.ts";

function metadata(name: string, tid: number, args: ChromeEvent["args"]): ChromeEvent {
  return { name, ph: "M", pid: MACHINE, tid, ts: 0, args };
}

/** Names and order of the lanes: the processor, then the processes in the order of their starts. */
function laneNames(trace: Trace, lanes: Iterable<number>): ChromeEvent[] {
  const started = [...trace.names.keys()];
  const order = (tid: number): number =>
    tid === PROCESSOR_LANE ? 0 : started.indexOf(tid) + 1 || started.length + 1;
  return [...lanes].flatMap((tid) => [
    metadata("thread_name", tid, {
      name: tid === PROCESSOR_LANE ? "processor" : `${trace.names.get(tid) ?? "?"} (pid ${tid})`,
    }),
    metadata("thread_sort_index", tid, { sort_index: order(tid) }),
  ]);
}

/** Converts a trace. Throws a Failure for a file that is none. */
export function exportTrace(file: Buffer): ChromeTrace {
  const trace = readTrace(file);
  const timeline = new Timeline(trace);
  return {
    displayTimeUnit: "ns",
    otherData: {
      machine: "HNX",
      events: trace.events.length,
      events_lost: trace.lostEvents,
      names_lost: trace.lostNames,
    },
    traceEvents: [
      metadata("process_name", PROCESSOR_LANE, { name: "HNX" }),
      ...laneNames(trace, timeline.lanes.keys()),
      ...timeline.finished(),
    ],
  };
}
