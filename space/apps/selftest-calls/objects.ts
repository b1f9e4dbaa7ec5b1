// Memory objects with hostile arguments, and what is true of them with good ones.

import { EBUSY, EEXIST, EFBIG, EINVAL, ENXIO, EPERM, ESRCH } from "../../../abi/errno";
import { DEFAULT_OBJECTS, MAX_OBJECT_PAGES, PAGE_SIZE } from "../../../abi/limits";
import { CODE_BASE, PROT_EXECUTE, PROT_READ, PROT_WRITE } from "../../../abi/program";
import * as S from "../../../abi/syscall";
import { getpid } from "../../lib/process";
import { syscall } from "../../lib/sys";
import { expect } from "./expect";

const scratch: usize = memory.data(64, 8);

function call(number: i32, a0: u64 = 0, a1: u64 = 0, a2: u64 = 0, a3: u64 = 0, a4: u64 = 0): i64 {
  return syscall(number, a0, a1, a2, a3, a4, 0);
}

/** What is done to an object of one's own: creating, granting, mapping, and all of it wrongly. */
export function objects(): void {
  const place = memory.grow(1) << 16;
  const stranger: u64 = 1 + 128; // a process id that nobody has any more
  expect("object_create of nothing", call(S.SYS_OBJECT_CREATE, 0), EINVAL);
  expect("object_create of 1,025 pages", call(S.SYS_OBJECT_CREATE, MAX_OBJECT_PAGES + 1), EFBIG);
  const id = <u64>syscall(S.SYS_OBJECT_CREATE, 3, 0, 0, 0, 0, 0);
  expect("object_grant to nobody", call(S.SYS_OBJECT_GRANT, id, stranger, PROT_READ), ESRCH);
  expect("object_grant to oneself", call(S.SYS_OBJECT_GRANT, id, <u64>getpid(), PROT_READ), EINVAL);
  expect("object_grant of nothing", call(S.SYS_OBJECT_GRANT, id, 1, 0), EINVAL);
  expect("object_grant of execution", call(S.SYS_OBJECT_GRANT, id, 1, PROT_READ | PROT_EXECUTE), EINVAL);
  expect("object_grant of another's", call(S.SYS_OBJECT_GRANT, 1, 1, PROT_READ), ENXIO);
  expect("object_revoke from nobody", call(S.SYS_OBJECT_REVOKE, id, stranger), ESRCH);
  expect("object_revoke from oneself", call(S.SYS_OBJECT_REVOKE, id, <u64>getpid()), EINVAL);
  expect("object_revoke of another's", call(S.SYS_OBJECT_REVOKE, 1, 0), ENXIO);
  expect("object_map to execute", call(S.SYS_OBJECT_MAP, id, place, 0, 1, PROT_READ | PROT_EXECUTE), EINVAL);
  expect("object_map of a page too many", call(S.SYS_OBJECT_MAP, id, place, 1, 3, PROT_READ), EINVAL);
  expect("object_map", call(S.SYS_OBJECT_MAP, id, place, 0, 3, PROT_READ | PROT_WRITE), 0);
  expect("object_map over a mapping", call(S.SYS_OBJECT_MAP, id, place + PAGE_SIZE, 0, 1, PROT_READ), EEXIST);
  expect("object_seal of what is mapped", call(S.SYS_OBJECT_SEAL, id), EBUSY);
  store<u32>(place, 77);
  expect("object_unmap inside a mapping", call(S.SYS_OBJECT_UNMAP, place + PAGE_SIZE), EINVAL);
  expect("object_unmap of the stack", call(S.SYS_OBJECT_UNMAP, CODE_BASE), EINVAL);
  expect("object_unmap", call(S.SYS_OBJECT_UNMAP, place), 0);
  expect("what is there then", load<u32>(place), 0);
  expect("object_map again", call(S.SYS_OBJECT_MAP, id, place, 0, 1, PROT_READ), 0);
  expect("what it holds", load<u32>(place), -77);
  expect("object_pin without the privilege", call(S.SYS_OBJECT_PIN, id, 0, 1, scratch), EPERM);
  expect("object_unpin of what is not pinned", call(S.SYS_OBJECT_UNPIN, id), ENXIO);
  expect("dma_alloc without the privilege", call(S.SYS_DMA_ALLOC, 1, scratch), EPERM);
  expect("object_unmap again", call(S.SYS_OBJECT_UNMAP, place), 0);
  expect("object_close", call(S.SYS_OBJECT_CLOSE, id), 0);
  expect("object_map of a stale id", call(S.SYS_OBJECT_MAP, id, place, 0, 1, PROT_READ), ENXIO);
  let count: u32 = 0;
  while (syscall(S.SYS_OBJECT_CREATE, 1, 0, 0, 0, 0, 0) > 0) count++;
  expect("objects within the quota", count, -(<i32>DEFAULT_OBJECTS));
}
