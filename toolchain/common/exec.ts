// Runs one external tool (clang, lld, wasm2c …) and returns what it printed. Called by the pipeline.
// A tool that fails becomes a Failure that carries the tool's own diagnostics, so nothing has to be printed twice.

import { spawnSync } from "node:child_process";
import { Failure } from "./failure.ts";

/** Largest output taken from a tool, bytes: a disassembly of the largest module is a few MiB. */
const OUTPUT_MAX_BYTES = 256 * 1024 * 1024;

export interface ToolOutput {
  stdout: string;
  stderr: string;
}

/** Runs `command` with `args`; throws a Failure with the tool's message when it cannot start or fails. */
export function runTool(command: string, args: readonly string[], what: string): ToolOutput {
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: OUTPUT_MAX_BYTES });
  if (result.error) {
    const missing = (result.error as NodeJS.ErrnoException).code === "ENOENT";
    const hint = missing ? " is not installed; `make setup` installs it" : `: ${result.error.message}`;
    throw new Failure(`${what}: ${command}${hint}`);
  }
  if (result.status !== 0) {
    const why = result.signal ? `killed by ${result.signal}` : `exit status ${result.status}`;
    throw new Failure(`${what}: ${command} failed (${why})\n${result.stderr || result.stdout}`.trimEnd());
  }
  return { stdout: result.stdout, stderr: result.stderr };
}

/** Runs a program of an npm package that is a Node script (wabt's tools are). */
export function runNodeTool(script: string, args: readonly string[], what: string): ToolOutput {
  return runTool(process.execPath, [script, ...args], what);
}
