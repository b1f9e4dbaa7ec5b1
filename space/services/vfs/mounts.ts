// VFS_MOUNT, VFS_UMOUNT: file systems come into the tree and go.

import { EBADMSG, EBUSY, EINVAL, ENODEV, ENOENT, ENOSPC, ENOTDIR } from "../../../abi/errno";
import { MOUNT_KNOWN, MOUNT_RDONLY, S_IFDIR, S_IFMT } from "../../../abi/file";
import { Message } from "../../../abi/message";
import { FS_ROOT } from "../../../abi/ops";
import { SYS_EP_EXISTS } from "../../../abi/syscall";
import { failed } from "../../lib/hnx_ipc/service";
import { syscall } from "../../lib/sys";
import { answerStatus } from "./answer";
import { claimDisk, openDisk } from "./cache/client";
import { Disk, diskAt, findDisk, nameDisk } from "./cache/disk";
import { dropDisk, syncDisk } from "./cache/sync";
import { ioWaiters, pendingIo } from "./cache/io";
import { updateSuperblock } from "./ext/change";
import { volumeHasNameless } from "./ext/in_use";
import { ROOT_INODE } from "./ext/layout";
import { closeVolume, openVolume } from "./ext/mount";
import { volumeAt } from "./ext/volume";
import { WAIT } from "./file_system";
import { found } from "./found";
import {
  MOUNT_FIXED,
  MOUNT_READ_ONLY,
  Mount,
  ROOT_MOUNT,
  TYPE_EXT,
  TYPE_REMOTE,
  TYPE_TMPFS,
  addMount,
  coversNothing,
  mountAt,
  removeMount,
} from "./mount_table";
import { remember, stage, waitFor } from "./parking";
import { resolvePath } from "./path_argument";
import { makeRoot, releaseRoot } from "./tmpfs/root";

const DEVICE_FOLDER: usize = memory.data<u8>([0x2f, 0x64, 0x65, 0x76, 0x2f]); // "/dev/"
const DEVICE_FOLDER_LENGTH: u32 = 5;
const TMPFS_NAME: usize = memory.data<u8>([0x74, 0x6d, 0x70, 0x66, 0x73]); // "tmpfs"
const TMPFS_NAME_LENGTH: u32 = 5;
const SERVICE_NAME: usize = memory.data<u8>([0x73, 0x65, 0x72, 0x76, 0x69, 0x63, 0x65]); // "service"
const SERVICE_NAME_LENGTH: u32 = 7;
const ZERO_DIGIT: u32 = 0x30;
const MAX_ENDPOINT_DIGITS: u32 = 9;

/** The disk that `source` names, opened if it is not: its index; -EBUSY: it is mounted. */
function findSource(source: usize, length: u32): i32 {
  if (length > DEVICE_FOLDER_LENGTH && memory.compare(source, DEVICE_FOLDER, DEVICE_FOLDER_LENGTH) == 0) {
    source += DEVICE_FOLDER_LENGTH;
    length -= DEVICE_FOLDER_LENGTH;
  }
  const known = findDisk(source, length);
  if (known) return known.isMounted ? -EBUSY : known.index;
  const index = openDisk(source, length);
  if (index >= 0) nameDisk(diskAt(index), source, length);
  return index;
}

/** Mounts the file system of a disk over the directory that was found. The disk is kept between runs, and by its name. */
function mountDisk(source: usize, length: u32, flags: u32): i32 {
  const index = findSource(source, length);
  if (index < 0) return index;
  const disk = diskAt(index);
  const volume = openVolume(disk, (flags & MOUNT_RDONLY) == 0);
  if (volume == WAIT) return WAIT;
  if (volume < 0) return giveUp(disk, volume);
  const isWritable = volumeAt(volume).isWritable;
  const claimed = isWritable ? claimDisk(disk, true) : 0;
  if (claimed < 0) {
    closeVolume(volume);
    return giveUp(disk, claimed);
  }
  const mount = addMount(TYPE_EXT, ROOT_INODE, found.mount, found.inode, isWritable ? 0 : MOUNT_READ_ONLY);
  if (!mount) {
    if (isWritable) claimDisk(disk, false);
    closeVolume(volume);
    return giveUp(disk, -ENOSPC);
  }
  mount.volume = volume;
  disk.isMounted = 1;
  return 0;
}

function giveUp(disk: Disk, status: i32): i32 {
  dropDisk(disk);
  return status;
}

function mountTmpfs(flags: u32): i32 {
  const root = makeRoot();
  if (root < 0) return root;
  const readOnly = flags & MOUNT_RDONLY ? MOUNT_READ_ONLY : 0;
  if (addMount(TYPE_TMPFS, root, found.mount, found.inode, readOnly)) return 0;
  releaseRoot(root);
  return -ENOSPC;
}

