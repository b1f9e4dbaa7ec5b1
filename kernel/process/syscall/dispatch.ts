// From a system call's number to its function. Every one has the same shape: arguments in the thread's x0–x7, a result
// ≥ 0 or -errno for its x0, or a thread that is no longer STATE_READY and gets its result later. Numbers: abi/syscall.ts;
// docs/SYSCALLS.md says which are delegated and why. Unknown numbers: -ENOSYS.

import { ENOSYS } from "../../../abi/errno";
import {
  CURRENT_OFFSET,
  NET_BIND,
  NET_CONNECT,
  NET_GETSOCKOPT,
  NET_LISTEN,
  NET_SETSOCKOPT,
  NET_SHUTDOWN,
  NET_WATCH,
  VFS_LINK,
  VFS_MKDIR,
  VFS_READ,
  VFS_READDIR,
  VFS_RENAME,
  VFS_RMDIR,
  VFS_SYMLINK,
  VFS_UMOUNT,
  VFS_UNLINK,
  VFS_WHERE,
} from "../../../abi/ops";
import { NAME_OWN, NAME_PEER } from "../../../abi/net";
import * as S from "../../../abi/syscall";
import { endpointCreate, endpointExists } from "../../../core/ipc/endpoint";
import { grantCapability } from "../../../core/ipc/rights";
import { FRAME_SYSCALL, STATE_READY, Thread } from "../../../core/ipc/thread";
import { yieldTurn } from "../../sched/sched";
import { sysPipe } from "../pipe";
import { processOf } from "../process";
import * as build from "./construct";
import * as device from "./device";
import * as files from "./files";
import * as ipc from "./ipc";
import * as libraries from "./libraries";
import * as names from "./names";
import * as objects from "./objects";
import * as poll from "./poll";
import * as processes from "./processes";
import { sysGetRandom } from "./random";
import * as remote from "./remote";
import * as signals from "./signals";
import * as sockets from "./sockets";
import * as information from "./information";
import * as system from "./system";

/** Carries out call `number` of `t`, which is current. */
export function dispatch(t: Thread, number: u64): void {
  const result = perform(t, <i32>min(number, <u64>i32.MAX_VALUE));
  // A thread that was blocked, answered or ended by its own call has its registers set, or needs none.
  if (t.state == STATE_READY && t.frame == FRAME_SYSCALL) t.x0 = result;
}

function perform(t: Thread, number: i32): i64 {
  if (number >= S.SYS_EP_CREATE && number <= S.SYS_EP_ABANDON) return performIpc(t, number);
  switch (number) {
    case S.SYS_READ:
      return files.sysRead(t, VFS_READ, CURRENT_OFFSET);
    case S.SYS_WRITE:
      return files.sysWrite(t, CURRENT_OFFSET);
    case S.SYS_OPEN:
      return files.sysOpenPath(t);
    case S.SYS_CLOSE:
      return files.sysClose(t);
    case S.SYS_STAT:
      return files.sysStat(t);
    case S.SYS_FSTAT:
      return files.sysFstat(t);
    case S.SYS_PREAD:
      return files.sysPread(t);
    case S.SYS_PWRITE:
      return files.sysPwrite(t);
    case S.SYS_LSEEK:
      return files.sysLseek(t);
    case S.SYS_READDIR:
      return files.sysRead(t, VFS_READDIR, 0);
    case S.SYS_CREAT:
      return files.sysCreat(t);
    case S.SYS_MKDIR:
      return files.sysPath(t, VFS_MKDIR, true);
    case S.SYS_RMDIR:
      return files.sysPath(t, VFS_RMDIR, false);
    case S.SYS_UNLINK:
      return files.sysPath(t, VFS_UNLINK, false);
    case S.SYS_DUP2:
      return files.sysDup2(t);
    case S.SYS_SPAWN_SERVICE:
      return remote.sysSpawn(t);
    case S.SYS_DLOPEN:
      return remote.sysDlopen(t);
    case S.SYS_DLCLOSE:
      return remote.sysDlclose(t);
    case S.SYS_DLSYM:
      return remote.sysDlsym(t);
    default:
      return performSocket(t, number);
  }
}

