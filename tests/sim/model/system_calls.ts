// From a system call's number to what the model does for it.

import { EBUSY, EFAULT, EINVAL, ENOMEM, ENOSYS, EPERM, ESRCH, EAGAIN, ENXIO } from "../../../abi/errno.ts";
import {
  FIRST_DYNAMIC_ENDPOINT,
  PRIVILEGE_DEVICES,
  RIGHT_GRANT,
  RIGHT_RECEIVE,
  RIGHT_SEND,
} from "../../../abi/endpoints.ts";
import { MAX_COPY_SLICE, MAX_ENDPOINTS, PAGE_SIZE } from "../../../abi/limits.ts";
import { NAME_OWN, NAME_PEER } from "../../../abi/net.ts";
import * as OP from "../../../abi/ops.ts";
import { LINEAR_MEMORY_END, STATIC_DATA } from "../../../abi/program.ts";
import * as S from "../../../abi/syscall.ts";
import type { Call } from "./call.ts";
import { abandonEndpoint, releaseEndpoint } from "./cancel.ts";
import * as build from "./construct.ts";
import * as device from "./devices.ts";
import * as files from "./files.ts";
import * as loader from "./loader.ts";
import { sysDup2 } from "./handles.ts";
import { sysExit, sysWait } from "./lifecycle.ts";
import type { Model } from "./model.ts";
import * as objects from "./object_calls.ts";
import * as pins from "./pins.ts";
import { sysPoll, sysPollWake } from "./poll.ts";
import * as receive from "./receive.ts";
import { sysDrain, sysStats, sysSystemInfo } from "./records.ts";
import { grantCapability, revokeCapability } from "./rights.ts";
import { sysCall, sysSend } from "./send.ts";
import * as signals from "./signals.ts";
import * as sockets from "./sockets.ts";
import type { Process } from "./state.ts";
import { U32_MAX, U64_MAX, error, register, signed } from "./words.ts";

type Result = bigint | undefined;
type Handler = (m: Model, t: Process, c: Call) => Result;

/** ep_create(). */
function sysCreate(m: Model, t: Process): bigint {
  const free = m.endpoints.filter(({ id, index }) => id === 0 && index >= FIRST_DYNAMIC_ENDPOINT);
  if (t.endpointsLeft === 0 || free.length === 0) return error(EAGAIN);
  const id = m.takeId("endpoint", Number(signed(m.oracle.register(t.slot, 0))));
  const ep = free.find(({ index }) => index === id % MAX_ENDPOINTS);
  if (!ep) return error(EAGAIN);
  ep.id = id;
  ep.owner = t;
  t.endpointsLeft--;
  t.rights[ep.index] = RIGHT_SEND | RIGHT_RECEIVE | RIGHT_GRANT;
  return BigInt(id);
}

/** ep_destroy(endpoint). */
function sysDestroy(m: Model, t: Process, { x }: Call): bigint {
  const ep = m.endpoint(x[0] & U32_MAX);
  if (!ep) return error(ENXIO);
  if (ep.owner !== t) return error(EPERM);
  if (ep.index < FIRST_DYNAMIC_ENDPOINT) return error(EINVAL);
  releaseEndpoint(m, ep);
  return 0n;
}

/** ep_abandon(endpoint): nobody will follow its dead owner. */
function sysAbandon(m: Model, t: Process, { x }: Call): bigint {
  if (!(t.privileges & PRIVILEGE_DEVICES)) return error(EPERM);
  const ep = m.endpoint(x[0]);
  if (!ep) return error(ENXIO);
  if (ep.owner) return error(EBUSY);
  abandonEndpoint(m, ep);
  return 0n;
}

/** msg_read and msg_write(token, window, offset, address, size). */
function transfer(m: Model, t: Process, { x }: Call, isWrite: boolean): bigint {
  const caller = receive.callerOf(m, t, x[0]);
  if (!caller) return error(ESRCH);
  if (x[1] > 1n) return error(EINVAL);
  const window = caller.windows.at(Number(x[1]));
  if (!window || !(window.access & (isWrite ? 2 : 1))) return error(EPERM);
  const length = BigInt(window.length);
  if (x[2] > length) return error(EINVAL);
  const most = [x[4], length - x[2], BigInt(MAX_COPY_SLICE)].reduce((a, b) => (a < b ? a : b));
  const size = Number(most);
  if (!t.memory.contains(x[3], most)) return error(EFAULT);
  const [theirs, ours] = [window.address + Number(x[2]), Number(x[3])];
  const copied = isWrite
    ? m.copyUser(caller, theirs, t, ours, size)
    : m.copyUser(t, ours, caller, theirs, size);
  return copied || !size ? BigInt(copied) : objects.copyFailure(m);
}

