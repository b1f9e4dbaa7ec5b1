// The recording of one run (`hnx run --trace FILE`): tells the kernel where to leave its events, and turns them into FILE when
// the machine has ended. The kernel's file is ours alone, in build/trace, under a name without spaces: it is a boot argument.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "../common/failure.ts";
import { EXIT_USAGE } from "../common/options.ts";
import { BUILD_DIR } from "../common/paths.ts";
import { checkChromeTrace } from "./check.ts";
import { formatTrace } from "./chrome.ts";
import { exportTrace } from "./export.ts";

const FOLDER = `${BUILD_DIR}/trace`;

export class TraceRecording {
  private readonly raw = `${FOLDER}/${process.pid}.trace`;
  private readonly target: string;

  /** file: where the JSON goes, relative to the caller's folder. Throws a Failure when there is no folder for it. */
  constructor(file: string) {
    this.target = path.resolve(process.env.HNX_CALLER_DIR ?? process.cwd(), file);
    if (!existsSync(path.dirname(this.target)))
      throw new Failure(`TRACE: there is no folder ${path.dirname(this.target)}`, EXIT_USAGE);
    mkdirSync(FOLDER, { recursive: true });
    rmSync(this.raw, { force: true });
  }

  /** What the kernel is told. */
  get bootArgument(): string {
    return `trace=${this.raw}`;
  }

  /** Writes the JSON. Throws a Failure when the machine ended without leaving its events. */
  finish(): void {
    if (!existsSync(this.raw)) throw new Failure("no trace: the machine ended without powering off");
    const text = formatTrace(exportTrace(readFileSync(this.raw)));
    rmSync(this.raw);
    const problems = checkChromeTrace(text);
    if (problems.length > 0) throw new Failure(`the trace is damaged:\n${problems.join("\n")}`);
    writeFileSync(this.target, text);
  }
}
