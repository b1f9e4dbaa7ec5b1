// Open handles: (endpoint, service handle) pairs that descriptors name, counted. The kernel knows nothing of what a handle
// stands for. When the last descriptor goes with its process, the handle waits in the drain list until its service,
// told by NOTIFY_DRAIN, has taken note.
//
//   0 u32 endpoint · 4 u32 handle · 8 u16 references · 10 u16 state · 12 u16 next in drain list, + 1 · 14 u16 0

import { DIRECTORY_FD, MAX_FDS, MAX_OPEN_HANDLES } from "../../abi/limits";
import { NOTIFY_DRAIN } from "../../abi/endpoints";
import { ENDPOINT_DOWN, findEndpoint } from "../../core/ipc/endpoint";
import { notify } from "../../core/ipc/receive";
import { OPEN_HANDLE_SIZE, OPEN_HANDLE_TABLE } from "../memory/layout";
import { Process, descriptorAddress } from "./process";

const HANDLE_FREE: u16 = 0;
const HANDLE_OPEN: u16 = 1;
const HANDLE_DRAIN: u16 = 2;

@unmanaged
class OpenHandle {
  endpoint: u32;
  handle: u32;
  references: u16;
  state: u16;
  next: u16;
  reserved: u16;
}

let drainList: u16 = 0;
let inUse: u32 = 0;

@inline function handleAt(index: u32): OpenHandle {
  return changetype<OpenHandle>(OPEN_HANDLE_TABLE + <usize>index * OPEN_HANDLE_SIZE);
}

/** Takes a free entry, with no reference yet. → its index, or -1 when the table is full. */
export function reserveHandle(): i32 {
  for (let i: u32 = 0; i < MAX_OPEN_HANDLES; i++) {
    const h = handleAt(i);
    if (h.state != HANDLE_FREE) continue;
    h.state = HANDLE_OPEN;
    h.references = 0;
    inUse++;
    return i;
  }
  return -1;
}

export function releaseHandle(index: u32): void {
  handleAt(index).state = HANDLE_FREE;
  inUse--;
}

export function setHandle(index: u32, endpoint: u32, handle: u32): void {
  const h = handleAt(index);
  h.endpoint = endpoint;
  h.handle = handle;
}
export function endpointOfHandle(index: u32): u32 {
  return handleAt(index).endpoint;
}
export function serviceHandle(index: u32): u32 {
  return handleAt(index).handle;
}
export function referencesOf(index: u32): u32 {
  return handleAt(index).references;
}
export function openHandles(): u32 {
  return inUse;
}

/** The open handle that descriptor `fd` names, or -1. */
export function handleOfDescriptor(p: Process, fd: u64): i32 {
  return fd < <u64>MAX_FDS ? <i32>load<u16>(descriptorAddress(p, <u32>fd)) - 1 : -1;
}

/** The lowest free descriptor, or -1; never DIRECTORY_FD. */
export function freeDescriptor(p: Process): i32 {
  for (let fd: u32 = 0; fd < DIRECTORY_FD; fd++) if (!load<u16>(descriptorAddress(p, fd))) return fd;
  return -1;
}

/** Whether `count` descriptors are free. */
export function hasFreeDescriptors(p: Process, count: u32): bool {
  for (let fd: u32 = 0; fd < DIRECTORY_FD && count; fd++) if (!load<u16>(descriptorAddress(p, fd))) count--;
  return count == 0;
}

/** Makes free descriptor `fd` name the handle. */
export function installDescriptor(p: Process, fd: u32, index: u32): void {
  store<u16>(descriptorAddress(p, fd), <u16>(index + 1));
  handleAt(index).references++;
}

/** Empties descriptor `fd`. → references that the handle still has. */
export function removeDescriptor(p: Process, fd: u32, index: u32): u32 {
  store<u16>(descriptorAddress(p, fd), 0);
  return --handleAt(index).references;
}

/** Nobody names the handle any more and nobody told its service: it hears of it when it drains. */
export function drainHandle(index: u32): void {
  const h = handleAt(index);
  const ep = findEndpoint(h.endpoint);
  if (!ep || ep.state == ENDPOINT_DOWN) return releaseHandle(index);
  h.state = HANDLE_DRAIN;
  h.next = drainList;
  drainList = <u16>(index + 1);
  const owner = ep.owner;
  if (owner) notify(owner, NOTIFY_DRAIN);
}

/** Releases the closed handles of endpoints that are gone or down: nobody will take note of them. */
export function releaseUnheard(): void {
  let before: u16 = 0;
  for (let at = drainList; at;) {
    const h = handleAt(at - 1);
    const next = h.next;
    const ep = findEndpoint(h.endpoint);
    if (ep && ep.state != ENDPOINT_DOWN) {
      before = at;
    } else {
      if (before) handleAt(before - 1).next = next;
      else drainList = next;
      releaseHandle(at - 1);
    }
    at = next;
  }
}

/** Takes a closed handle of `endpoint` off the drain list. → the service's handle, or -1. */
export function takeDrained(endpoint: u32): i64 {
  let before: u16 = 0;
  for (let at = drainList; at; at = handleAt(at - 1).next) {
    const h = handleAt(at - 1);
    if (h.endpoint == endpoint) {
      if (before) handleAt(before - 1).next = h.next;
      else drainList = h.next;
      releaseHandle(at - 1);
      return h.handle;
    }
    before = at;
  }
  return -1;
}

/** Closes all descriptors of a process that dies. */
export function closeDescriptors(p: Process): void {
  for (let fd: u32 = 0; fd < MAX_FDS; fd++) {
    const index = handleOfDescriptor(p, fd);
    if (index >= 0 && removeDescriptor(p, fd, index) == 0) drainHandle(index);
  }
}