/** memory_grow(delta). */
function sysMemoryGrow(t: Process, delta: bigint): bigint {
  const old = t.memory.memoryPages;
  if (delta > BigInt(t.memory.memoryMaximum - old)) return error(ENOMEM);
  t.memory.memoryPages += Number(delta);
  return BigInt(old);
}

/** memory_keep(address). */
function sysMemoryKeep(t: Process, address: bigint): bigint {
  if (address % BigInt(PAGE_SIZE) || address < BigInt(STATIC_DATA) || address >= BigInt(LINEAR_MEMORY_END))
    return error(EINVAL);
  t.memory.keepFrom = Number(address) / PAGE_SIZE;
  return BigInt(t.inherited);
}

const path =
  (op: number, hasMode: boolean): Handler =>
  (m, t, c) =>
    files.sysPath(m, t, c.x, op, hasMode);
const socket =
  (op: number, count: number): Handler =>
  (m, t, c) =>
    sockets.sysNumbers(m, t, c.x, op, count);

const HANDLERS: Record<number, Handler> = {
  [S.SYS_GETPID]: (_, t) => BigInt(t.pid),
  [S.SYS_GETPPID]: (_, t) => BigInt(t.parent),
  [S.SYS_YIELD]: (m) => {
    m.scheduler.yieldTurn();
    return 0n;
  },
  [S.SYS_EXIT]: sysExit,
  [S.SYS_WAIT4]: sysWait,
  [S.SYS_KILL]: signals.sysKill,
  [S.SYS_CATCH_SIGNALS]: (_, t, c) => signals.sysCatchSignals(t, c.x[0]),
  [S.SYS_MEMORY_GROW]: (_, t, c) => sysMemoryGrow(t, c.x[0]),
  [S.SYS_MEMORY_KEEP]: (_, t, c) => sysMemoryKeep(t, c.x[0]),
  [S.SYS_CLOCK]: (m) => m.now(),
  [S.SYS_SYSTEM_INFO]: sysSystemInfo,
  [S.SYS_PROC_CREATE]: build.sysProcCreate,
  [S.SYS_PROC_CONFIGURE]: build.sysProcConfigure,
  [S.SYS_PROC_REGION]: build.sysProcRegion,
  [S.SYS_PROC_MAP]: build.sysProcMap,
  [S.SYS_PROC_WRITE]: build.sysProcWrite,
  [S.SYS_PROC_START]: build.sysProcStart,
  [S.SYS_PROC_INHERIT]: build.sysProcInherit,
  [S.SYS_OBJECT_CREATE]: (m, t, c) => objects.sysObjectCreate(m, t, c.x[0]),
  [S.SYS_OBJECT_WRITE]: objects.sysObjectWrite,
  [S.SYS_OBJECT_SEAL]: (m, t, c) => objects.sysObjectSeal(m, t, c.x[0]),
  [S.SYS_OBJECT_CLOSE]: (m, t, c) => objects.sysObjectClose(m, t, c.x[0]),
  [S.SYS_OBJECT_MAP]: objects.sysObjectMap,
  [S.SYS_OBJECT_UNMAP]: (m, t, c) => objects.sysObjectUnmap(m, t, c.x[0]),
  [S.SYS_OBJECT_GRANT]: objects.sysObjectGrant,
  [S.SYS_OBJECT_REVOKE]: objects.sysObjectRevoke,
  [S.SYS_OBJECT_PIN]: pins.sysObjectPin,
  [S.SYS_OBJECT_UNPIN]: (m, t, c) => pins.sysObjectUnpin(m, t, c.x[0]),
  [S.SYS_DMA_ALLOC]: pins.sysDmaAlloc,
  [S.SYS_EP_CREATE]: sysCreate,
  [S.SYS_EP_DESTROY]: sysDestroy,
  [S.SYS_EP_ABANDON]: sysAbandon,
  [S.SYS_EP_EXISTS]: (m, _, c) => (m.endpoint(c.x[0] & U32_MAX) ? 1n : 0n),
  [S.SYS_EP_GRANT]: (m, t, c) => grantCapability(m, t, c.x[0], c.x[1], c.x[2]),
  [S.SYS_EP_REVOKE]: (m, t, c) => revokeCapability(m, t, c.x[0], c.x[1]),
  [S.SYS_EP_CALL]: sysCall,
  [S.SYS_EP_SEND]: sysSend,
  [S.SYS_EP_RECV]: receive.sysReceive,
  [S.SYS_EP_REPLY]: receive.sysReply,
  [S.SYS_EP_REPLY_RECV]: receive.sysReplyReceive,
  [S.SYS_EP_STATS]: sysStats,
  [S.SYS_EP_DRAIN]: sysDrain,
  [S.SYS_MSG_READ]: (m, t, c) => transfer(m, t, c, false),
  [S.SYS_MSG_WRITE]: (m, t, c) => transfer(m, t, c, true),
  [S.SYS_NOTIFY]: receive.sysNotify,
  [S.SYS_DRIVER_REGISTER]: device.sysDriverRegister,
  [S.SYS_REQUEST_IRQ]: device.sysRequestIrq,
  [S.SYS_MAP_MMIO]: device.sysMapMmio,
  [S.SYS_IRQ_ACK]: device.sysIrqAck,
  [S.SYS_LOG_READ]: device.sysLogRead,
  [S.SYS_LOG_WRITE]: device.sysLogWrite,
  [S.SYS_OPEN]: (m, t, c) => files.sysOpen(m, t, c.x),
  [S.SYS_PIPE]: (m, t, c) => files.sysPipe(m, t, c.x),
  [S.SYS_CREAT]: (m, t, c) => files.sysCreat(m, t, c.x),
  [S.SYS_MKDIR]: path(OP.VFS_MKDIR, true),
  [S.SYS_RMDIR]: path(OP.VFS_RMDIR, false),
  [S.SYS_UNLINK]: path(OP.VFS_UNLINK, false),
  [S.SYS_STAT]: (m, t, c) => files.sysStat(m, t, c.x),
  [S.SYS_FSTAT]: (m, t, c) => files.sysFstat(m, t, c.x),
  [S.SYS_READ]: (m, t, c) => files.sysRead(m, t, c.x, OP.VFS_READ, U64_MAX),
  [S.SYS_WRITE]: (m, t, c) => files.sysWrite(m, t, c.x, U64_MAX),
  [S.SYS_PREAD]: (m, t, c) => files.sysPread(m, t, c.x),
  [S.SYS_PWRITE]: (m, t, c) => files.sysPwrite(m, t, c.x),
  [S.SYS_READDIR]: (m, t, c) => files.sysRead(m, t, c.x, OP.VFS_READDIR, 0n),
  [S.SYS_LSEEK]: (m, t, c) => files.sysLseek(m, t, c.x),
  [S.SYS_CLOSE]: (m, t, c) => files.sysClose(m, t, c.x),
  [S.SYS_DUP2]: (m, t, c) => sysDup2(m, t, c.x),
  [S.SYS_SOCKET]: (m, t, c) => sockets.sysSocket(m, t, c.x),
  [S.SYS_CONNECT]: (m, t, c) => sockets.sysAddress(m, t, c.x, OP.NET_CONNECT),
  [S.SYS_BIND]: (m, t, c) => sockets.sysAddress(m, t, c.x, OP.NET_BIND),
  [S.SYS_ACCEPT]: (m, t, c) => sockets.sysAccept(m, t, c.x),
  [S.SYS_SEND]: (m, t, c) => sockets.sysSend(m, t, c.x),
  [S.SYS_RECV]: (m, t, c) => sockets.sysReceive(m, t, c.x),
  [S.SYS_LISTEN]: socket(OP.NET_LISTEN, 1),
  [S.SYS_SHUTDOWN]: socket(OP.NET_SHUTDOWN, 1),
  [S.SYS_GETSOCKOPT]: socket(OP.NET_GETSOCKOPT, 1),
  [S.SYS_SETSOCKOPT]: socket(OP.NET_SETSOCKOPT, 2),
  [S.SYS_POLL]: sysPoll,
  [S.SYS_POLL_WAKE]: sysPollWake,
  [S.SYS_SOCKET_WATCH]: socket(OP.NET_WATCH, 2),
  [S.SYS_GETSOCKNAME]: (m, t, c) => sockets.sysName(m, t, c.x, NAME_OWN),
  [S.SYS_GETPEERNAME]: (m, t, c) => sockets.sysName(m, t, c.x, NAME_PEER),
  [S.SYS_SOCKET_WAIT]: (m, t, c) => sockets.sysWait(m, t, c.x),
  [S.SYS_SPAWN_SERVICE]: (m, t, c) => loader.sysSpawn(m, t, c.x),
  [S.SYS_DLOPEN]: (m, t, c) => loader.sysDlopen(m, t, c.x),
  [S.SYS_DLCLOSE]: (m, t, c) => loader.sysDlclose(m, t, c.x),
  [S.SYS_DLSYM]: (m, t, c) => loader.sysDlsym(m, t, c.x),
};

/** Numbers that the kernel must know. */
export const KNOWN_CALLS = Object.keys(HANDLERS).map(Number);

/** Carries out a call of `t`, which runs. A result goes to its x0, unless something else awaits it. */
export function perform(m: Model, t: Process, c: Call): void {
  const handler = HANDLERS[c.number] as Handler | undefined;
  const result = handler ? handler(m, t, c) : error(ENOSYS);
  if (result !== undefined) t.expected = { kind: "result", x0: register(result) };
}
