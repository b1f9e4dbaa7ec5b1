// procfs: what the VFS shows at /proc. A file system that is a service of its own (space/lib/file_service); everything it says
// it asks the kernel at the moment that it is read. docs/services/procfs.md.
//
//   inode   FS_ROOT the root · 2 … texts of the machine (machine.ts) · pid << 3 a process · pid << 3 | 1 its status (process.ts)

import { EPID_PROCFS } from "../../../abi/endpoints";
import { EINVAL, EISDIR, ENOENT, ENOTDIR } from "../../../abi/errno";
import { S_IFDIR, S_IFREG } from "../../../abi/file";
import { MAX_PROCESSES } from "../../../abi/limits";
import { FS_ROOT } from "../../../abi/ops";
import { FileService, NODE_NONE, node, putStat } from "../../lib/file_service";
import { message } from "../../lib/hnx_ipc/call";
import { ProcessEntry, nextProcess } from "../../lib/process";
import { MACHINE_FILES, machineText } from "./machine";
import { STATUS_NAME, findProcess, statusText } from "./process";
import { beginsText, readSnapshot, setSnapshot } from "./snapshot";

const DIRECTORY_MODE: u32 = S_IFDIR | 0o555;
const FILE_MODE: u32 = S_IFREG | 0o444;
const FIRST_FILE: u32 = 2;
const PID_SHIFT: u32 = 3;
const STATUS_BIT: u32 = 1;
/** A larger id would not leave room for the bits beside it. */
const MAX_PID: u32 = u32.MAX_VALUE >> PID_SHIFT;

@inline
function isProcess(inode: u32): bool {
  return inode >> PID_SHIFT != 0;
}
@inline
function isDirectory(inode: u32): bool {
  return inode == FS_ROOT || (isProcess(inode) && !(inode & STATUS_BIT));
}
@inline
function fileCount(): u32 {
  return <u32>MACHINE_FILES.length;
}

/** The number that a name is, or 0. */
function numberOf(name: string): u32 {
  let value: u64 = 0;
  for (let i = 0; i < name.length; i++) {
    const digit = <u32>name.charCodeAt(i) - 0x30;
    if (digit > 9 || (i == 0 && digit == 0)) return 0;
    value = value * 10 + digit;
    if (value > MAX_PID) return 0;
  }
  return <u32>value;
}

class ProcFs extends FileService {
  private readonly entry: ProcessEntry = new ProcessEntry();

  constructor() {
    super(EPID_PROCFS, "procfs", "1.0");
  }

  /** Whether what an inode stands for is there: processes come and go. */
  private exists(inode: u32): bool {
    if (!isProcess(inode)) return inode >= FS_ROOT && inode < FIRST_FILE + fileCount();
    return (inode & ((1 << PID_SHIFT) - 1)) <= STATUS_BIT && findProcess(inode >> PID_SHIFT, this.entry);
  }

  lookup(directory: u32, name: usize, length: u32): i64 {
    if (!isDirectory(directory)) return -ENOTDIR;
    const text = String.UTF8.decodeUnsafe(name, length);
    if (directory != FS_ROOT) {
      if (!this.exists(directory)) return -ENOENT;
      return text == STATUS_NAME ? node(directory | STATUS_BIT, FILE_MODE) : NODE_NONE;
    }
    for (let i: u32 = 0; i < fileCount(); i++) {
      if (text == MACHINE_FILES[i]) return node(FIRST_FILE + i, FILE_MODE);
    }
    const pid = numberOf(text);
    return pid && findProcess(pid, this.entry) ? node(pid << PID_SHIFT, DIRECTORY_MODE) : NODE_NONE;
  }

  parent(directory: u32): i64 {
    return isDirectory(directory) ? node(FS_ROOT, DIRECTORY_MODE) : -ENOTDIR;
  }

  stat(inode: u32, at: usize): i32 {
    if (!this.exists(inode)) return -ENOENT;
    putStat(at, inode, isDirectory(inode) ? DIRECTORY_MODE : FILE_MODE, 0);
    return 0;
  }

  /** Puts an entry where FileService takes it from. → 1 */
  private give(value: i64, name: string, next: u64): i32 {
    this.listedNode = value;
    this.listedLength = <u32>String.UTF8.encodeUnsafe(changetype<usize>(name), name.length, this.listedName);
    this.listedNext = next;
    return 1;
  }

  /** Positions in the root: a file's number, and then the slots of the processes. */
  list(directory: u32, position: u64): i32 {
    if (!isDirectory(directory)) return -ENOTDIR;
    if (directory != FS_ROOT) {
      if (!this.exists(directory)) return -ENOENT;
      return position ? 0 : this.give(node(directory | STATUS_BIT, FILE_MODE), STATUS_NAME, 1);
    }
    if (position < fileCount())
      return this.give(
        node(FIRST_FILE + <u32>position, FILE_MODE),
        MACHINE_FILES[<i32>position],
        position + 1,
      );
    const slot = position - fileCount();
    if (slot >= MAX_PROCESSES) return 0;
    const next = nextProcess(<i32>slot, this.entry);
    if (next <= 0) return next;
    const pid = <u32>this.entry.pid;
    return this.give(node(pid << PID_SHIFT, DIRECTORY_MODE), pid.toString(), fileCount() + next);
  }

  read(inode: u32, offset: u64, target: usize, size: u32): i32 {
    if (isDirectory(inode)) return -EISDIR;
    if (!this.exists(inode)) return -ENOENT;
    if (<i64>offset < 0) return -EINVAL;
    if (beginsText(inode, offset))
      setSnapshot(inode, isProcess(inode) ? statusText(this.entry) : machineText(inode - FIRST_FILE));
    return readSnapshot(inode, offset, target, size);
  }
}

const service = new ProcFs();

/** Answers the message in the page; tests under Node call it. → as Service.request */
export function dispatch(): i64 {
  return service.request(message().rewind());
}

/** Serves for ever. → errno, as an exit status. */
export function main(): i32 {
  return service.run();
}
