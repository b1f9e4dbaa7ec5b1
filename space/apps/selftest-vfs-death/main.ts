// Self-test: while the service killer kills the VFS, an open that it holds answers -ECONNRESET, and every later one -ECONNREFUSED;
// descriptors of the VFS's answer -ECONNREFUSED too, and the console goes on. Status 0 or 1.

import { EBADF, ECONNREFUSED, ECONNRESET, ENOENT } from "../../../abi/errno";
import { EPID_VFS } from "../../../abi/endpoints";
import { SYS_OPEN } from "../../../abi/syscall";
import { println } from "../../lib/console";
import { close, open, read } from "../../lib/fs";
import { ipcSend, request } from "../../lib/hnx_ipc";
import { EPID_KILLER, KILLER_KILL } from "../../services/service-killer/protocol";
import { syscall } from "../../lib/sys";

const MAX_OPENS: u32 = 100_000;
const LATER_OPENS: u32 = 10;

const DELAY_NS: u64 = 50_000_000;

const buffer: usize = memory.data(16);

/** Opens a path that keeps the VFS busy for long, encoded once: its death comes during an open, not between two. */
function openUntilDeath(): i32 {
  const path = String.UTF8.encode("/tmp/..".repeat(500) + "/none");
  for (let i: u32 = 0; i < MAX_OPENS; i++) {
    const fd = <i32>syscall(SYS_OPEN, changetype<usize>(path), path.byteLength, 0, 0, 0, 0);
    if (fd != -ENOENT) return fd;
  }
  return 0;
}

export function main(): i32 {
  const file = open("/etc/motd");
  ipcSend(EPID_KILLER, request(KILLER_KILL).withU32(EPID_VFS).withU64(DELAY_NS));
  const pending = openUntilDeath();
  let wrong = pending == -ECONNRESET ? 0 : 1;
  println(`selftest-vfs-death: pending open ${pending}`);
  for (let i: u32 = 0; i < LATER_OPENS; i++) if (open("/etc/motd") != -ECONNREFUSED) wrong++;
  if (read(file, buffer, 16) != -ECONNREFUSED) wrong++;
  if (close(file) != -ECONNREFUSED) wrong++;
  if (close(file) != -EBADF) wrong++;
  println(`selftest-vfs-death: ${wrong} wrong`);
  return wrong ? 1 : 0;
}
