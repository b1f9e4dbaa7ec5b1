// Numbers of a trace as words. The tables are the abi's own files, so a new system call or operation has its name here, too.

import * as endpoints from "../../abi/endpoints.ts";
import * as ops from "../../abi/ops.ts";
import * as syscalls from "../../abi/syscall.ts";

/** Numbers → names, of the exports of a module whose names begin with one of `prefixes`. */
function namesOf(
  module: object,
  prefixes: readonly string[],
  name: (rest: string, prefix: string) => string,
) {
  const names = new Map<number, string>();
  for (const [key, value] of Object.entries(module)) {
    const prefix = prefixes.find((text) => key.startsWith(text));
    if (prefix !== undefined && typeof value === "number") {
      names.set(value, name(key.slice(prefix.length).toLowerCase(), prefix));
    }
  }
  return names;
}

const SYSTEM_CALLS = namesOf(syscalls, ["SYS_"], (rest) => rest);
const ENDPOINTS = namesOf(endpoints, ["EPID_"], (rest) => rest);
const OPERATIONS = namesOf(ops, ["OP_", "VFS_", "NET_", "LOADER_", "BLOCK_"], (rest, prefix) =>
  prefix === "OP_" ? rest : `${prefix.slice(0, -1).toLowerCase()} ${rest}`,
);

export function systemCallName(number: number): string {
  return SYSTEM_CALLS.get(number) ?? `system call ${number}`;
}

/** index: of the endpoint, as events have it; 0: not known. */
export function endpointName(index: number): string {
  if (index === 0) return "?";
  return ENDPOINTS.get(index) ?? `endpoint ${index}`;
}

/** "vfs open → vfs" */
export function messageName(op: number, endpoint: number): string {
  return `${OPERATIONS.get(op) ?? `operation ${op}`} → ${endpointName(endpoint)}`;
}
