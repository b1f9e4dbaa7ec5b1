// The loader's requests (abi/ops.ts), decoded. Those that need a file become jobs (loads.ts) and are answered later.
//
//   LOADER_SPAWN   u32 argument bytes | attribute bytes << 16 · path: str, or an empty str, u32 length and window 0
//                  window 1: attributes (abi/spawn.ts) and argument block              → pid
//   LOADER_OPEN    path · LOADER_PLACE, SYM, CLOSE: dl.ts · LOADER_ERROR                → abi/library.ts
//   LOADER_READER  from the loader's own readers only
//
// No call in here waits for another process.

import { DRAIN_CANCELLED_CALL, DRAIN_RECORD_SIZE } from "../../../abi/construct";
import { E2BIG, EBADMSG, EINVAL, ENAMETOOLONG, ENOENT, EPERM, EAGAIN } from "../../../abi/errno";
import { NOTIFY_CHILD, NOTIFY_DRAIN } from "../../../abi/endpoints";
import { MAX_PATH } from "../../../abi/limits";
import {
  LOADER_CLOSE,
  LOADER_ERROR,
  LOADER_OPEN,
  LOADER_PLACE,
  LOADER_READER,
  LOADER_SPAWN,
  LOADER_SYM,
} from "../../../abi/ops";
import { ARGUMENT_BLOCK_SIZE } from "../../../abi/program";
import { SPAWN_ATTRIBUTES_SIZE } from "../../../abi/spawn";
import { SYS_EP_DRAIN } from "../../../abi/syscall";
import { EPID_LOADER, FLAG_ASYNC, LATER, Message, Service, doneWithData, failed } from "../../lib/hnx_ipc";
import { syscall } from "../../lib/sys";
import { closeLibrary, findSymbol, placeLibrary } from "./dl";
import { writeFault } from "./fault_text";
import { Job, cancelJobs, endJob, newJob, takeLongPath } from "./jobs";
import { reapReaders, serveReader, startJob } from "./loads";
import { readerOf } from "./readers";

const drained: usize = memory.data(DRAIN_RECORD_SIZE, 8);
const DRAINED_TOKEN: usize = 8;

/** Takes the path that ends the message into the job. 0 or -errno */
function takePath(m: Message, job: Job): i32 {
  const text = m.readStr();
  if (!text) return -EBADMSG;
  const length = <u32>load<u8>(text);
  if (length) {
    job.setPath(text + 1, length);
    return m.unread ? -EBADMSG : 0;
  }
  if (m.unread == 0) return -ENOENT;
  const longLength = m.readU32();
  if (!m.ok || m.unread) return -EBADMSG;
  if (longLength == 0) return -ENOENT;
  return longLength > MAX_PATH ? -ENAMETOOLONG : takeLongPath(job, longLength);
}

function checkArguments(word: u32): i32 {
  const attributes = word >> 16;
  if (attributes != 0 && attributes != SPAWN_ATTRIBUTES_SIZE) return -E2BIG;
  return (word & 0xffff) > ARGUMENT_BLOCK_SIZE ? -E2BIG : 0;
}

/** LOADER_SPAWN and LOADER_OPEN: a job, answered when its file has come. */
function beginJob(m: Message): i64 {
  const op = <u32>m.op;
  // Without somebody who waits there is no parent, and nowhere to put a library.
  if (m.flags & FLAG_ASYNC) return failed(EINVAL);
  const job = newJob(m.msgId, m.srcPid, op);
  if (job === null) return failed(EAGAIN);
  job.argumentsWord = op == LOADER_SPAWN ? m.readU32() : 0;
  let status = takePath(m, job);
  if (status >= 0) status = checkArguments(job.argumentsWord);
  if (status < 0) {
    endJob(job);
    return failed(-status);
  }
  startJob(job);
  return LATER;
}

export class Loader extends Service {
  constructor() {
    super(EPID_LOADER, "loader", "1.0");
  }

  request(m: Message): i64 {
    switch (<u32>m.op) {
      case LOADER_SPAWN:
      case LOADER_OPEN:
        return beginJob(m);
      case LOADER_READER: {
        const reader = readerOf(m.srcPid);
        return reader === null ? failed(EPERM) : serveReader(reader, m);
      }
      case LOADER_PLACE:
        return m.flags & FLAG_ASYNC ? failed(EINVAL) : placeLibrary(m);
      case LOADER_SYM:
        return findSymbol(m);
      case LOADER_CLOSE:
        return m.flags & FLAG_ASYNC ? failed(EINVAL) : closeLibrary(m);
      case LOADER_ERROR: {
        const pid = m.srcPid;
        writeFault(m.beginReply(), pid);
        return doneWithData(0);
      }
      default:
        return this.unknown(m);
    }
  }

  notification(bits: u64): void {
    if (bits & NOTIFY_DRAIN) {
      while (<i32>syscall(SYS_EP_DRAIN, EPID_LOADER, drained, 0, 0, 0, 0) > 0) {
        if (load<u32>(drained) == DRAIN_CANCELLED_CALL) cancelJobs(load<u64>(drained, DRAINED_TOKEN));
      }
    }
    if (bits & NOTIFY_CHILD) reapReaders();
  }
}
