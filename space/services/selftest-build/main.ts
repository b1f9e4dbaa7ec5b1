// For tests only, started by a manifest of the tests' own with the privilege to build processes: asks the construction calls
// for what they must refuse, and sees that nothing is left behind. Logs each wrong answer and one line at the end.

import {
  CONFIG_ALLOW_SEND,
  CONFIG_DEVICE,
  CONFIG_MEMORY,
  CONFIG_MESSAGE_PRIORITY,
  CONFIG_PRIORITY,
  CONFIG_PRIVILEGES,
  CONFIG_RECEIVE,
  INITRD_OBJECT,
} from "../../../abi/construct";
import { EEXIST, EFAULT, EFBIG, EINVAL, ENXIO, EPERM, ESRCH } from "../../../abi/errno";
import { PRIVILEGE_POWER } from "../../../abi/endpoints";
import { CODE_BASE, CODE_END, PROT_EXECUTE, PROT_READ, PROT_WRITE } from "../../../abi/program";
import * as S from "../../../abi/syscall";
import { SIGKILL } from "../../../abi/wait";
import { LOG_INFO, logLine } from "../../lib/log";
import { systemInfo } from "../../lib/process/process";
import { syscall } from "../../lib/sys";
import { checked, expect, wrong } from "./expect";
import { libraries } from "./libraries";

const KERNEL: u64 = 0xffffffc000200000;
const HUGE: u64 = 0x7fff_ffff_ffff_ffff;
const PAGE: u64 = 4096;
const SEGMENT: u64 = CODE_BASE + 16 * PAGE;
const KEPT: u64 = 0x6b657074;

const name: usize = memory.data<u8>([98, 97, 100]);

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
function configurations(pid: u64): void {
  const configure = S.SYS_PROC_CONFIGURE;
  expect("a privilege that we lack", call(configure, pid, CONFIG_PRIVILEGES, PRIVILEGE_POWER), EPERM);
  expect("a privilege above 32 bits", call(configure, pid, CONFIG_PRIVILEGES, HUGE), EPERM);
  expect("a priority above ours", call(configure, pid, CONFIG_PRIORITY, 31), EPERM);
  expect("a huge priority", call(configure, pid, CONFIG_PRIORITY, HUGE), EPERM);
  expect("message priority 4", call(configure, pid, CONFIG_MESSAGE_PRIORITY, 4), EPERM);
  expect("4 GiB of memory", call(configure, pid, CONFIG_MEMORY, 65536, 65536), EINVAL);
  expect("more memory than its maximum", call(configure, pid, CONFIG_MEMORY, 2, 1), EINVAL);
  expect("the VFS's endpoint", call(configure, pid, CONFIG_RECEIVE, 1), EPERM);
  expect("an endpoint that is not there", call(configure, pid, CONFIG_ALLOW_SEND, 99), ENXIO);
  expect("a device without the privilege", call(configure, pid, CONFIG_DEVICE, 1, 0), EPERM);
  expect("an unknown setting", call(configure, pid, 99, 1), EINVAL);
}

function regions(pid: u64): void {
  const region = S.SYS_PROC_REGION;
  expect("a region in linear memory", call(region, pid, 0x10000, 1, PROT_READ), EINVAL);
  expect("a region in the kernel", call(region, pid, KERNEL, 1, PROT_READ), EINVAL);
  expect("an unaligned region", call(region, pid, SEGMENT + 8, 1, PROT_READ), EINVAL);
  expect("a region of no page", call(region, pid, SEGMENT, 0, PROT_READ), EINVAL);
  expect("a huge region", call(region, pid, SEGMENT, HUGE, PROT_READ), EINVAL);
  expect("a region beyond the end", call(region, pid, CODE_END - PAGE, 2, PROT_READ), EINVAL);
  expect("an executable region", call(region, pid, SEGMENT, 1, PROT_READ | PROT_EXECUTE), EINVAL);
  expect("a good region", call(region, pid, SEGMENT, 2, PROT_READ | PROT_WRITE), 0);
  expect("a region over another", call(region, pid, SEGMENT + PAGE, 1, PROT_READ), EEXIST);
  expect("a write into the kernel", call(S.SYS_PROC_WRITE, pid, KERNEL, name, 3), EFAULT);
  expect("a write into its unmapped page", call(S.SYS_PROC_WRITE, pid, 8, name, 3), EFAULT);
  expect("a write where nothing is", call(S.SYS_PROC_WRITE, pid, SEGMENT + 2 * PAGE, name, 3), EFAULT);
  expect("a write from the kernel", call(S.SYS_PROC_WRITE, pid, SEGMENT, KERNEL, 3), EFAULT);
}

