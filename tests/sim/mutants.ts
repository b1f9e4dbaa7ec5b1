// Deliberately broken kernels: what the simulation must notice. Each is one change of one source file; the search text must
// stand there exactly once, so that a mutant cannot outlive what it mutates.

import { readFileSync } from "node:fs";
import path from "node:path";
import { readConfig } from "../../toolchain/common/config.ts";
import { ROOT } from "../../toolchain/common/paths.ts";
import { compileAsc } from "../../toolchain/pipeline/asc.ts";
import { HistoryFailure } from "./history.ts";
import { HISTORY_STEPS, replay } from "./soak.ts";

export interface Mutant {
  name: string;
  file: string;
  search: string;
  replace: string;
}

export const MUTANTS: Mutant[] = [
  {
    name: "a read goes on although a caught signal came",
    file: "kernel/process/syscall/signals.ts",
    search: "  if (calls && t.completion == COMPLETE_READ) cancelCall(t, -EINTR);\n",
    replace: "",
  },
  {
    name: "a caught signal comes again and again",
    file: "kernel/process/syscall/signals.ts",
    search: "  p.signals = 0;\n",
    replace: "",
  },
  {
    name: "a caller that times out stays in the queue",
    file: "core/ipc/cancel.ts",
    search: "    if (ep) unlink(ep, itemOf(t));\n",
    replace: "",
  },
  {
    name: "a received call stays in the queue",
    file: "core/ipc/receive.ts",
    search: "  unlink(ep, item);\n",
    replace: "",
  },
  {
    name: "the fast path uses a token twice",
    file: "core/ipc/fastpath.ts",
    search: "  ep.calls++;\n  t.token += TOKEN_STEP;\n",
    replace: "  ep.calls++;\n",
  },
  {
    name: "a delegated call uses a token twice",
    file: "core/ipc/fastpath.ts",
    search: "  r.waitsAny = 0;\n  t.token += TOKEN_STEP;\n",
    replace: "  r.waitsAny = 0;\n",
  },
  {
    name: "the general path uses a token twice",
    file: "core/ipc/send.ts",
    search: "  t.token += TOKEN_STEP;\n",
    replace: "",
  },
  {
    name: "a server does not inherit from who queues",
    file: "core/ipc/send.ts",
    search: "    if (owner) inheritPriority(owner, t.priority);\n",
    replace: "",
  },
  {
    name: "inheritance is not passed on",
    file: "core/ipc/priority.ts",
    search: "    else s.priority = priority;\n    s = waitsFor(s);\n",
    replace: "    else s.priority = priority;\n    s = null;\n",
  },
  {
    name: "a server does not hear of a cancelled call",
    file: "core/ipc/cancel.ts",
    search: "    if (server && ep) noteCancelled(ep, server, t);\n",
    replace: "",
  },
  {
    name: "a cancelled call of the upper slots is not listed",
    file: "core/ipc/cancel.ts",
    search: "  else ep.cancelledHigh |= (<u64>1) << (slot - 64);\n",
    replace: "",
  },
  {
    name: "callers of a dead server wait for ever",
    file: "core/ipc/cancel.ts",
    search: "    else deliverFailure(caller, -ECONNRESET);\n",
    replace: "",
  },
  {
    name: "a notification does not end a timeout",
    file: "core/ipc/receive.ts",
    search: "  stopTimeout(t);\n  const ep = t.endpoint;\n",
    replace: "  const ep = t.endpoint;\n",
  },
  {
    name: "a reply leaves the caller's windows open",
    file: "core/ipc/transfer.ts",
    search: "  caller.window0Access = 0;\n",
    replace: "",
  },
  {
    name: "rights outlive an endpoint",
    file: "core/ipc/endpoint.ts",
    search: "    store<u8>(rightsRow(slot) + indexOf(ep), 0);\n",
    replace: "",
  },
  {
    name: "the running thread keeps its turn when its quantum is over",
    file: "kernel/sched/sched.ts",
    search: "  if (t && t.state == STATE_READY) yieldTurn(t);\n",
    replace: "",
  },
  {
    name: "a table is not given back",
    file: "kernel/memory/page_table.ts",
    search: "    freeFrame(level2);\n",
    replace: "",
  },
  {
    name: "a replaced page stays in the translation hardware",
    file: "kernel/memory/mapping.ts",
    search: "    flushPage(addressSpaceId(t), i);\n",
    replace: "",
  },
  {
    name: "a revoked object stays mapped",
    file: "kernel/process/syscall/objects.ts",
    search: "  if (withdrawAccess(o, other)) unmapEverywhere(other, o.id);\n",
    replace: "  withdrawAccess(o, other);\n",
  },
  {
    name: "a frame is zeroed no more",
    file: "kernel/memory/frames.ts",
    search: "  zeroPage(frame);\n  return frame;\n",
    replace: "  return frame;\n",
  },
  {
    name: "a child built for a caller may do more than the caller",
    file: "kernel/process/syscall/construct.ts",
    search: "  if (t.x2) limitToCaller(child, parent);\n",
    replace: "",
  },
  {
    name: "a dead driver's device runs on",
    file: "kernel/process/lifecycle.ts",
    search: "  stopDevices(p);\n",
    replace: "",
  },
];

/** The kernel with one change. Throws when the search text does not stand in its file exactly once. */
export async function buildMutant({ name, file, search, replace }: Mutant): Promise<WebAssembly.Module> {
  const found = readFileSync(path.join(ROOT, file), "utf8").split(search).length - 1;
  if (found !== 1) throw new Error(`mutant "${name}": its text stands ${found} times in ${file}`);
  const { options, targets, modules } = readConfig();
  const output = `build/test/mutants/${name.replaceAll(" ", "-")}.wasm`;
  const settings = { ...options, ...targets.kernel, sourceMap: false };
  await compileAsc(modules.kernel.entry, output, settings, (each, text) =>
    each === file ? text.replace(search, replace) : text,
  );
  return new WebAssembly.Module(readFileSync(output));
}

/** Runs histories until one fails. → steps until then, and what failed; undefined when none of `count` does. */
export function hunt(module: WebAssembly.Module, count: number): { steps: number; what: string } | undefined {
  for (let seed = 1; seed <= count; seed++) {
    try {
      replay(module, seed);
    } catch (error) {
      if (!(error instanceof HistoryFailure)) throw error;
      return { steps: (seed - 1) * HISTORY_STEPS + error.steps, what: error.message.split("\n")[0] };
    }
  }
  return undefined;
}
