// Whether a text is what the Chrome trace format asks for ("Trace Event Format", the Chromium project) and what a viewer
// needs to draw all of it. Called by the tests and by `hnx run --trace`, which leaves no file that it would refuse.
//
//   every event   name, ph, pid, tid, ts with their types; ts not below the one before it (metadata apart)
//   B, E          balanced in each lane, the E naming the slice that it ends; nothing open at the end
//   s, f          each beginning has one end, later, under the same category, name and id; both lie in a slice
//   i             scope "t"            M   a known name, with the argument that belongs to it

interface AnyEvent {
  [field: string]: unknown;
}

const METADATA_ARGUMENTS: Record<string, { field: string; type: string }> = {
  process_name: { field: "name", type: "string" },
  thread_name: { field: "name", type: "string" },
  thread_sort_index: { field: "sort_index", type: "number" },
};
const PHASES = ["B", "E", "s", "f", "i", "M"];

class Checker {
  readonly problems: string[] = [];
  private readonly open = new Map<string, string[]>();
  private readonly flows = new Map<string, "begun" | "ended">();
  private lastTime = 0;

  check(events: readonly unknown[]): void {
    events.forEach((event, i) => {
      if (typeof event !== "object" || event === null) this.problems.push(`event ${i}: no object`);
      else this.checkEvent(event as AnyEvent, (what) => this.problems.push(`event ${i}: ${what}`));
    });
    for (const [lane, names] of this.open) {
      if (names.length > 0) this.problems.push(`lane ${lane}: "${names.join('", "')}" never ends`);
    }
    for (const [key, state] of this.flows) {
      if (state === "begun") this.problems.push(`flow ${key} never ends`);
    }
  }

  private checkEvent(event: AnyEvent, complain: (what: string) => void): void {
    const { name, ph, pid, tid, ts } = event;
    if (typeof name !== "string" || name === "") complain("no name");
    if (!Number.isInteger(pid) || !Number.isInteger(tid)) complain("pid or tid is no whole number");
    if (typeof ts !== "number" || !Number.isFinite(ts) || ts < 0) complain(`ts is ${String(ts)}`);
    else if (ph !== "M") {
      if (ts < this.lastTime) complain(`ts ${ts} comes after ${this.lastTime}`);
      this.lastTime = ts;
    }
    if (typeof ph !== "string" || !PHASES.includes(ph)) complain(`ph is ${String(ph)}`);
    else if (ph === "M") this.checkMetadata(event, complain);
    else if (ph === "i" && event.s !== "t") complain("an instant without a scope");
    else if (ph === "s" || ph === "f") this.checkFlow(event, complain);
    else if (ph === "B") this.slices(event).push(String(name));
    else if (ph === "E") this.checkEnd(event, complain);
  }

  private slices({ pid, tid }: AnyEvent): string[] {
    const lane = `${String(pid)}/${String(tid)}`;
    const names = this.open.get(lane) ?? [];
    this.open.set(lane, names);
    return names;
  }

  private checkEnd(event: AnyEvent, complain: (what: string) => void): void {
    const begun = this.slices(event).pop();
    if (begun === undefined) complain(`"${String(event.name)}" ends and never began`);
    else if (begun !== event.name) complain(`"${String(event.name)}" ends where "${begun}" is open`);
  }

  private checkFlow(event: AnyEvent, complain: (what: string) => void): void {
    const { ph, cat, name, id } = event;
    if (typeof cat !== "string" || !Number.isInteger(id)) complain("a flow without category or id");
    const key = `${String(cat)}/${String(name)}/${String(id)}`;
    const state = this.flows.get(key);
    if (this.slices(event).length === 0) complain(`flow ${key} is in no slice`);
    if (ph === "s" && state !== undefined) complain(`flow ${key} begins twice`);
    if (ph === "f" && state !== "begun")
      complain(`flow ${key} ends ${state === "ended" ? "twice" : "and never began"}`);
    if (ph === "f" && event.bp !== "e") complain(`flow ${key} does not end in its enclosing slice`);
    this.flows.set(key, ph === "s" ? "begun" : "ended");
  }

  private checkMetadata({ name, args }: AnyEvent, complain: (what: string) => void): void {
    const known = Object.hasOwn(METADATA_ARGUMENTS, String(name))
      ? METADATA_ARGUMENTS[String(name)]
      : undefined;
    if (!known) complain(`metadata "${String(name)}" is not known`);
    else if (typeof (args as AnyEvent | undefined)?.[known.field] !== known.type) {
      complain(`metadata "${String(name)}" without its ${known.field}`);
    }
  }
}

/** What is wrong with the trace in `text`; empty when a viewer can take it. */
export function checkChromeTrace(text: string): string[] {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    return [(error as Error).message];
  }
  const events = (root as { traceEvents?: unknown } | null)?.traceEvents;
  if (!Array.isArray(events)) return ["there is no array traceEvents"];
  const checker = new Checker();
  checker.check(events);
  return checker.problems;
}
