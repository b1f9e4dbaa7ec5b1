// The VFS service (endpoint 1): one tree of tmpfs, the boot archive's files and the device nodes. docs/services/vfs.md.
//
// start, dispatch, notify and tick are what run() does by pieces; tests under Node call them one by one.

import { message } from "../../lib/hnx_ipc/call";
import { readSystemInfo, startClock } from "./clock";
import { loadArchive, mapArchive } from "./initrd/archive_tree";
import { LOG_ERROR, addNumber, addText, endLine } from "./log_line";
import { recover } from "./recover/recover";
import { addDevices, addSystemTree, hasSystemTree, registerTypes } from "./system_tree";
import {
  endFormat,
  formatArena,
  inheritArena,
  isArenaValid,
  prepareCache,
  reserveArena,
} from "./tmpfs/arena";
import { Vfs } from "./vfs";

const service = new Vfs();

/** Logs what failed. → errno, positive. */
function report(what: string, status: i32): i32 {
  addText(what);
  addText(": error ");
  addNumber(-status);
  endLine(LOG_ERROR);
  return -status;
}

/** Reserves the arena and maps the archive of `bytes` bytes into it. 0 or -errno. */
function reserveWithArchive(bytes: u32, memoryFrames: u32): i32 {
  const status = reserveArena(bytes, memoryFrames);
  return status < 0 ? status : mapArchive(bytes);
}

/** Finds or makes the arena, with the boot archive in it; if that cannot be mapped, without. 0, or errno. */
export function start(): i32 {
  startClock();
  inheritArena();
  registerTypes();
  addDevices();
  const info = readSystemInfo();
  let archiveBytes = info.initrdBytes;
  let status = reserveWithArchive(archiveBytes, info.framesTotal);
  if (status < 0) {
    report("boot archive", status);
    archiveBytes = 0;
    status = reserveArena(archiveBytes, info.framesTotal);
  }
  if (status < 0) return report("memory", status);
  prepareCache(archiveBytes, info.framesTotal);
  if (isArenaValid(archiveBytes, info.framesTotal) && recover() && hasSystemTree()) return 0;
  formatArena(archiveBytes, info.framesTotal);
  status = addSystemTree();
  if (status < 0) return report("/tmp and /dev", status);
  if (archiveBytes) loadArchive(archiveBytes);
  endFormat();
  return 0;
}

/** Answers the request in the message page. → value or -errno; the answer's data is in the page. */
export function dispatch(): i64 {
  return service.request(message().rewind());
}

/** What is due by now. */
export function tick(): void {
  service.timedOut();
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
