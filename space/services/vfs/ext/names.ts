// Making, removing and changing names on ext. Each function is one operation, given places (found.ts) that are checked for
// what POSIX says of any file system.

import { EMLINK, ENAMETOOLONG } from "../../../../abi/errno";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../../../abi/file";
import { fault, waitForRoom } from "../cache/page";
import { now_ns } from "../clock";
import { Found } from "../found";
import { allocateInode } from "./allocate";
import { abort, abortWith, begin, changeInode, clearBlock, commit, touch } from "./change";
import { entryBytes } from "./directory";
import { addEntry, changeEntry, checkEmpty, removeEntry, setEntry, writeEntry } from "./directory_change";
import { hasRoomForNameless, noteNameless } from "./in_use";
import {
  INODE_ATIME,
  INODE_ATIME_EXTRA,
  INODE_EXTRA_SIZE,
  INODE_GENERATION,
  INODE_LINKS,
  INODE_MAP,
  INODE_MAP_BYTES,
  INODE_MODE,
  OLD_INODE_SIZE,
} from "./layout";
import { ensureBlock } from "./map_change";
import { setSize } from "./truncate";
import { writeTime_ns } from "./time";
import { Volume } from "./volume";

const LINKS_MAX: u32 = 32_000;
const LINK_MODE: u32 = S_IFLNK | 0o777;
/** Bytes behind byte 128 of a new inode that are meant: up to the creation time's, as mke2fs has it. */
const EXTRA_SIZE: u16 = 32;
const dots: usize = memory.data<u8>([0x2e, 0x2e]);

@inline
function linksOf(inode: usize): u32 {
  return load<u16>(inode, INODE_LINKS);
}
function addLinks(inode: usize, delta: i32): void {
  store<u16>(inode, <u16>(<i32>linksOf(inode) + delta), INODE_LINKS);
}

/** Takes an inode and fills it. → its address, to be changed; 0: see `fault`. Its number is in newNumber. */
function makeInode(v: Volume, directory: u32, mode: u32, links: u32): usize {
  newNumber = allocateInode(v, directory, (mode & S_IFMT) == S_IFDIR);
  if (!newNumber) return 0;
  const inode = changeInode(v, newNumber);
  if (!inode) return 0;
  const generation = load<u32>(inode, INODE_GENERATION) + 1;
  memory.fill(inode, 0, v.inodeSize);
  store<u16>(inode, <u16>mode, INODE_MODE);
  store<u16>(inode, <u16>links, INODE_LINKS);
  store<u32>(inode, generation, INODE_GENERATION);
  if (v.inodeSize > OLD_INODE_SIZE) store<u16>(inode, EXTRA_SIZE, INODE_EXTRA_SIZE);
  touch(v, inode, true);
  writeTime_ns(v, inode, INODE_ATIME, INODE_ATIME_EXTRA, now_ns());
  return inode;
}
let newNumber: u32 = 0;

/** Gives the place's name to an inode, and counts a link more for the directory if that is one. 0, -errno, WAIT. */
function nameInode(v: Volume, place: Found, number: u32, mode: u32): i32 {
  const directory = changeInode(v, place.parent);
  if (!directory) return fault;
  if ((mode & S_IFMT) == S_IFDIR) {
    if (linksOf(directory) >= LINKS_MAX) return -EMLINK;
    addLinks(directory, 1);
  }
  touch(v, directory, true);
  return addEntry(v, place.parent, directory, number, mode, place.name, place.length);
}

/** The first block of a new directory, with "." and "..". false: see `fault`. */
function makeDirectoryBlock(v: Volume, number: u32, inode: usize, parent: u32): bool {
  const block = ensureBlock(v, number, inode, 0);
  if (!block) return false;
  const at = clearBlock(v, block);
  if (!at) return false;
  const dotBytes = entryBytes(1);
  writeEntry(v, at, dotBytes, number, S_IFDIR, dots, 1);
  writeEntry(v, at + dotBytes, v.blockSize - dotBytes, parent, S_IFDIR, dots, 2);
  setSize(inode, v.blockSize);
  return true;
}

/** create, mkdir. → the new inode's number, -errno, WAIT */
export function makeNode(v: Volume, place: Found, mode: u32): i64 {
  const status = begin(v);
  if (status < 0) return status;
  const isDirectory = (mode & S_IFMT) == S_IFDIR;
  const inode = makeInode(v, place.parent, mode, isDirectory ? 2 : 1);
  if (!inode) return abort(v);
  const number = newNumber;
  if (isDirectory && !makeDirectoryBlock(v, number, inode, place.parent)) return abort(v);
  const named = nameInode(v, place, number, mode);
  if (named < 0) return abortWith(v, named);
  commit(v);
  return number;
}

/** Puts a link's text into its inode, or into a block. false: see `fault`. */
function writeText(v: Volume, number: u32, inode: usize, text: usize, length: u32): bool {
  let at = inode + INODE_MAP;
  if (length >= INODE_MAP_BYTES) {
    const block = ensureBlock(v, number, inode, 0);
    at = block ? clearBlock(v, block) : 0;
  }
  if (!at) return false;
  memory.copy(at, text, length);
  setSize(inode, length);
  return true;
}

