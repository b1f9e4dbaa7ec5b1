// This process, in the shape of Node's process. What are properties in Node are functions here: nothing is made before it is asked
// for, so a program that uses little starts fast (docs/LIBRARY.md).
//
//   const name = process.argv()[1];  const home = process.env("HOME");  process.exit(1);

import * as own from "../process";
import { note } from "./errors";

const NS_PER_S: f64 = 1e9;
const FRAME_BYTES: u64 = 4096;

export namespace process {
  export const platform: string = "hnx";
  export const arch: string = "arm64";

  /** The program's name, and its arguments: nothing stands before them, as no interpreter runs. */
  export function argv(): string[] {
    return own.args();
  }

  /** A variable of the environment, or null. */
  export function env(name: string): string | null {
    return own.env(name);
  }

  /** The names of all variables. */
  export function envKeys(): string[] {
    const names = new Array<string>();
    const entries = own.environment();
    for (let i = 0; i < entries.length; i++) {
      const end = entries[i].indexOf("=");
      names.push(end < 0 ? entries[i] : entries[i].substring(0, end));
    }
    return names;
  }

  export function pid(): i32 {
    return own.getpid();
  }
  export function ppid(): i32 {
    return own.getppid();
  }

  /** Ends the program. status: 0–255. What the console was given has been written: it keeps nothing back. */
  export function exit(status: i32 = 0): void {
    own.exit(status);
  }

  /** Ends a child, or, with the right to, any process; signal 0 only asks. → false: lastError() says why */
  export function kill(pid: i32, signal: u32): bool {
    return note(own.kill(pid, signal));
  }

  /** Seconds since the machine started. */
  export function uptime(): f64 {
    return <f64>own.clock_ns() / NS_PER_S;
  }

  /** Nanoseconds since the machine started: Node's process.hrtime.bigint(). */
  export function hrtime(): i64 {
    return own.clock_ns();
  }

  /** Bytes of linear memory that this program has. */
  export function memoryUsage(): f64 {
    return <f64>((<u64>memory.size()) << 16);
  }
}

export namespace os {
  /** Bytes of memory that nobody uses. */
  export function freemem(): f64 {
    const info = own.systemInfo();
    return info === null ? 0 : <f64>(<u64>info.framesFree * FRAME_BYTES);
  }
  export function totalmem(): f64 {
    const info = own.systemInfo();
    return info === null ? 0 : <f64>(<u64>info.framesTotal * FRAME_BYTES);
  }
}
