// The loader's calls, and the kernel calls that came with it, with hostile arguments. Without PRIVILEGE_SPAWN nobody maps libraries.

import { E2BIG, EACCES, EBADF, EFAULT, EINVAL, ENAMETOOLONG, ENOENT, EPERM } from "../../../abi/errno";
import { PAGE_SIZE } from "../../../abi/limits";
import { LOADER_READER } from "../../../abi/ops";
import { SPAWN_ATTRIBUTES_SIZE } from "../../../abi/spawn";
import * as S from "../../../abi/syscall";
import { EPID_LOADER, ipcCallService, request } from "../../lib/hnx_ipc";
import { syscall } from "../../lib/sys";
import { expect } from "./expect";

const KERNEL: u64 = 0xffffffc000200000;
const HUGE: u64 = 0x7fff_ffff_ffff_ffff;
const WASM_PAGE_SHIFT: u32 = 16;

function call(number: i32, a0: u64 = 0, a1: u64 = 0, a2: u64 = 0, a3: u64 = 0, a4: u64 = 0): i64 {
  return syscall(number, a0, a1, a2, a3, a4, 0);
}

function spawns(path: u64, scratch: u64): void {
  const spawn = S.SYS_SPAWN_SERVICE;
  const attributes: u64 = SPAWN_ATTRIBUTES_SIZE;
  expect("spawn with a large argument block", call(spawn, path, 4, scratch, 8193), E2BIG);
  expect("spawn with an argument block elsewhere", call(spawn, path, 4, KERNEL, 8), EFAULT);
  expect("spawn of a directory", call(spawn, path, 4, scratch, 8), EACCES);
  expect("spawn with a byte of attributes", call(spawn, path, 4, scratch, 8, 1), EINVAL);
  expect("spawn with huge attributes", call(spawn, path, 4, scratch, 8, HUGE), EINVAL);
  expect("spawn with attributes outside its block", call(spawn, path, 4, scratch, 8, attributes), EINVAL);
  expect("spawn with attributes elsewhere", call(spawn, path, 4, KERNEL, attributes, attributes), EFAULT);
  expect("a stranger as a reader", ipcCallService(EPID_LOADER, request(LOADER_READER)), EPERM);
}

function libraries(path: u64): void {
  expect("dlclose of a huge handle", call(S.SYS_DLCLOSE, HUGE), EBADF);
  expect("dlsym of a huge handle", call(S.SYS_DLSYM, HUGE, path, 4), EBADF);
  expect("dlsym without a name", call(S.SYS_DLSYM, 1, path, 0), ENOENT);
  expect("dlsym of a name of 129 bytes", call(S.SYS_DLSYM, 1, path, 129), ENAMETOOLONG);
  expect("dlsym of a name in the kernel", call(S.SYS_DLSYM, 1, KERNEL, 4), EFAULT);
  expect("library_map without the right", call(S.SYS_LIBRARY_MAP, 1, 1, 1, 1), EPERM);
  expect("library_unmap without the right", call(S.SYS_LIBRARY_UNMAP, 1, 0x2_0000_0000), EPERM);
}

/** Giving pages back: whole ones of one's own memory, where nothing is mapped. */
function discards(): void {
  const discard = S.SYS_MEMORY_DISCARD;
  const at = (<u64>memory.grow(1)) << WASM_PAGE_SHIFT;
  expect("memory_discard of no page", call(discard, at, 0), EINVAL);
  expect("memory_discard of half a page", call(discard, at, 2048), EINVAL);
  expect("memory_discard off the page", call(discard, at + 8, PAGE_SIZE), EINVAL);
  expect("memory_discard of the message page", call(discard, 0x1000, PAGE_SIZE), EINVAL);
  expect("memory_discard beyond the memory", call(discard, at, 17 * PAGE_SIZE), EINVAL);
  expect("memory_discard that wraps", call(discard, at, 0xffff_ffff_ffff_f000), EINVAL);
  expect("memory_discard of the kernel", call(discard, KERNEL, PAGE_SIZE), EINVAL);
  expect("memory_discard of the stack", call(discard, 0x2_0000_0000, PAGE_SIZE), EINVAL);
  store<u64>(<usize>at, 1);
  store<u64>(<usize>at + 0xfff8, 2);
  expect("memory_discard", call(discard, at, PAGE_SIZE) == PAGE_SIZE ? 0 : -1, 0);
  expect("what was discarded", load<u64>(<usize>at), 0);
  expect("what was not", load<u64>(<usize>at + 0xfff8) == 2 ? 0 : -1, 0);
}

/** path: "/tmp". scratch: 64 bytes and more. */
export function loaderCalls(path: u64, scratch: u64): void {
  spawns(path, scratch);
  libraries(path);
  discards();
}
