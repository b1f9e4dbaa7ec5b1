// `hnx new-program NAME` and `hnx new-service NAME`, and make's targets of these names: lay out what builds, boots and passes
// its own tests. All is checked before anything is written.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findModules } from "../common/config.ts";
import { Failure } from "../common/failure.ts";
import { EXIT_USAGE } from "../common/options.ts";
import { formatSource } from "../lint/format.ts";
import { type Kind, layOut } from "../new/layout.ts";
import { handledByHelp } from "./usage.ts";

const HELP: Record<Kind, string> = {
  program: `usage: hnx new-program NAME   (make new-program NAME=…)

Lays out space/apps/NAME with its tests. docs/WRITING-A-PROGRAM.md goes on from there.
`,
  service: `usage: hnx new-service NAME   (make new-service NAME=…)

Lays out space/services/NAME, a client for it, and the tests of both, and adds it to system.json.
docs/WRITING-A-SERVICE.md goes on from there.
`,
};

async function layOutNew(kind: Kind, args: string[]): Promise<number> {
  if (handledByHelp(args, HELP[kind], true)) return 0;
  const names = args.length > 0 ? args : [process.env.NAME ?? ""];
  if (names.length !== 1 || names[0] === "") throw new Failure(HELP[kind], EXIT_USAGE);
  const [name] = names;
  const ids = new Set(findModules().map(({ id }) => id));
  const layout = layOut(kind, name, { ids, manifest: readFileSync("system.json", "utf8") });
  for (const [file, text] of layout) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, file.endsWith(".ts") ? await formatSource(text) : text);
    process.stdout.write(`${file}\n`);
  }
  const tests = [...layout.keys()].filter((file) => file.endsWith(".test.ts"));
  process.stdout.write(`\nnext: ./hnx build && npx vitest run ${tests.join(" ")}\n`);
  return 0;
}

/** Makes a program. */
export const newProgramCommand = (args: string[]): Promise<number> => layOutNew("program", args);

/** Makes a service. */
export const newServiceCommand = (args: string[]): Promise<number> => layOutNew("service", args);
