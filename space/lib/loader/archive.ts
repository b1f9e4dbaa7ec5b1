// The boot archive in this module's memory, and its regular files by name. Used by whoever builds processes (init and the
// loader): openArchive() once at start, findFile() after that. The archive is hostile input; cpio.ts checks its form, so
// that every record of the index names bytes inside the mapping.
//
//   linear memory  … heap | archive, mapped read-only |        the pages come from memory.grow, the kernel replaces them
//   index          one record a file, in the archive's order: hash · name · data · size · mode
//
// Of two files with one name the first counts, as in the VFS.

import { INITRD_OBJECT } from "../../../abi/construct";
import { ENFILE, ENODEV, ENOEXEC, ENOMEM } from "../../../abi/errno";
import { S_IFMT, S_IFREG } from "../../../abi/file";
import { PAGE_SHIFT, PAGE_SIZE, WASM_PAGE_SIZE } from "../../../abi/limits";
import { PROT_READ } from "../../../abi/program";
import { SYS_OBJECT_MAP, SYS_SYSTEM_INFO } from "../../../abi/syscall";
import { SYSTEM_INFO_SIZE, SystemInfo } from "../../../abi/sysinfo";
import { LOG_ERROR, logLine } from "../log";
import { syscall } from "../sys";
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
} from "../../../abi/cpio";

const MAX_FILES: u32 = 512; // -ENFILE, regular files in the archive
const MAX_ARCHIVE_BYTES: u64 = 1 << 29; // -ENOMEM; the allocator's largest block is twice that
const ALLOCATOR_OVERHEAD: u64 = 32; // bytes beside a block
const FILE_RECORD_SIZE: u32 = 24;
const SLASH: u32 = 0x2f;
const DOT: u32 = 0x2e;
const FNV_OFFSET: u32 = 0x811c9dc5; // the FNV-1a hash of 32 bits
const FNV_PRIME: u32 = 0x01000193;

/** A file of the archive. Addresses are in this module's memory. */
@unmanaged
export class ArchiveFile {
  hash: u32;
  name: u32; // without leading slashes
  nameLength: u32;
  data: u32;
  size: u32; // bytes
  mode: u32; // S_IFREG | permission bits
}

const index: usize = heap.alloc(MAX_FILES * FILE_RECORD_SIZE); // not static: zeros would lie in the program's file
const info: usize = memory.data(SYSTEM_INFO_SIZE, 8);
let fileCount: u32 = 0;
let lastKind: i32 = CPIO_END; // CPIO_…: how the archive ended
let lastOffset: u32 = 0; // and where

@inline
function fileAt(i: u32): ArchiveFile {
  return changetype<ArchiveFile>(index + <usize>i * FILE_RECORD_SIZE);
}

function hashOf(name: usize, length: u32): u32 {
  let hash = FNV_OFFSET;
  for (let i: u32 = 0; i < length; i++) hash = (hash ^ load<u8>(name + i)) * FNV_PRIME;
  return hash;
}

/** Bytes of "/" and "./" before the first name of a path. */
function prefixLength(path: usize, length: u32): u32 {
  let at: u32 = 0;
  while (at < length) {
    const character = <u32>load<u8>(path + at);
    if (character == SLASH) at++;
    else if (character == DOT && at + 1 < length && <u32>load<u8>(path + at + 1) == SLASH) at += 2;
    else break;
  }
  return at;
}

/** Takes the entry that was read into the index. 0 or -ENFILE. */
function indexEntry(archive: usize): i32 {
  if ((entryMode & S_IFMT) != S_IFREG) return 0;
  if (fileCount == MAX_FILES) return -ENFILE;
  const prefix = prefixLength(entryName, entryNameLength);
  const file = fileAt(fileCount++);
  file.name = <u32>entryName + prefix;
  file.nameLength = entryNameLength - prefix;
  file.hash = hashOf(file.name, file.nameLength);
  file.data = <u32>archive + entryData;
  file.size = entrySize;
  file.mode = entryMode;
  return 0;
}