function objects(pid: u64): void {
  expect("an object of no page", call(S.SYS_OBJECT_CREATE, 0), EINVAL);
  expect("a huge object", call(S.SYS_OBJECT_CREATE, HUGE), EFBIG);
  const id = <u64>call(S.SYS_OBJECT_CREATE, 2);
  const at = SEGMENT + 8 * PAGE;
  const map = S.SYS_PROC_MAP;
  expect("code that is not sealed", call(map, pid, at, id, 0, 1, PROT_READ | PROT_EXECUTE), EPERM);
  expect("a write beyond the object", call(S.SYS_OBJECT_WRITE, id, 2 * PAGE, name, 1), EINVAL);
  expect("a write of the object from the kernel", call(S.SYS_OBJECT_WRITE, id, 0, KERNEL, 1), EFAULT);
  call(S.SYS_OBJECT_SEAL, id);
  expect("a write of a sealed object", call(S.SYS_OBJECT_WRITE, id, 0, name, 1), EPERM);
  expect("write and execute", call(map, pid, at, id, 0, 1, PROT_READ | PROT_WRITE | PROT_EXECUTE), EPERM);
  expect("a page that the object lacks", call(map, pid, at, id, 2, 1, PROT_READ), EINVAL);
  expect("more pages than the object has", call(map, pid, at, id, 1, 2, PROT_READ), EINVAL);
  expect("an object that is not ours", call(map, pid, at, INITRD_OBJECT, 0, 1, PROT_READ), ENXIO);
  expect("an object over a region", call(map, pid, SEGMENT, id, 0, 1, PROT_READ), EEXIST);
  expect("a good mapping", call(map, pid, at, id, 0, 2, PROT_READ | PROT_EXECUTE), 0);
  call(S.SYS_OBJECT_CLOSE, id);
  expect("an object that is closed", call(map, pid, at + 4 * PAGE, id, 0, 1, PROT_READ), ENXIO);
}

/** Mappings of our own: a refused one leaves the memory under it as it was. */
function ownMappings(): void {
  const at = (<usize>memory.grow(1)) << 16;
  const map = S.SYS_OBJECT_MAP;
  store<u64>(at, KEPT);
  expect("the archive, writable", call(map, INITRD_OBJECT, at, 0, 1, PROT_READ | PROT_WRITE), EPERM);
  expect("a page beyond the archive", call(map, INITRD_OBJECT, at, HUGE, 1, PROT_READ), EINVAL);
  expect("no page of the archive", call(map, INITRD_OBJECT, at, 0, 0, PROT_READ), EINVAL);
  expect("the archive over our message page", call(map, INITRD_OBJECT, 0x1000, 0, 1, PROT_READ), EINVAL);
  expect("the archive beyond our memory", call(map, INITRD_OBJECT, at + 0x10000, 0, 1, PROT_READ), EINVAL);
  expect("the archive at an unaligned place", call(map, INITRD_OBJECT, at + 8, 0, 1, PROT_READ), EINVAL);
  expect("memory under refused mappings", load<u64>(at) == KEPT ? 0 : -1, 0);
}

function build(): void {
  expect("a process named by the kernel", call(S.SYS_PROC_CREATE, KERNEL, 3, 0), EFAULT);
  expect("a process for a forged call", call(S.SYS_PROC_CREATE, name, 3, 0x1234), ESRCH);
  const pid = <u64>call(S.SYS_PROC_CREATE, name, 3, 0);
  configurations(pid);
  regions(pid);
  objects(pid);
  expect("an entry in the kernel", call(S.SYS_PROC_START, pid, KERNEL, SEGMENT + PAGE), EINVAL);
  expect("an unaligned entry", call(S.SYS_PROC_START, pid, SEGMENT + 2, SEGMENT + PAGE), EINVAL);
  expect("a stack in the kernel", call(S.SYS_PROC_START, pid, SEGMENT, KERNEL), EINVAL);
  expect("discarding it", call(S.SYS_KILL, pid, SIGKILL), 0);
  expect("starting what was discarded", call(S.SYS_PROC_START, pid, SEGMENT, SEGMENT + PAGE), ESRCH);
}

export function main(): i32 {
  ownMappings();
  libraries();
  build();
  const info = systemInfo();
  if (info === null) return 1;
  const frames = info.framesFree;
  const kernelObjects = info.objects;
  const processes = info.processes;
  build();
  systemInfo();
  const same = frames == info.framesFree && kernelObjects == info.objects && processes == info.processes;
  logLine
    .number(checked)
    .text(" checked, ")
    .number(wrong)
    .text(" wrong, ")
    .text(same ? "nothing left" : "something left")
    .write(LOG_INFO);
  return wrong || !same ? 1 : 0;
}
