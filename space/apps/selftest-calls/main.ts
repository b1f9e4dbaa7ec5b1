// Self-test: every system call with hostile arguments answers with the errno that it should, and nothing else happens.
// Prints a line for each answer that is wrong; status 0 if there is none.

import {
  EBADF,
  ECHILD,
  EFAULT,
  EINVAL,
  ENAMETOOLONG,
  ENOENT,
  ENOSYS,
  ENXIO,
  EPERM,
  ESRCH,
  EMSGSIZE,
} from "../../../abi/errno";
import { EPID_ANY, NOTIFY_USER_MASK } from "../../../abi/endpoints";
import { CODE_BASE } from "../../../abi/program";
import * as S from "../../../abi/syscall";
import { println } from "../../lib/console";
import { checked, expect, wrong } from "./expect";
import { information } from "./information";
import { names } from "./names";
import { objects } from "./objects";
import { sockets } from "./sockets";
import { loaderCalls } from "./loader";
import { heldCall, isCaller, runCaller } from "./held_call";
import { syscall } from "../../lib/sys";

const KERNEL: u64 = 0xffffffc000200000;
const ABOVE_4_GIB: u64 = 0x1_0000_0000;
const UNMAPPED: u64 = 0xfff0_0000;
const HUGE: u64 = 0x7fff_ffff_ffff_ffff;
const ALL_ONES: u64 = 0xffff_ffff_ffff_ffff;
const NULL_PAGE: u64 = 0x10;
const CROSSING: u64 = 0xffe; // two bytes in the unmapped page, two in the next, unaligned

const scratch: usize = memory.data(64, 8);
const path: usize = memory.data<u8>([47, 116, 109, 112]); // /tmp
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

/** Calls that take a path as address and size. */
function paths(name: string, number: i32, third: u64 = 0): void {
  expect(`${name} of a null page`, call(number, NULL_PAGE, 4, third), EFAULT);
  expect(`${name} of a kernel address`, call(number, KERNEL, 4, third), EFAULT);
  expect(`${name} beyond 4 GiB`, call(number, ABOVE_4_GIB, 4, third), EFAULT);
  expect(`${name} of unmapped memory`, call(number, UNMAPPED, 4, third), EFAULT);
  expect(`${name} that wraps`, call(number, ALL_ONES, 4, third), EFAULT);
  expect(`${name} that crosses out of the unmapped page`, call(number, CROSSING, 4, third), EFAULT);
  expect(`${name} with an empty path`, call(number, path, 0, third), ENOENT);
  expect(`${name} with 4096 bytes`, call(number, path, 4096, third), ENAMETOOLONG);
  expect(`${name} with a huge size`, call(number, path, HUGE, third), ENAMETOOLONG);
  expect(`${name} of a long path out of memory`, call(number, UNMAPPED, 4000, third), EFAULT);
}

/** Calls that take a descriptor. */
function descriptors(name: string, number: i32): void {
  expect(`${name} of descriptor -1`, call(number, ALL_ONES, scratch, 1), EBADF);
  expect(`${name} of a closed descriptor`, call(number, 40, scratch, 1), EBADF);
  expect(`${name} of descriptor 64`, call(number, 64, scratch, 1), EBADF);
  expect(`${name} of a huge descriptor`, call(number, HUGE, scratch, 1), EBADF);
}

/** Calls that take a descriptor and a buffer; descriptor 1 is open. */
function buffers(name: string, number: i32): void {
  expect(`${name} to a null page`, call(number, 1, NULL_PAGE, 8), EFAULT);
  expect(`${name} to a kernel address`, call(number, 1, KERNEL, 8), EFAULT);
  expect(`${name} that crosses out of the unmapped page`, call(number, 1, CROSSING, 4), EFAULT);
  expect(`${name} across the end of memory`, call(number, 1, scratch, 0xffff_ffff), EFAULT);
  expect(`${name} with a huge size`, call(number, 1, scratch, HUGE), EFAULT);
  expect(`${name} that wraps`, call(number, 1, ALL_ONES - 3, 8), EFAULT);
}

