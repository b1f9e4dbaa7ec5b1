// What programs may ask of init on its endpoint: SVC_LIST, SVC_STOP, SVC_START, SVC_RESTART, SVC_UPDATE (abi/ops.ts). A
// service's new program is built before the old process is ended: what cannot be built changes nothing.

import { EPID_SUPERVISOR } from "../../../abi/endpoints";
import { EALREADY, EBADMSG, EFBIG, ENOENT } from "../../../abi/errno";
import { MAX_COPY_SLICE } from "../../../abi/limits";
import { Message } from "../../../abi/message";
import { SVC_LIST, SVC_RESTART, SVC_START, SVC_STOP, SVC_UPDATE } from "../../../abi/ops";
import { SVC_RUNNING, SVC_STOPPED } from "../../../abi/svc";
import { S_IFREG } from "../../../abi/file";
import { SIGKILL, WNOHANG, WNOWAIT } from "../../../abi/wait";
import { Service, done, doneWithData, failed, msgRead } from "../../lib/hnx_ipc/service";
import { ArchiveFile } from "../../lib/loader";
import { kill, wait4 } from "../../lib/process/process";
import { serviceAt, serviceCount } from "./manifest";
import { buildService, installService, startService } from "./services";
import { ServiceState, stateOf } from "./service_table";
import { giveUp } from "./supervise";

const MAX_PROGRAM_BYTES: u32 = 1 << 22; // -EFBIG
const EXECUTABLE: u32 = S_IFREG | 0o755;

export class Control extends Service {
  constructor() {
    super(EPID_SUPERVISOR, "init", "1.0");
  }

  request(m: Message): i64 {
    switch (<u32>m.op) {
      case SVC_LIST:
        return list(m);
      case SVC_STOP:
      case SVC_START:
      case SVC_RESTART:
      case SVC_UPDATE:
        return change(m);
      default:
        return this.unknown(m);
    }
  }
}

/** u32 index → a service's record. */
function list(m: Message): i64 {
  const i = m.readU32();
  if (!m.ok) return failed(EBADMSG);
  if (i >= serviceCount) return failed(ENOENT);
  const service = serviceAt(i);
  const state = stateOf(i);
  m.beginReply().withU32(state.state).withU32(state.pid).withU32(service.endpoint).withU32(state.restarts);
  m.withStr(service.name, service.nameLength);
  return doneWithData(0);
}

/** str name. */
function change(m: Message): i64 {
  const at = m.readStr();
  if (!at) return failed(EBADMSG);
  const i = serviceNamed(at + 1, load<u8>(at));
  if (i < 0) return failed(ENOENT);
  const state = stateOf(i);
  let status = 0;
  if (m.op == SVC_UPDATE) status = update(i, m.msgId);
  else if (m.op == SVC_STOP) status = stop(i, state);
  else if (m.op == SVC_RESTART) status = replace(i, null);
  else status = state.state == SVC_RUNNING ? -EALREADY : startService(i);
  return status < 0 ? failed(-status) : done(state.pid);
}

function serviceNamed(name: usize, length: u32): i32 {
  for (let i: u32 = 0; i < serviceCount; i++) {
    const service = serviceAt(i);
    if (service.nameLength == length && memory.compare(service.name, name, length) == 0) return i;
  }
  return -1;
}

function stop(i: u32, state: ServiceState): i32 {
  if (state.state == SVC_STOPPED) return -EALREADY;
  end(state);
  giveUp(i, SVC_STOPPED);
  return 0;
}

/** Ends the process of a service; it stays as its corpse. */
function end(state: ServiceState): void {
  if (!state.pid) return;
  kill(state.pid, SIGKILL);
  wait4(state.pid, WNOHANG | WNOWAIT);
  state.corpse = state.pid;
  state.pid = 0;
}

/** Puts a process of `file`, or of the present program (null), in the place of the service's. 0 or -errno */
function replace(i: u32, file: ArchiveFile | null): i32 {
  const state = stateOf(i);
  const pid = buildService(i, file);
  if (pid < 0) return pid;
  end(state);
  const status = installService(i, pid);
  if (status < 0) {
    giveUp(i, SVC_STOPPED);
    return status;
  }
  state.restarts++;
  state.failures = 0;
  return 0;
}

/** Window 0 of the call `token` has the program. */
function update(i: u32, token: u64): i32 {
  const service = serviceAt(i);
  const file = readProgram(token, service.program, service.programLength);
  if (file === null) return readFault;
  const status = replace(i, file);
  const unneeded = status < 0 ? file : stateOf(i).program;
  if (status >= 0) stateOf(i).program = file;
  if (unneeded !== null) dropProgram(unneeded);
  return status;
}

let readFault: i32 = 0;

/** Copies the caller's window. → the file, or null: readFault says why */
function readProgram(token: u64, name: usize, nameLength: u32): ArchiveFile | null {
  let capacity: u32 = MAX_COPY_SLICE;
  let data = heap.alloc(capacity);
  let size: u32 = 0;
  readFault = 0;
  for (;;) {
    const copied = msgRead(token, 0, size, data + size, capacity - size);
    if (copied < 0) readFault = copied;
    if (copied <= 0) break;
    size += copied;
    if (size < capacity) continue;
    if (capacity >= MAX_PROGRAM_BYTES) {
      readFault = -EFBIG;
      break;
    }
    capacity <<= 1;
    data = heap.realloc(data, capacity);
  }
  if (readFault < 0) {
    heap.free(data);
    return null;
  }
  const file = changetype<ArchiveFile>(heap.alloc(offsetof<ArchiveFile>()));
  file.hash = 0;
  file.name = <u32>name;
  file.nameLength = nameLength;
  file.data = <u32>data;
  file.size = size;
  file.mode = EXECUTABLE;
  return file;
}

function dropProgram(file: ArchiveFile): void {
  heap.free(file.data);
  heap.free(changetype<usize>(file));
}
