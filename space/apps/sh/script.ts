// A file of commands, read as a whole.

import { EFBIG, EISDIR } from "../../../abi/errno";
import { close, fstat, open, readAll, Stat } from "../../lib/fs";
import { decodeUtf8 } from "../../lib/process";

const MAX_SCRIPT: u64 = 1 << 20; // bytes; more is -EFBIG

export class Script {
  text: string = "";
  /** 0 or -errno. */
  error: i32 = 0;
}

export function readScript(path: string): Script {
  const script = new Script();
  const fd = open(path);
  if (fd < 0) {
    script.error = fd;
    return script;
  }
  const info = new Stat();
  script.error = fstat(fd, info);
  if (!script.error && info.isDirectory) script.error = -EISDIR;
  if (!script.error && info.size > MAX_SCRIPT) script.error = -EFBIG;
  if (!script.error) {
    const size = <u32>info.size;
    const buffer = heap.alloc(size + 1);
    const count = readAll(fd, buffer, size);
    if (count < 0) script.error = count;
    else script.text = decodeUtf8(buffer, count);
    heap.free(buffer);
  }
  close(fd);
  return script;
}
