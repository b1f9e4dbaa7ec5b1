// The VFS service (endpoint 1): one tree of tmpfs, the boot archive's files and the device nodes. docs/services/vfs.md.
//
// start, dispatch and notify are what run() does by pieces; tests under Node call them one by one.

import { ENOMEM } from "../../../abi/errno";
import { message } from "../../lib/hnx_ipc/call";
import { readSystemInfo, startClock } from "./clock";
import { addSystemNodes } from "./device";
import { loadArchive, mapArchive } from "./initrd";
import { LOG_ERROR, addNumber, addText, endLine } from "./log_line";
import { formatArena, isArenaValid, reserveArena } from "./tmpfs/arena";
import { Vfs } from "./vfs";

const service = new Vfs();

function logFailure(what: string, errno: i32): void {
  addText(what);
  addText(": error ");
  addNumber(errno);
  endLine(LOG_ERROR);
}

/** Finds or makes the arena, with the boot archive in it. Without the archive the tree is empty. 0, or errno. */
export function start(): i32 {
  startClock();
  const info = readSystemInfo();
  let archiveBytes = info.initrdBytes;
  let status = reserveArena(archiveBytes);
  if (status == 0) status = mapArchive(archiveBytes);
  if (status < 0) {
    logFailure("boot archive", -status);
    archiveBytes = 0;
    if (reserveArena(0) < 0) {
      logFailure("arena", ENOMEM);
      return ENOMEM;
    }
  }
  if (isArenaValid(archiveBytes)) return 0;
  formatArena(archiveBytes, info.framesTotal);
  addSystemNodes();
  if (archiveBytes) loadArchive(archiveBytes);
  return 0;
}

/** Answers the request in the message page. → value or -errno; the answer's data is in the page. */
export function dispatch(): i64 {
  return service.request(message().rewind());
}

/** Handles notification bits. */
export function notify(bits: u64): void {
  service.notification(bits);
}

/** Serves for ever. → errno, as an exit status. */
export function main(): i32 {
  const errno = start();
  return errno ? errno : service.run();
}
