// Loader calls in the model: dlopen, dlclose, dlsym, spawn_service.

import { E2BIG, EBADF, EFAULT, EINVAL, ENAMETOOLONG, ENOENT } from "../../../abi/errno.ts";
import { EPID_LOADER } from "../../../abi/endpoints.ts";
import { MAX_SYMBOL_NAME } from "../../../abi/library.ts";
import { LOADER_CLOSE, LOADER_OPEN, LOADER_SPAWN, LOADER_SYM } from "../../../abi/ops.ts";
import { ARGUMENT_BLOCK_SIZE } from "../../../abi/program.ts";
import { SPAWN_ATTRIBUTES_SIZE } from "../../../abi/spawn.ts";
import { type Result, abandon, delegate, window } from "./files.ts";
import type { Model } from "./model.ts";
import { Request, addPath } from "./requests.ts";
import type { Process } from "./state.ts";
import { U32_MAX, error } from "./words.ts";

const WINDOW_READ = 1;

const send = (m: Model, t: Process, request: Request): Result =>
  delegate(m, t, EPID_LOADER, request, { kind: "value" }, false);

/** dlopen(path, size). */
export function sysDlopen(m: Model, t: Process, x: bigint[]): Result {
  const request = new Request(LOADER_OPEN);
  const status = addPath(m, t, request, x[0], x[1]);
  return status < 0n ? abandon(t, status) : send(m, t, request);
}

/** dlclose(library). */
export const sysDlclose = (m: Model, t: Process, x: bigint[]): Result =>
  x[0] > U32_MAX ? error(EBADF) : send(m, t, new Request(LOADER_CLOSE).u32(x[0]));

/** dlsym(library, name, size, signature). */
export function sysDlsym(m: Model, t: Process, x: bigint[]): Result {
  if (x[0] > U32_MAX) return error(EBADF);
  if (!x[2]) return error(ENOENT);
  if (x[2] > BigInt(MAX_SYMBOL_NAME)) return error(ENAMETOOLONG);
  if (!t.memory.contains(x[1], x[2])) return error(EFAULT);
  const size = Number(x[2]);
  const name = t.memory.read(m.pool, Number(x[1]), size);
  if (name.length !== size) return error(EFAULT);
  return send(m, t, new Request(LOADER_SYM).u32(x[0]).u64(x[3]).raw(Uint8Array.of(size)).raw(name));
}

/** spawn_service(path, size, attributes and argument block, their size, the attributes' size). */
export function sysSpawn(m: Model, t: Process, x: bigint[]): Result {
  const [address, size, attributes] = x.slice(2, 5);
  if (attributes && attributes !== BigInt(SPAWN_ATTRIBUTES_SIZE)) return error(EINVAL);
  if (size < attributes) return error(EINVAL);
  if (size > BigInt(ARGUMENT_BLOCK_SIZE) + attributes) return error(E2BIG);
  if (!t.memory.contains(address, size)) return error(EFAULT);
  const request = new Request(LOADER_SPAWN).u32((size - attributes) | (attributes << 16n));
  const status = addPath(m, t, request, x[0], x[1]);
  if (status < 0n) return abandon(t, status);
  window(t, 1, address & U32_MAX, size, WINDOW_READ);
  return send(m, t, request);
}
