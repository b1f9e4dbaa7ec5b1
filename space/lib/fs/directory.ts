// Reading a directory entry by entry.
//
//   const directory = new DirectoryReader("/tmp");
//   while (directory.next()) … directory.name, directory.type …
//   directory.close();   if (directory.error) … -errno of the open or of the read that ended it …
//
// The records come from a file service: one that is not well-formed (abi/file.ts, Dirent) ends the list with -EBADMSG.

import { EBADMSG } from "../../../abi/errno";
import {
  DIRENT_INODE,
  DIRENT_NAME,
  DIRENT_NAME_LENGTH,
  DIRENT_SIZE,
  DIRENT_TYPE,
  O_DIRECTORY,
  O_RDONLY,
  S_IFDIR,
} from "../../../abi/file";
import { SYS_READDIR } from "../../../abi/syscall";
import { decodeUtf8 } from "../process/utf8";
import { syscall } from "../sys";
import { close, open } from "./file";

const BUFFER_SIZE: u32 = 4096; // bytes of records fetched at once: some 15 of the longest names, a hundred common ones
const TYPE_SHIFT: u32 = 12; // a Dirent's type is S_IF… >> 12

export class DirectoryReader {
  /** 0, or the -errno that ended the list. */
  error: i32 = 0;
  name: string = "";
  inode: u32 = 0;
  private fd: i32;
  private buffer: usize = 0;
  private at: u32 = 0;
  private filled: u32 = 0;
  private typeBits: u32 = 0;

  /** Opens the directory; `error` tells whether that worked. */
  constructor(path: string) {
    this.fd = open(path, O_RDONLY | O_DIRECTORY);
    if (this.fd < 0) this.error = this.fd;
    else this.buffer = heap.alloc(BUFFER_SIZE);
  }

  /** The entry's S_IF… type. */
  get type(): u32 {
    return this.typeBits << TYPE_SHIFT;
  }

  get isDirectory(): bool {
    return this.type == S_IFDIR;
  }

  /** "." or "..", which every directory lists. */
  get isDot(): bool {
    return this.name == "." || this.name == "..";
  }

  /** Goes to the next entry. → false at the end, and when `error` is set */
  next(): bool {
    if (this.error) return false;
    if (this.at == this.filled && !this.fill()) return false;
    const left = this.filled - this.at;
    const record = this.buffer + this.at;
    const size = left >= DIRENT_NAME ? <u32>load<u16>(record, DIRENT_SIZE) : 0;
    const length = <u32>load<u8>(record, DIRENT_NAME_LENGTH);
    if (size > left || size < DIRENT_NAME + length || length == 0) {
      this.error = -EBADMSG;
      return false;
    }
    this.inode = load<u32>(record, DIRENT_INODE);
    this.typeBits = load<u8>(record, DIRENT_TYPE);
    this.name = decodeUtf8(record + DIRENT_NAME, length);
    this.at += size;
    return true;
  }

  /** Gives the descriptor and the buffer back. */
  close(): void {
    if (this.fd < 0) return;
    close(this.fd);
    heap.free(this.buffer);
    this.fd = -1;
    this.at = this.filled = 0;
  }

  private fill(): bool {
    if (this.fd < 0) return false;
    const count = <i32>syscall(SYS_READDIR, this.fd, this.buffer, BUFFER_SIZE, 0, 0, 0);
    if (count < 0 || count > <i32>BUFFER_SIZE) this.error = count < 0 ? count : -EBADMSG;
    this.at = 0;
    this.filled = count > 0 && !this.error ? count : 0;
    return this.filled > 0;
  }
}
