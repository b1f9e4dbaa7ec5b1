// Memory objects for code and constants: filled once, then sealed, so that they can be executed and shared and never changed.

import { MAX_COPY_SLICE } from "../../../abi/limits";
import { SYS_OBJECT_CLOSE, SYS_OBJECT_CREATE, SYS_OBJECT_SEAL, SYS_OBJECT_WRITE } from "../../../abi/syscall";
import { syscall } from "../sys";

/** Copies `size` bytes to the start of object `id`. 0 or -errno. */
function fillObject(id: u32, source: usize, size: u32): i32 {
  for (let done: u32 = 0; done < size;) {
    const slice = min(size - done, MAX_COPY_SLICE);
    const written = <i32>syscall(SYS_OBJECT_WRITE, id, done, source + done, slice, 0, 0);
    if (written < 0) return written;
    done += written;
  }
  return 0;
}

/** An object of `sizePages` pages that begins with the `size` bytes at `source`. → its id, or -errno with nothing left behind */
export function makeSealedObject(source: usize, size: u32, sizePages: u32): i32 {
  const id = <i32>syscall(SYS_OBJECT_CREATE, sizePages, 0, 0, 0, 0, 0);
  if (id < 0) return id;
  let status = fillObject(id, source, size);
  if (status == 0) status = <i32>syscall(SYS_OBJECT_SEAL, id, 0, 0, 0, 0, 0);
  if (status >= 0) return id;
  syscall(SYS_OBJECT_CLOSE, id, 0, 0, 0, 0, 0);
  return status;
}
