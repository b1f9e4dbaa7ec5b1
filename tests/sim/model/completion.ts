// Responses to delegated calls in the model: how each becomes the system call's result (docs/SYSCALLS.md).

import { EFAULT, EIO, EMFILE } from "../../../abi/errno.ts";
import { PIPE_BYTES } from "../../../abi/file.ts";
import { abandon, freeDescriptor, install, remove } from "./handles.ts";
import type { Model } from "./model.ts";
import type { Completion, OpenHandle, Process } from "./state.ts";
import { FLAG, U32_MAX, error, register } from "./words.ts";

const NOTHING = new Uint8Array(0);

/** The call of `t`, which is ready again, was answered. code < 0: -errno, the kernel's or the service's. */
export function completeCall(
  m: Model,
  t: Process,
  code: number,
  value = 0n,
  data = NOTHING,
  flags = 0,
): void {
  const { completion } = t;
  if (!completion) throw new Error("no completion");
  t.completion = undefined;
  const result =
    code < 0 ? refuse(m, completion, BigInt(code)) : succeed(m, t, completion, value, data, flags);
  t.expected = { kind: "result", x0: register(result) };
}

function refuse(m: Model, completion: Completion, status: bigint): bigint {
  if (completion.kind === "open" || completion.kind === "close") m.handles.delete(completion.handle);
  if (completion.kind === "pipe") completion.ends.forEach((end) => m.handles.delete(end));
  return status;
}

function succeed(
  m: Model,
  t: Process,
  completion: Completion,
  value: bigint,
  data: Uint8Array,
  flags: number,
): bigint {
  switch (completion.kind) {
    case "open":
      return installOpened(m, t, completion.handle, value, data, flags);
    case "close":
      m.handles.delete(completion.handle);
      return 0n;
    case "read": {
      if (value < 0n || value > BigInt(completion.length) || data.length > Number(value & U32_MAX))
        return error(EIO);
      return m.writeUser(t, completion.address, data) === data.length ? value : error(EFAULT);
    }
    case "record": {
      if (data.length !== completion.length) return error(EIO);
      return m.writeUser(t, completion.address, data) === data.length ? 0n : error(EFAULT);
    }
    case "pipe":
      return installPipe(m, t, completion.ends, completion.address, data);
    case "value":
      return value < 0n ? error(EIO) : value;
  }
}

/** The endpoint is the one called, unless the response names another, which then owns the handle. */
function installOpened(
  m: Model,
  t: Process,
  handle: OpenHandle,
  value: bigint,
  data: Uint8Array,
  flags: number,
): bigint {
  const elsewhere = (flags & FLAG.OTHER_ENDPOINT) !== 0;
  const fd = freeDescriptor(t);
  const malformed = value < 0n || value > U32_MAX || (elsewhere && data.length < 4);
  if (malformed || fd < 0) {
    m.handles.delete(handle);
    return error(malformed ? EIO : EMFILE);
  }
  if (elsewhere) handle.endpoint = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  handle.handle = Number(value);
  install(t, fd, handle);
  return BigInt(fd);
}

/** Both ends get descriptors, the reading one the lowest; a caller that cannot be told of them has none. */
function installPipe(
  m: Model,
  t: Process,
  ends: [OpenHandle, OpenHandle],
  address: number,
  data: Uint8Array,
): bigint {
  if (data.length !== PIPE_BYTES) {
    ends.forEach((end) => m.handles.delete(end));
    return error(EIO);
  }
  const handles = new Uint32Array(data.slice().buffer);
  const descriptors = ends.map((end, i) => {
    const fd = freeDescriptor(t);
    end.handle = handles[i];
    install(t, fd, end);
    return fd;
  });
  const result = new Uint8Array(Uint32Array.from(descriptors).buffer);
  if (m.writeUser(t, address, result) === PIPE_BYTES) return 0n;
  descriptors.forEach((fd, i) => remove(t, fd) === 0 && abandon(m, ends[i]));
  return error(EFAULT);
}
