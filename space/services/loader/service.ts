// The loader's requests.
//
//   LOADER_SPAWN   u32 bytes of the argument block · path: str, or an empty str, u32 length and window 0
//                  window 1: the argument block                                        → pid
//   LOADER_OPEN, CLOSE, SYM, ERROR                                                     → -ENOSYS
//
// No call in here waits for another process.

import { EBADMSG, E2BIG, EFAULT, EINVAL, ENAMETOOLONG, ENOENT, ENOEXEC } from "../../../abi/errno";
import { MAX_PATH } from "../../../abi/limits";
import { LOADER_SPAWN } from "../../../abi/ops";
import { ARGUMENT_BLOCK_SIZE } from "../../../abi/program";
import { EPID_LOADER, FLAG_ASYNC, Message, Service, done, failed, msgRead } from "../../lib/hnx_ipc";
import { build, describeFault, findFile, imageFault, plan, start } from "../../lib/loader";
import { LOG_WARN, logLine } from "../../lib/log";

const PATH_WINDOW: u32 = 0;
const ARGUMENT_WINDOW: u32 = 1;

// Not static data: their zeros would lie in the program's file.
const longPath: usize = heap.alloc(MAX_PATH);
const argumentBlock: usize = heap.alloc(ARGUMENT_BLOCK_SIZE);

let path: usize = 0;
let pathLength: u32 = 0;

/** Copies a caller's window of `size` bytes to `target`. 0 or -errno. */
function pull(token: u64, window: u32, target: usize, size: u32): i32 {
  const copied = msgRead(token, window, 0, target, size);
  if (copied < 0) return copied;
  return <u32>copied == size ? 0 : -EFAULT;
}

/** Takes the path from the message. 0 or -errno. */
function takePath(m: Message): i32 {
  const text = m.readStr();
  if (!text) return -EBADMSG;
  path = text + 1;
  pathLength = load<u8>(text);
  if (pathLength) return 0;
  if (m.unread == 0) return -ENOENT;
  pathLength = m.readU32();
  if (!m.ok) return -EBADMSG;
  if (pathLength == 0) return -ENOENT;
  if (pathLength > MAX_PATH) return -ENAMETOOLONG;
  path = longPath;
  return pull(m.msgId, PATH_WINDOW, longPath, pathLength);
}

/** Tells the operator why a file that somebody wanted to start cannot be. */
function logRefusal(): void {
  logLine.bytes(path, pathLength).text(": not a program: ").text(describeFault(imageFault)).write(LOG_WARN);
}

/** LOADER_SPAWN. → pid or -errno */
function spawn(m: Message): i32 {
  const argumentsSize = m.readU32();
  let status = takePath(m);
  if (status < 0) return status;
  if (m.unread != 0) return -EBADMSG;
  if (argumentsSize > ARGUMENT_BLOCK_SIZE) return -E2BIG;
  const file = findFile(path, pathLength);
  if (file === null) return -ENOENT;
  if (argumentsSize) status = pull(m.msgId, ARGUMENT_WINDOW, argumentBlock, argumentsSize);
  if (status < 0) return status;
  plan.token = m.msgId;
  plan.arguments = <u32>argumentBlock;
  plan.argumentsSize = argumentsSize;
  plan.memoryMaxPages = 0;
  const pid = build(file);
  if (pid == -ENOEXEC) logRefusal();
  return pid < 0 ? pid : start(pid);
}

export class Loader extends Service {
  constructor() {
    super(EPID_LOADER, "loader", "1.0");
  }

  request(m: Message): i64 {
    if (<u32>m.op != LOADER_SPAWN) return this.unknown(m);
    // Without somebody who waits there is no parent.
    if (m.flags & FLAG_ASYNC) return failed(EINVAL);
    const pid = spawn(m);
    return pid < 0 ? failed(-pid) : done(pid);
  }
}