function performSocket(t: Thread, number: i32): i64 {
  switch (number) {
    case S.SYS_RECV:
      return sockets.sysReceive(t);
    case S.SYS_SEND:
      return sockets.sysSend(t);
    case S.SYS_SOCKET_WAIT:
      return sockets.sysSocketWait(t);
    case S.SYS_POLL:
      return poll.sysPoll(t);
    case S.SYS_SOCKET_WATCH:
      return sockets.sysSocketNumbers(t, NET_WATCH, 2);
    case S.SYS_SOCKET:
      return sockets.sysSocket(t);
    case S.SYS_CONNECT:
      return sockets.sysAddress(t, NET_CONNECT);
    case S.SYS_ACCEPT:
      return sockets.sysAccept(t);
    case S.SYS_BIND:
      return sockets.sysAddress(t, NET_BIND);
    case S.SYS_LISTEN:
      return sockets.sysSocketNumbers(t, NET_LISTEN, 1);
    case S.SYS_SHUTDOWN:
      return sockets.sysSocketNumbers(t, NET_SHUTDOWN, 1);
    case S.SYS_GETSOCKNAME:
      return sockets.sysSocketName(t, NAME_OWN);
    case S.SYS_GETPEERNAME:
      return sockets.sysSocketName(t, NAME_PEER);
    case S.SYS_GETSOCKOPT:
      return sockets.sysSocketNumbers(t, NET_GETSOCKOPT, 1);
    case S.SYS_SETSOCKOPT:
      return sockets.sysSocketNumbers(t, NET_SETSOCKOPT, 2);
    default:
      return performKernel(t, number);
  }
}

function performKernel(t: Thread, number: i32): i64 {
  if (number >= S.SYS_PROC_CREATE && number <= S.SYS_OBJECT_UNPIN) return performBuilding(t, number);
  switch (number) {
    case S.SYS_EXIT:
      return processes.sysExit(t);
    case S.SYS_GETPPID:
      return processOf(t).parent;
    case S.SYS_YIELD:
      return yieldCall(t);
    case S.SYS_WAIT4:
      return processes.sysWait(t);
    case S.SYS_KILL:
      return signals.sysKill(t);
    case S.SYS_CATCH_SIGNALS:
      return signals.sysCatchSignals(t);
    case S.SYS_MEMORY_GROW:
      return processes.sysMemoryGrow(t);
    case S.SYS_MEMORY_KEEP:
      return processes.sysMemoryKeep(t);
    case S.SYS_MEMORY_DISCARD:
      return processes.sysMemoryDiscard(t);
    case S.SYS_CLOCK:
      return system.sysClock();
    case S.SYS_SYSTEM_INFO:
      return system.sysSystemInfo(t);
    case S.SYS_POLL_WAKE:
      return poll.sysPollWake(t);
    case S.SYS_GETRANDOM:
      return sysGetRandom(t);
    case S.SYS_POWEROFF:
      return system.sysPoweroff(t);
    case S.SYS_DMA_ALLOC:
      return objects.sysDmaAlloc(t);
    case S.SYS_DRIVER_REGISTER:
      return device.sysDriverRegister(t);
    case S.SYS_REQUEST_IRQ:
      return device.sysRequestIrq(t);
    case S.SYS_MAP_MMIO:
      return device.sysMapMmio(t);
    case S.SYS_IRQ_ACK:
      return device.sysIrqAck(t);
    case S.SYS_LOG_READ:
      return device.sysLogRead(t);
    case S.SYS_LOG_WRITE:
      return device.sysLogWrite(t);
    default:
      return performName(t, number);
  }
}

function performName(t: Thread, number: i32): i64 {
  switch (number) {
    case S.SYS_LSTAT:
      return names.sysLstat(t);
    case S.SYS_RENAME:
      return names.sysTwoPaths(t, VFS_RENAME);
    case S.SYS_LINK:
      return names.sysTwoPaths(t, VFS_LINK);
    case S.SYS_SYMLINK:
      return names.sysTwoPaths(t, VFS_SYMLINK);
    case S.SYS_READLINK:
      return names.sysReadlink(t);
    case S.SYS_TRUNCATE:
      return names.sysTruncate(t);
    case S.SYS_FTRUNCATE:
      return names.sysFtruncate(t);
    case S.SYS_CHANGE:
      return names.sysChange(t);
    case S.SYS_FCHANGE:
      return names.sysFchange(t);
    case S.SYS_STATFS:
      return names.sysStatfs(t);
    case S.SYS_FSTATFS:
      return names.sysFstatfs(t);
    case S.SYS_FSYNC:
      return names.sysFsync(t);
    case S.SYS_SYNC:
      return names.sysSync(t);
    case S.SYS_GETCWD:
      return files.sysRead(t, VFS_WHERE, 0);
    case S.SYS_PIPE:
      return sysPipe(t);
    case S.SYS_MOUNT:
      return names.sysMount(t);
    case S.SYS_UMOUNT:
      return files.sysPath(t, VFS_UMOUNT, false);
    default:
      return performInformation(t, number);
  }
}

