// An object that is granted for reading: it cannot be mapped for writing, and a write to it ends the process that tries.

import { ENXIO, EPERM } from "../../../abi/errno";
import { PROT_READ, PROT_WRITE } from "../../../abi/program";
import { SIGSEGV } from "../../../abi/wait";
import { objectClose, objectCreate, objectGrant, objectMap, objectUnmap } from "../../lib/memory_object";
import { reservePages, sleep_ns, spawn, wait } from "../../lib/process";
import { expect } from "../selftest-ipc/expect";

const VALUE: u64 = 0x1122_3344_5566_7788;
const RETRY_NS: i64 = 1_000_000;
const MAX_RETRIES: u32 = 1000;

const place: usize = reservePages(1);

/** The creator's side. */
export function checkReadOnly(): void {
  const object = <u32>objectCreate(1);
  expect("object_map", objectMap(object, place, 0, 1, PROT_READ | PROT_WRITE), 0);
  store<u64>(place, VALUE);
  const pid = spawn("/bin/selftest-ring", ["selftest-ring", "write", object.toString()]);
  expect("object_grant", objectGrant(object, <u32>pid, PROT_READ), 0);
  expect("status of the one that writes", wait(pid), SIGSEGV);
  expect("what is there", load<u64>(place) - VALUE, 0);
  expect("object_unmap", objectUnmap(place), 0);
  expect("what is there after that", load<u64>(place), 0);
  expect("object_close", objectClose(object), 0);
}

/** The side that may only read. */
export function tryToWrite(object: u32): void {
  let status = -ENXIO;
  for (let i: u32 = 0; i < MAX_RETRIES && status == -ENXIO; i++) {
    status = objectMap(object, place, 0, 1, PROT_READ | PROT_WRITE);
    if (status == -ENXIO) sleep_ns(RETRY_NS); // not granted yet
  }
  expect("object_map for writing", status, -EPERM);
  expect("object_map for reading", objectMap(object, place, 0, 1, PROT_READ), 0);
  expect("what is there", load<u64>(place) - VALUE, 0);
  store<u64>(place, 0);
}
