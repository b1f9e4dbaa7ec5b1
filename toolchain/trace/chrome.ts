// Events of the Chrome trace format ("Trace Event Format", the Chromium project), as far as a trace of HNX has them.
//
//   B, E   a slice of a lane begins, ends; slices of a lane nest       M   metadata: the names and order of lanes
//   s, f   an arrow (flow) begins, ends, each in a slice               i   an instant

export interface ChromeEvent {
  name: string;
  ph: "B" | "E" | "i" | "s" | "f" | "M";
  /** Process and thread: the lane. */
  pid: number;
  tid: number;
  /** Microseconds since boot. */
  ts: number;
  /** Category; arrows are matched by category, name and id. */
  cat?: string;
  id?: number;
  /** "e": the arrow ends in the slice that encloses it, not in the next one. */
  bp?: "e";
  /** Scope of an instant: "t", its lane. */
  s?: "t";
  args?: Record<string, string | number>;
}

export interface ChromeTrace {
  displayTimeUnit: "ns";
  otherData: Record<string, string | number>;
  traceEvents: ChromeEvent[];
}

/** The file's text, an event a line. */
export function formatTrace({ displayTimeUnit, otherData, traceEvents }: ChromeTrace): string {
  const events = traceEvents.map((event) => JSON.stringify(event)).join(",\n");
  const head = `{"displayTimeUnit":${JSON.stringify(displayTimeUnit)},"otherData":${JSON.stringify(otherData)},`;
  return `${head}"traceEvents":[\n${events}\n]}\n`;
}