function performInformation(t: Thread, number: i32): i64 {
  switch (number) {
    case S.SYS_PROCESS_INFO:
      return information.sysProcessInfo(t);
    case S.SYS_ENDPOINT_INFO:
      return information.sysEndpointInfo(t);
    case S.SYS_WALL_CLOCK:
      return system.sysWallClock();
    case S.SYS_LOG_HISTORY:
      return information.sysLogHistory(t);
    default:
      return -ENOSYS;
  }
}

function performBuilding(t: Thread, number: i32): i64 {
  switch (number) {
    case S.SYS_PROC_CREATE:
      return build.sysProcCreate(t);
    case S.SYS_PROC_CONFIGURE:
      return build.sysProcConfigure(t);
    case S.SYS_PROC_REGION:
      return build.sysProcRegion(t);
    case S.SYS_PROC_MAP:
      return build.sysProcMap(t);
    case S.SYS_PROC_WRITE:
      return build.sysProcWrite(t);
    case S.SYS_PROC_START:
      return build.sysProcStart(t);
    case S.SYS_PROC_INHERIT:
      return build.sysProcInherit(t);
    case S.SYS_LIBRARY_MAP:
      return libraries.sysLibraryMap(t);
    case S.SYS_LIBRARY_UNMAP:
      return libraries.sysLibraryUnmap(t);
    case S.SYS_OBJECT_CREATE:
      return objects.sysObjectCreate(t);
    case S.SYS_OBJECT_WRITE:
      return objects.sysObjectWrite(t);
    case S.SYS_OBJECT_SEAL:
      return objects.sysObjectSeal(t);
    case S.SYS_OBJECT_CLOSE:
      return objects.sysObjectClose(t);
    case S.SYS_OBJECT_MAP:
      return objects.sysObjectMap(t);
    case S.SYS_OBJECT_GRANT:
      return objects.sysObjectGrant(t);
    case S.SYS_OBJECT_REVOKE:
      return objects.sysObjectRevoke(t);
    case S.SYS_OBJECT_UNMAP:
      return objects.sysObjectUnmap(t);
    case S.SYS_OBJECT_PIN:
      return objects.sysObjectPin(t);
    case S.SYS_OBJECT_UNPIN:
      return objects.sysObjectUnpin(t);
    default:
      return -ENOSYS;
  }
}

function performIpc(t: Thread, number: i32): i64 {
  switch (number) {
    case S.SYS_EP_CALL:
      return ipc.sysCall(t);
    case S.SYS_EP_CREATE:
      return endpointCreate(t);
    case S.SYS_EP_SEND:
      return ipc.sysSend(t);
    case S.SYS_EP_RECV:
      return ipc.sysReceive(t);
    case S.SYS_EP_REPLY_RECV:
      return ipc.sysReplyReceive(t);
    case S.SYS_EP_REPLY:
      return ipc.sysReply(t);
    case S.SYS_EP_DESTROY:
      return ipc.sysDestroy(t);
    case S.SYS_EP_EXISTS:
      return endpointExists(<u32>t.x0) ? 1 : 0;
    case S.SYS_EP_GRANT:
      return grantCapability(t, <u32>t.x0, <u32>t.x1, <u32>t.x2);
    case S.SYS_EP_STATS:
      return ipc.sysStats(t);
    case S.SYS_EP_DRAIN:
      return ipc.sysDrain(t);
    case S.SYS_MSG_READ:
      return ipc.sysTransfer(t, false);
    case S.SYS_MSG_WRITE:
      return ipc.sysTransfer(t, true);
    case S.SYS_NOTIFY:
      return ipc.sysNotify(t);
    case S.SYS_EP_REVOKE:
      return ipc.sysRevoke(t);
    case S.SYS_EP_ABANDON:
      return ipc.sysAbandon(t);
    default:
      return -ENOSYS;
  }
}

function yieldCall(t: Thread): i64 {
  t.x0 = 0;
  yieldTurn(t);
  return 0;
}