/** Mounts the service whose endpoint's number is the source. -ENODEV: that is no number, or no such endpoint exists. */
function mountService(source: usize, length: u32): i32 {
  let endpoint: u32 = 0;
  for (let i: u32 = 0; i < length; i++) {
    const digit = <u32>load<u8>(source + i) - ZERO_DIGIT;
    if (digit > 9 || i == MAX_ENDPOINT_DIGITS) return -ENODEV;
    endpoint = endpoint * 10 + digit;
  }
  if (syscall(SYS_EP_EXISTS, endpoint, 0, 0, 0, 0, 0) != 1) return -ENODEV;
  const mount = addMount(TYPE_REMOTE, FS_ROOT, found.mount, found.inode, MOUNT_READ_ONLY);
  if (!mount) return -ENOSPC;
  mount.volume = endpoint;
  return 0;
}

/** Whether something may be mounted over what was found: 0 or -errno. */
function checkTarget(): i32 {
  if (!found.inode) return -ENOENT;
  if ((found.mode & S_IFMT) != S_IFDIR) return -ENOTDIR;
  return found.inode == mountAt(found.mount).root ? -EBUSY : 0;
}

/** VFS_MOUNT: u32 flags, str type, str source, path of the directory. An empty type is that of the disk. */
export function mount(m: Message): i64 {
  const flags = m.readU32();
  const type = m.readStr();
  const source = m.readStr();
  if (!m.ok) return failed(EBADMSG);
  if (flags & ~MOUNT_KNOWN) return failed(EINVAL);
  let status = resolvePath(m, true);
  if (status == 0) status = checkTarget();
  if (status < 0) return answerStatus(status);
  const typeLength = <u32>load<u8>(type);
  const isTmpfs = typeLength == TMPFS_NAME_LENGTH && memory.compare(type + 1, TMPFS_NAME, typeLength) == 0;
  if (isTmpfs) return answerStatus(mountTmpfs(flags));
  if (typeLength == SERVICE_NAME_LENGTH && memory.compare(type + 1, SERVICE_NAME, typeLength) == 0)
    return answerStatus(mountService(source + 1, load<u8>(source)));
  if (typeLength && !isExtName(type + 1, typeLength)) return failed(ENODEV);
  return answerStatus(mountDisk(source + 1, load<u8>(source), flags));
}

/** ext2, ext3, ext4. */
function isExtName(name: usize, length: u32): bool {
  const last = <u32>load<u8>(name, 3);
  return length == 4 && (load<u32>(name) & 0xffffff) == 0x747865 && last >= 0x32 && last <= 0x34;
}

/** Writes what is left, and lets go of the disk. Runs again until all of it is done. */
function unmountDisk(mount: Mount): i32 {
  const volume = volumeAt(mount.volume);
  const disk = volume.disk;
  if (volumeHasNameless(volume.index) && pendingIo()) {
    waitFor(ioWaiters);
    return WAIT;
  }
  if (stage == 0 && volume.isWritable) {
    const status = updateSuperblock(volume, true);
    if (status == WAIT) return WAIT;
  }
  const status = volume.isWritable ? syncDisk(disk, 0) : 0;
  if (status == WAIT) return WAIT;
  if (disk.pending) {
    waitFor(disk.waiters);
    return WAIT;
  }
  if (status == 0 && disk.dirtyNow) {
    // Somebody changed something meanwhile: once more.
    remember(0, 0);
    return unmountDisk(mount);
  }
  if (volume.isWritable) claimDisk(disk, false);
  closeVolume(mount.volume);
  dropDisk(disk);
  removeMount(mount);
  return status;
}

function unmount(mount: Mount): i32 {
  if (mount.flags & MOUNT_FIXED || mount.index == ROOT_MOUNT) return -EBUSY;
  if (mount.opens || !coversNothing(mount)) return -EBUSY;
  if (mount.type == TYPE_EXT) return unmountDisk(mount);
  const root = mount.type == TYPE_TMPFS ? mount.root : 0;
  removeMount(mount);
  if (root) releaseRoot(root);
  return 0;
}

/** VFS_UMOUNT: path of the directory, whose file system is not in use. */
export function umount(m: Message): i64 {
  const status = resolvePath(m, true);
  if (status < 0) return answerStatus(status);
  if (!found.inode) return failed(ENOENT);
  const mount = mountAt(found.mount);
  return answerStatus(found.inode == mount.root ? unmount(mount) : -EINVAL);
}