function files(): void {
  paths("open", S.SYS_OPEN);
  paths("stat", S.SYS_STAT, scratch);
  paths("creat", S.SYS_CREAT);
  paths("mkdir", S.SYS_MKDIR);
  paths("rmdir", S.SYS_RMDIR);
  paths("unlink", S.SYS_UNLINK);
  paths("dlopen", S.SYS_DLOPEN);
  paths("spawn", S.SYS_SPAWN_SERVICE);
  loaderCalls(path, scratch);
  expect("open with a flag above 32 bits", call(S.SYS_OPEN, path, 4, ABOVE_4_GIB), EINVAL);
  expect("open with an unknown flag", call(S.SYS_OPEN, path, 4, 0x8000_0000), EINVAL);
  expect("stat into a kernel address", call(S.SYS_STAT, path, 4, KERNEL), EFAULT);
  expect("stat into a null page", call(S.SYS_STAT, path, 4, NULL_PAGE), EFAULT);
  expect("fstat into a null page", call(S.SYS_FSTAT, 1, NULL_PAGE), EFAULT);
  const calls: StaticArray<i32> = [
    S.SYS_READ,
    S.SYS_WRITE,
    S.SYS_PREAD,
    S.SYS_PWRITE,
    S.SYS_LSEEK,
    S.SYS_FSTAT,
    S.SYS_READDIR,
    S.SYS_CLOSE,
    S.SYS_DUP2,
  ];
  for (let i = 0; i < calls.length; i++) descriptors(`call ${calls[i]}`, calls[i]);
  for (let i = 0; i < 4; i++) buffers(`call ${calls[i]}`, calls[i]);
  buffers("readdir", S.SYS_READDIR);
  expect("dup2 to descriptor 64", call(S.SYS_DUP2, 1, 64), EBADF);
  expect("pread at -1", call(S.SYS_PREAD, 1, scratch, 8, ALL_ONES), EINVAL);
}

function processes(): void {
  expect("wait4 without children", call(S.SYS_WAIT4, ALL_ONES, 0, 0), ECHILD);
  expect("wait4 for a stranger", call(S.SYS_WAIT4, 1, 0, 0), ECHILD);
  expect("wait4 for process 0", call(S.SYS_WAIT4, 0, 0, 0), EINVAL);
  expect("wait4 into a null page", call(S.SYS_WAIT4, ALL_ONES, NULL_PAGE, 0), EFAULT);
  expect("wait4 into the kernel", call(S.SYS_WAIT4, ALL_ONES, KERNEL, 0), EFAULT);
  expect("kill of init", call(S.SYS_KILL, 1, 9), EPERM);
  expect("kill of nobody", call(S.SYS_KILL, 0, 9), ESRCH);
  expect("kill of a stale id", call(S.SYS_KILL, 1 + 128, 9), ESRCH);
  expect("kill of init with signal 3", call(S.SYS_KILL, 1, 3), EPERM);
  expect("memory_grow by a huge amount", call(S.SYS_MEMORY_GROW, HUGE), 12);
  expect("memory_keep of the null page", call(S.SYS_MEMORY_KEEP, 0), EINVAL);
  expect("memory_keep of no page's start", call(S.SYS_MEMORY_KEEP, 0x10001), EINVAL);
  expect("memory_keep of code", call(S.SYS_MEMORY_KEEP, CODE_BASE), EINVAL);
  expect("proc_inherit of init's", call(S.SYS_PROC_INHERIT, 1, 1), ESRCH);
  expect("system_info into the kernel", call(S.SYS_SYSTEM_INFO, KERNEL, 72), EFAULT);
  expect("poweroff without the privilege", call(S.SYS_POWEROFF, 0), EPERM);
  expect("proc_create without the privilege", call(S.SYS_PROC_CREATE, scratch, 4, 0), EPERM);
  for (let number = S.SYS_PROC_REGION; number <= S.SYS_PROC_CONFIGURE; number++) {
    expect(`construction call ${number} on init`, call(number, 1, 1, 1, 1, 1, 1), ESRCH);
  }
  for (let number = S.SYS_OBJECT_WRITE; number <= S.SYS_OBJECT_CLOSE; number++) {
    expect(`object call ${number} on the boot archive`, call(number, 1), ENXIO);
  }
  expect("object_map of the boot archive", call(S.SYS_OBJECT_MAP, 1, 0x10000, 0, 1, 1), EPERM);
  expect("object_map of nothing", call(S.SYS_OBJECT_MAP, HUGE, 0x10000, 0, 1, 1), ENXIO);
}

