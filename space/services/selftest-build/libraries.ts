// library_map and library_unmap with hostile arguments: this process holds a call of another program, as the loader does, and maps into it.

import { RIGHT_SEND } from "../../../abi/endpoints";
import { EINVAL, ENOMEM, ENXIO, EPERM, ESRCH } from "../../../abi/errno";
import { FLAG_NOTIFICATION, NO_TIMEOUT } from "../../../abi/message";
import { CODE_BASE, CODE_END, PROT_READ } from "../../../abi/program";
import * as S from "../../../abi/syscall";
import { SIGKILL } from "../../../abi/wait";
import { message } from "../../lib/hnx_ipc";
import { spawn, wait } from "../../lib/process/process";
import { epRecv, syscall } from "../../lib/sys";
import { expect } from "./expect";

const HUGE: u64 = 0x7fff_ffff_ffff_ffff;
const CALLER: string = "/bin/selftest-calls"; // with an argument it calls that endpoint
const PAGE: u64 = 4096;

function call(
  number: i32,
  a0: u64 = 0,
  a1: u64 = 0,
  a2: u64 = 0,
  a3: u64 = 0,
  a4: u64 = 0,
  a5: u64 = 0,
): i64 {
  return syscall(number, a0, a1, a2, a3, a4, a5);
}

/** `sealed` and `open` are objects of ours, of two pages each; `token` is a call that we hold. */
function misuse(token: u64, sealed: u64, open: u64): void {
  const map = S.SYS_LIBRARY_MAP;
  expect("a library for a forged call", call(map, token + 256, sealed, 2, 1), ESRCH);
  expect("a library of an object that is not there", call(map, token, HUGE, 2, 1), ENXIO);
  expect("a library of the boot archive", call(map, token, 1, 2, 1), ENXIO);
  expect("a library that is not sealed", call(map, token, open, 2, 1), EPERM);
  expect("a library without code", call(map, token, sealed, 0, 1), EINVAL);
  expect("a library of more code than its object", call(map, token, sealed, 3, 1), EINVAL);
  expect("a library of huge code", call(map, token, sealed, HUGE, 1), EINVAL);
  expect("a library of huge data", call(map, token, sealed, 2, HUGE), EINVAL);
  expect("a library with unknown flags", call(map, token, sealed, 2, 1, 2), EINVAL);
  expect("unmapping for a forged call", call(S.SYS_LIBRARY_UNMAP, token + 256, CODE_BASE), ESRCH);
  expect("unmapping where nothing is", call(S.SYS_LIBRARY_UNMAP, token, CODE_END - PAGE), EINVAL);
  expect("unmapping the kernel", call(S.SYS_LIBRARY_UNMAP, token, 0xffffffc000200000), EINVAL);
}

/** Maps as many libraries as there is room for, and takes them out again. */
function exhaust(token: u64, sealed: u64): void {
  let last: i64 = 0;
  let count: u32 = 0;
  for (
    let at = call(S.SYS_LIBRARY_MAP, token, sealed, 2, 1);
    at > 0;
    at = call(S.SYS_LIBRARY_MAP, token, sealed, 2, 1)
  ) {
    expect("libraries side by side", last && at < last + 4 * <i64>PAGE ? -1 : 0, 0);
    last = at;
    count++;
  }
  expect("a library too many", call(S.SYS_LIBRARY_MAP, token, sealed, 2, 1), ENOMEM);
  expect("libraries until then", count > 2 ? 0 : -1, 0);
  expect("unmapping in the middle of one", call(S.SYS_LIBRARY_UNMAP, token, last + PAGE), EINVAL);
  expect("unmapping its data", call(S.SYS_LIBRARY_UNMAP, token, last + 2 * PAGE), EINVAL);
  expect("unmapping", call(S.SYS_LIBRARY_UNMAP, token, last), 0);
  expect("unmapping again", call(S.SYS_LIBRARY_UNMAP, token, last), EINVAL);
  expect("the place of what was unmapped", call(S.SYS_LIBRARY_MAP, token, sealed, 2, 1) == last ? 0 : -1, 0);
}

/** Holds a call of another program and misuses it. */
export function libraries(): void {
  const epid = <u32>call(S.SYS_EP_CREATE);
  const pid = spawn(CALLER, ["selftest-calls", epid.toString()]);
  expect("the right to call", call(S.SYS_EP_GRANT, pid, epid, RIGHT_SEND), 0);
  let status = epRecv(epid, NO_TIMEOUT);
  while (status >= 0 && (message().flags & FLAG_NOTIFICATION) != 0) status = epRecv(epid, NO_TIMEOUT); // of a child before it
  expect("its call", status < 0 ? -1 : 0, 0);
  const token = message().msgId;
  const open = <u64>call(S.SYS_OBJECT_CREATE, 2);
  const sealed = <u64>call(S.SYS_OBJECT_CREATE, 2);
  call(S.SYS_OBJECT_SEAL, sealed);
  misuse(token, sealed, open);
  exhaust(token, sealed);
  expect("code where only data may be", call(S.SYS_OBJECT_MAP, sealed, CODE_BASE, 0, 1, PROT_READ), EINVAL);
  call(S.SYS_KILL, pid, SIGKILL);
  wait(pid);
  call(S.SYS_OBJECT_CLOSE, open);
  call(S.SYS_OBJECT_CLOSE, sealed);
  call(S.SYS_EP_DESTROY, epid);
}