/** symlink. */
export function makeLink(v: Volume, place: Found, text: usize, length: u32): i32 {
  if (length >= v.blockSize) return -ENAMETOOLONG;
  const status = begin(v);
  if (status < 0) return status;
  const inode = makeInode(v, place.parent, LINK_MODE, 1);
  if (!inode || !writeText(v, newNumber, inode, text, length)) return abort(v);
  const named = nameInode(v, place, newNumber, LINK_MODE);
  if (named < 0) return abortWith(v, named);
  commit(v);
  return 0;
}

/** link. */
export function addName(v: Volume, place: Found, number: u32): i32 {
  const status = begin(v);
  if (status < 0) return status;
  const inode = changeInode(v, number);
  if (!inode) return abort(v);
  if (linksOf(inode) >= LINKS_MAX) return abortWith(v, -EMLINK);
  addLinks(inode, 1);
  touch(v, inode, false);
  const named = nameInode(v, place, number, load<u16>(inode, INODE_MODE));
  if (named < 0) return abortWith(v, named);
  commit(v);
  return 0;
}

/** One name less for an inode. → links that it still has; -errno, WAIT */
function dropLink(v: Volume, number: u32, isDirectory: bool): i32 {
  const inode = changeInode(v, number);
  if (!inode) return fault;
  const links = isDirectory ? 0 : max(<i32>linksOf(inode) - 1, 0);
  store<u16>(inode, <u16>links, INODE_LINKS);
  touch(v, inode, false);
  return links;
}

/** Whether an inode may lose its last name now; if not, that of others have to end first: WAIT. */
function checkRoom(): i32 {
  if (hasRoomForNameless()) return 0;
  waitForRoom();
  return fault;
}

/** unlink and rmdir. */
export function removeName(v: Volume, place: Found, isDirectory: bool): i32 {
  let status = checkRoom();
  if (status == 0 && isDirectory) status = checkEmpty(v, place.inode);
  if (status == 0) status = begin(v);
  if (status < 0) return status;
  const links = dropLink(v, place.inode, isDirectory);
  if (links < 0) return abortWith(v, links);
  const directory = changeInode(v, place.parent);
  if (!directory) return abort(v);
  if (isDirectory) addLinks(directory, -1);
  touch(v, directory, true);
  const removed = removeEntry(v, place.parent, place.name, place.length);
  if (removed < 0) return abortWith(v, removed);
  commit(v);
  if (!links) noteNameless(v.index, place.inode);
  return 0;
}

/** Lets the new place's name mean the moved inode. → links that what had it still has; -errno, WAIT */
function replaceName(v: Volume, from: Found, to: Found, isDirectory: bool): i32 {
  const entry = changeEntry(v, to.parent, to.name, to.length);
  if (!entry) return fault;
  setEntry(v, entry, from.inode, from.mode);
  const directory = changeInode(v, to.parent);
  if (!directory) return fault;
  if (isDirectory) addLinks(directory, -1);
  touch(v, directory, true);
  return dropLink(v, to.inode, isDirectory);
}

/** Lets a directory that was moved say who is above it now. 0, -errno, WAIT. */
function setParent(v: Volume, from: Found, to: Found): i32 {
  const above = changeInode(v, from.parent);
  if (!above) return fault;
  addLinks(above, -1);
  const below = changeInode(v, to.parent);
  if (!below) return fault;
  if (linksOf(below) >= LINKS_MAX) return -EMLINK;
  addLinks(below, 1);
  if (from.parent == to.parent) return 0;
  const entry = changeEntry(v, from.inode, dots, 2);
  if (!entry) return fault;
  setEntry(v, entry, to.parent, S_IFDIR);
  return 0;
}

/** The parts of a rename after begin(). → links of what was replaced, 1 if nothing was; -errno, WAIT */
function moveParts(v: Volume, from: Found, to: Found): i32 {
  const isDirectory = (from.mode & S_IFMT) == S_IFDIR;
  let links: i32 = 1;
  if (to.inode) {
    links = replaceName(v, from, to, isDirectory);
    if (links < 0) return links;
  } else {
    const directory = changeInode(v, to.parent);
    if (!directory) return fault;
    touch(v, directory, true);
    const added = addEntry(v, to.parent, directory, from.inode, from.mode, to.name, to.length);
    if (added < 0) return added;
  }
  const removed = removeEntry(v, from.parent, from.name, from.length);
  if (removed < 0) return removed;
  const moved = isDirectory ? setParent(v, from, to) : 0;
  if (moved < 0) return moved;
  const source = changeInode(v, from.parent);
  const inode = changeInode(v, from.inode);
  if (!source || !inode) return fault;
  touch(v, source, true);
  touch(v, inode, false);
  return links;
}

/** rename. */
export function moveName(v: Volume, from: Found, to: Found): i32 {
  let status = checkRoom();
  if (status == 0 && to.inode && (to.mode & S_IFMT) == S_IFDIR) status = checkEmpty(v, to.inode);
  if (status == 0) status = begin(v);
  if (status < 0) return status;
  const links = moveParts(v, from, to);
  if (links < 0) return abortWith(v, links);
  commit(v);
  if (!links) noteNameless(v.index, to.inode);
  return 0;
}