function messages(): void {
  expect("ep_call to endpoint 0", call(S.SYS_EP_CALL, 0), ENXIO);
  expect("ep_call to a forged id", call(S.SYS_EP_CALL, 0x7001_0010), ENXIO);
  expect("ep_call with 257 bytes", call(S.SYS_EP_CALL, 1, 0, 0, 0, 0, (<u64>257) << 32), EMSGSIZE);
  expect("ep_send with 257 bytes", call(S.SYS_EP_SEND, 1, 0, 0, 0, 0, (<u64>257) << 32), EMSGSIZE);
  expect("ep_recv from the VFS's endpoint", call(S.SYS_EP_RECV, 1), EPERM);
  expect("ep_recv from nowhere", call(S.SYS_EP_RECV, 77), ENXIO);
  expect("ep_reply to a forged token", call(S.SYS_EP_REPLY, 0), ESRCH);
  expect("ep_reply_recv on the VFS's endpoint", call(S.SYS_EP_REPLY_RECV, 1), EPERM);
  expect("ep_destroy of the VFS's endpoint", call(S.SYS_EP_DESTROY, 1), EPERM);
  expect("ep_grant without the right", call(S.SYS_EP_GRANT, 1, 1, 1), EPERM);
  expect("ep_stats into the kernel", call(S.SYS_EP_STATS, 1, KERNEL), EFAULT);
  expect("ep_drain of another's", call(S.SYS_EP_DRAIN, 1, scratch), EPERM);
  expect("notify of a system's bits", call(S.SYS_NOTIFY, 1, 1), EINVAL);
  expect("notify nowhere", call(S.SYS_NOTIFY, 77, NOTIFY_USER_MASK), ENXIO);
  expect("ep_revoke of another's endpoint", call(S.SYS_EP_REVOKE, 1, 0), EPERM);
  expect("ep_abandon without the privilege", call(S.SYS_EP_ABANDON, 1), EPERM);
  expect("ep_recv from any without one", call(S.SYS_EP_RECV, EPID_ANY), ENXIO);
  expect("msg_read with a forged token", call(S.SYS_MSG_READ, 0x1234, 0, 0, scratch, 8), ESRCH);
  expect("msg_write with a forged token", call(S.SYS_MSG_WRITE, ALL_ONES, 0, 0, scratch, 8), ESRCH);
}

function devices(): void {
  expect("driver_register without the device", call(S.SYS_DRIVER_REGISTER, 1), EPERM);
  expect("driver_register of nothing", call(S.SYS_DRIVER_REGISTER, HUGE), EINVAL);
  expect("request_irq without the device", call(S.SYS_REQUEST_IRQ, 1, 0, 0), EPERM);
  expect("map_mmio without the device", call(S.SYS_MAP_MMIO, 1, 0, 0x10000), EPERM);
  expect("irq_ack of bit 32", call(S.SYS_IRQ_ACK, 32), EINVAL);
  expect("irq_ack of nothing", call(S.SYS_IRQ_ACK, 3), EINVAL);
  expect("log_read without the privilege", call(S.SYS_LOG_READ, scratch, 8), EPERM);
  expect("log_write from the kernel", call(S.SYS_LOG_WRITE, 0, KERNEL, 8), EFAULT);
  expect("log_write of a huge line", call(S.SYS_LOG_WRITE, 0, scratch, HUGE), EINVAL);
  expect("log_write at level 9", call(S.SYS_LOG_WRITE, 9, scratch, 1), EINVAL);
}

function unknown(): void {
  const numbers: StaticArray<i32> = [0, 1, S.SYS_MMAP, S.SYS_MUNMAP, S.SYS_MPROTECT, 319, 4102, -1];
  for (let i = 0; i < numbers.length; i++) expect(`call ${numbers[i]}`, call(numbers[i]), ENOSYS);
}

export function main(): i32 {
  if (isCaller()) return runCaller();
  files();
  names();
  sockets();
  processes();
  information();
  objects();
  const held = heldCall();
  messages();
  devices();
  unknown();
  println(`selftest-calls: ${checked} checked, ${wrong} wrong, held call ${held ? "good" : "bad"}`);
  return wrong || !held ? 1 : 0;
}
