// The boot archive in the tree: its files become inodes whose data stays where it is, in the archive, which is mapped
// read-only at ARCHIVE_BLOCK of the arena. Called at start; the archive is hostile input (cpio.ts checks its form).
//
// Directories are ordinary ones, made for every "/" in a name. An entry that cannot be taken in is skipped (of two of the
// same name the first stays), a broken header ends the archive; both are logged in one line and cost nothing else.

import { INITRD_OBJECT } from "../../../../abi/construct";
import { EEXIST, EINVAL, ENAMETOOLONG, ENOTDIR } from "../../../../abi/errno";
import { S_IFDIR, S_IFMT, S_IFREG } from "../../../../abi/file";
import { PROT_READ } from "../../../../abi/program";
import { SYS_OBJECT_MAP } from "../../../../abi/syscall";
import { syscall } from "../../../lib/sys";
import {
  CPIO_BAD_MAGIC,
  CPIO_BAD_NAME,
  CPIO_BAD_NUMBER,
  CPIO_END,
  CPIO_ENTRY,
  entryData,
  entryMode,
  entryName,
  entryNameLength,
  entryNext,
  entrySize,
  readEntry,
} from "../../../../abi/cpio";
import { LOG_ERROR, LOG_WARN, addNumber, addText, endLine } from "../log_line";
import { NAME_DOT_DOT, found } from "../found";
import { walk } from "../path";
import { INODE_ARCHIVE, INODE_FIXED, inodeAt, isDirectory } from "../tmpfs/inode";
import { ARCHIVE_BLOCK, blockAddress, blocksFor } from "../tmpfs/layout";
import { PERMISSIONS, makeNode } from "../tmpfs/namespace";

const SLASH: u32 = 0x2f;
const PARENT_MODE: u32 = 0o755;
/** Names in one path of the archive; a limit on the work that a path of 4,095 bytes can make. */
const MAX_DEPTH: u32 = 32;

/** Maps the archive of `bytes` bytes into its reserved place. 0 or -errno. */
export function mapArchive(bytes: u32): i32 {
  const pages = blocksFor(bytes);
  if (!pages) return 0;
  return <i32>syscall(SYS_OBJECT_MAP, INITRD_OBJECT, blockAddress(ARCHIVE_BLOCK), 0, pages, PROT_READ, 0);
}

/** Makes the directories that the entry's name goes through. 0 or -errno; -EINVAL for "..", which no archive needs. */
function makeParents(): i32 {
  let depth: u32 = 0;
  for (let length: u32 = 1; length <= entryNameLength; length++) {
    if (length < entryNameLength && load<u8>(entryName + length) != SLASH) continue;
    if (++depth > MAX_DEPTH) return -ENAMETOOLONG;
    let status = walk(entryName, length, true);
    if (status == 0 && found.kind == NAME_DOT_DOT) return -EINVAL;
    if (status == 0 && !found.inode && length < entryNameLength)
      status = makeNode(found, S_IFDIR | PARENT_MODE);
    if (status < 0) return status;
  }
  return 0;
}

function addDirectory(): i32 {
  if (!found.inode) return makeNode(found, S_IFDIR | (entryMode & PERMISSIONS));
  const inode = inodeAt(found.inode);
  if (!isDirectory(inode)) return -ENOTDIR;
  inode.mode = S_IFDIR | (entryMode & PERMISSIONS);
  return 0;
}

function addFile(): i32 {
  if (found.inode) return -EEXIST;
  const number = makeNode(found, S_IFREG | (entryMode & PERMISSIONS));
  if (number < 0) return number;
  const inode = inodeAt(number);
  inode.flags = INODE_ARCHIVE | INODE_FIXED;
  inode.root = entryData;
  inode.size = entrySize;
  inode.mtime_ns = 0;
  return 0;
}

/** Takes the entry that was read into the tree. 0 or -errno. */
function addEntryToTree(): i32 {
  const type = entryMode & S_IFMT;
  const hasSlash = load<u8>(entryName + entryNameLength - 1) == SLASH;
  if (type != S_IFDIR && (type != S_IFREG || hasSlash)) return -EINVAL;
  const status = makeParents();
  if (status < 0) return status;
  return type == S_IFDIR ? addDirectory() : addFile();
}

function describeEnd(end: i32): string {
  if (end == CPIO_BAD_MAGIC) return "no cpio newc header";
  if (end == CPIO_BAD_NUMBER) return "a field is not hexadecimal";
  if (end == CPIO_BAD_NAME) return "a bad name";
  return "the archive is cut off";
}

/** Fills the tree from the mapped archive. */
export function loadArchive(bytes: u32): void {
  const archive = blockAddress(ARCHIVE_BLOCK);
  let offset: u32 = 0;
  let skipped: u32 = 0;
  let firstError: i32 = 0;
  let kind = readEntry(archive, bytes, offset);
  while (kind == CPIO_ENTRY) {
    const status = addEntryToTree();
    if (status < 0 && !skipped++) firstError = -status;
    offset = entryNext;
    kind = readEntry(archive, bytes, offset);
  }
  if (kind != CPIO_END) {
    addText("boot archive: ");
    addText(describeEnd(kind));
    addText(" at byte ");
    addNumber(offset);
    endLine(LOG_ERROR);
  }
  if (skipped) {
    addText("boot archive: entries skipped: ");
    addNumber(skipped);
    addText(", the first with error ");
    addNumber(firstError);
    endLine(LOG_WARN);
  }
}