/**
 * Makes the index of the archive of `size` bytes at `archive`. → number of files; -ENFILE: more than MAX_FILES, the rest
 * is left out; -ENOEXEC: it is damaged, what stands before the damage is in the index.
 */
export function indexArchive(archive: usize, size: u32): i32 {
  fileCount = 0;
  let offset: u32 = 0;
  let kind = readEntry(archive, size, offset);
  while (kind == CPIO_ENTRY) {
    const status = indexEntry(archive);
    if (status < 0) return status;
    offset = entryNext;
    kind = readEntry(archive, size, offset);
  }
  lastKind = kind;
  lastOffset = offset;
  return kind == CPIO_END ? <i32>fileCount : -ENOEXEC;
}

function describeEnd(): string {
  if (lastKind == CPIO_BAD_MAGIC) return "no cpio newc header";
  if (lastKind == CPIO_BAD_NUMBER) return "a field that is not hexadecimal";
  if (lastKind == CPIO_BAD_NAME) return "a bad name";
  return "cut off";
}

/** Logs why openArchive() gave `status`, which is negative. */
export function logArchiveFailure(status: i32): void {
  logLine.text("boot archive: ");
  if (status == -ENODEV) logLine.text("there is none");
  else if (status == -ENOMEM) logLine.text("no room to map it");
  else if (status == -ENFILE)
    logLine.text("more than ").number(MAX_FILES).text(" files; the rest is left out");
  else if (status == -ENOEXEC) logLine.text(describeEnd()).text(" at byte ").number(lastOffset);
  else logLine.text("cannot be mapped: error ").number(-status);
  logLine.write(LOG_ERROR);
}

/** Size of the boot archive, bytes; 0: there is none. */
function archiveBytes(): u32 {
  const written = <i32>syscall(SYS_SYSTEM_INFO, info, SYSTEM_INFO_SIZE, 0, 0, 0, 0);
  return written == <i32>SYSTEM_INFO_SIZE ? changetype<SystemInfo>(info).initrdBytes : 0;
}

/**
 * Addresses of `count` pages of this module's memory that nothing else uses, or 0: there are no more. The memory grows
 * before the allocator is asked, because the allocator (runtime stub) traps when it cannot grow it itself.
 */
function reservePages(count: u32): usize {
  const bytes = (<u64>count + 1) << PAGE_SHIFT;
  if (bytes > MAX_ARCHIVE_BYTES) return 0;
  const wasmPages = <i32>((bytes + ALLOCATOR_OVERHEAD + WASM_PAGE_SIZE - 1) / WASM_PAGE_SIZE);
  if (memory.grow(wasmPages) < 0) return 0;
  return (heap.alloc(<usize>bytes) + PAGE_SIZE - 1) & ~(<usize>PAGE_SIZE - 1);
}

/** Maps the boot archive (PRIVILEGE_INITRD) and makes the index. → as indexArchive(); -ENODEV: no archive; -ENOMEM. */
export function openArchive(): i32 {
  const size = archiveBytes();
  if (size == 0) return -ENODEV;
  const pages = <u32>((<u64>size + PAGE_SIZE - 1) >> PAGE_SHIFT);
  const archive = reservePages(pages);
  if (archive == 0) return -ENOMEM;
  const status = <i32>syscall(SYS_OBJECT_MAP, INITRD_OBJECT, archive, 0, pages, PROT_READ, 0);
  return status < 0 ? status : indexArchive(archive, size);
}

/** The regular file at `path` (slashes before it are optional). → its record, or null when there is none. */
export function findFile(path: usize, length: u32): ArchiveFile | null {
  const prefix = prefixLength(path, length);
  const name = path + prefix;
  const nameLength = length - prefix;
  const hash = hashOf(name, nameLength);
  for (let i: u32 = 0; i < fileCount; i++) {
    const file = fileAt(i);
    if (file.hash != hash || file.nameLength != nameLength) continue;
    if (memory.compare(file.name, name, nameLength) == 0) return file;
  }
  return null;
}
