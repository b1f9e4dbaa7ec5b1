// A library and all that it needs: LOADER_OPEN's work between its files. Each file that comes is added to the job's closure; then the next need
// that is not known by its name names the next file. When all are there, every import is looked up, so that nothing is missing later, and the
// process gets its instances. What one name means is the same in the whole closure: the file of that name in /lib now.
//
//   closure   0: the one asked for   1 …: in the order they were wanted       edge(i, k): which one need k of library i is, + 1

import { ELOOP, ENFILE, ENOENT, EINVAL } from "../../../abi/errno";
import { MAX_CLOSURE, MAX_LIBRARY_NAME } from "../../../abi/library";
import { message } from "../../lib/hnx_ipc";
import { NoteString, Symbol } from "../../lib/loader";
import { FaultText, faultFor } from "./fault_text";
import { Instance, findInstance, handleOf, hasRoom, newInstance, nextUnplaced } from "./instances";
import { Job } from "./jobs";
import { Library, holdLibrary, releaseLibrary } from "./libraries";
import { MORE } from "./results";
import { writeSignature } from "./signature_text";

const FOLDER_LENGTH: u32 = 5;
const nextPath: usize = memory.data<u8>([47, 108, 105, 98, 47]); // "/lib/"
const pathBuffer: usize = heap.alloc(FOLDER_LENGTH + MAX_LIBRARY_NAME);

@inline
function libraryOf(job: Job, i: u32): Library {
  return changetype<Library>(job.closure(i));
}

/** Lets go of the libraries of a job that ends. */
export function releaseClosure(job: Job): void {
  for (let i: u32 = 0; i < job.closureSize; i++) releaseLibrary(libraryOf(job, i));
  job.closureSize = 0;
}

function nameEquals(a: Library, i: u32, b: Library, k: u32): bool {
  const first = a.image.need(i);
  const second = b.image.need(k);
  if (first.length != second.length) return false;
  return memory.compare(a.image.text(first.offset), b.image.text(second.offset), first.length) == 0;
}

/** Which library the name of need `k` of library `i` is known to mean, + 1, or 0. */
function knownNeed(job: Job, i: u32, k: u32): u32 {
  for (let j: u32 = 0; j < job.closureSize; j++) {
    for (let n: u32 = 0; n < libraryOf(job, j).image.needed; n++) {
      if (job.edge(j, n) && nameEquals(libraryOf(job, j), n, libraryOf(job, i), k)) return job.edge(j, n);
    }
  }
  return 0;
}

/** Sets the job's path to the file of a need. */
function wantNeed(job: Job, library: Library, need: NoteString): void {
  memory.copy(pathBuffer, nextPath, FOLDER_LENGTH);
  memory.copy(pathBuffer + FOLDER_LENGTH, library.image.text(need.offset), need.length);
  job.setPath(pathBuffer, FOLDER_LENGTH + need.length);
}

/** Adds `library` to the closure, if it is not there. → its index + 1, or 0: too many */
function add(job: Job, library: Library): u32 {
  for (let i: u32 = 0; i < job.closureSize; i++) if (libraryOf(job, i) == library) return i + 1;
  if (job.closureSize == MAX_CLOSURE) return 0;
  holdLibrary(library);
  job.setClosure(job.closureSize, changetype<usize>(library));
  job.closureSize += 1;
  return job.closureSize;
}

/** Whether library `i` is needed by itself in the end. path: bits of the libraries on the way. */
function isCircular(job: Job, i: u32, path: u32): bool {
  if (path & (1 << i)) return true;
  for (let k: u32 = 0; k < libraryOf(job, i).image.needed; k++) {
    if (isCircular(job, job.edge(i, k) - 1, path | (1 << i))) return true;
  }
  return false;
}

/** The export of `library` by name, or null. */
export function findExport(library: Library, name: usize, length: u32): Symbol | null {
  const image = library.image;
  for (let i: u32 = 0; i < image.exports; i++) {
    const symbol = image.export(i);
    if (symbol.length == length && memory.compare(image.text(symbol.name), name, length) == 0) return symbol;
  }
  return null;
}

function faultOf(job: Job, library: Library): FaultText {
  return faultFor(job.pid).bytes(library.name, library.nameLength).text(": ");
}

/** Whether what library `i` imports is there, with the signatures that it means. 0 or -errno */
function checkImports(job: Job, i: u32): i32 {
  const library = libraryOf(job, i);
  const image = library.image;
  for (let k: u32 = 0; k < image.imports; k++) {
    const wanted = image.import(k);
    const other = libraryOf(job, job.edge(i, <u32>wanted.entry) - 1);
    const found = findExport(other, image.text(wanted.name), wanted.length);
    if (found !== null && found.signature == wanted.signature) continue;
    const fault = faultOf(job, library)
      .text("needs ")
      .bytes(image.text(wanted.name), wanted.length)
      .text(" of ");
    fault.bytes(other.name, other.nameLength);
    if (found === null) fault.text(", which has none");
    else
      writeSignature(
        writeSignature(fault.text(" as "), wanted.signature).text(", which has it as "),
        found.signature,
      );
    return found === null ? -ENOENT : -EINVAL;
  }
  return 0;
}

/** The instance of library `i`, made if need be with all that it needs. */
function instanceOf(job: Job, i: u32): Instance {
  const library = libraryOf(job, i);
  const known = findInstance(job.pid, library);
  if (known !== null) return known;
  const instance = newInstance(job.pid, library);
  for (let k: u32 = 0; k < library.image.needed; k++)
    instance.setNeed(k, instanceOf(job, job.edge(i, k) - 1));
  return instance;
}

/** All files are there. → handle with the size of the first area wanted in the message, or -errno */
function complete(job: Job): i64 {
  if (isCircular(job, 0, 0)) {
    faultOf(job, libraryOf(job, 0)).text("is needed, in the end, by what it needs");
    return -ELOOP;
  }
  for (let i: u32 = 0; i < job.closureSize; i++) {
    const status = checkImports(job, i);
    if (status < 0) return status;
  }
  if (!hasRoom(job.closureSize)) {
    faultOf(job, libraryOf(job, 0)).text("too many libraries are open in the system");
    return -ENFILE;
  }
  const instance = instanceOf(job, 0);
  instance.opens += 1;
  const next = nextUnplaced(instance);
  message()
    .beginReply()
    .withU32(next === null ? 0 : next.library.image.areaSize);
  return handleOf(instance);
}

/** The file that the job's path named is `library`. → as complete(), or MORE: the job's path names another that is needed */
export function openLibrary(job: Job, library: Library): i64 {
  const isFirst = job.closureSize == 0;
  const index = add(job, library);
  if (!index) {
    faultOf(job, libraryOf(job, 0)).text("needs too many libraries");
    return -ENFILE;
  }
  if (!isFirst) job.setEdge(job.closureAt, job.closureNeed, index);
  for (; job.closureAt < job.closureSize; job.closureAt++, job.closureNeed = 0) {
    const current = libraryOf(job, job.closureAt);
    for (; job.closureNeed < current.image.needed; job.closureNeed++) {
      if (job.edge(job.closureAt, job.closureNeed)) continue;
      const known = knownNeed(job, job.closureAt, job.closureNeed);
      if (!known) {
        wantNeed(job, current, current.image.need(job.closureNeed));
        return MORE;
      }
      job.setEdge(job.closureAt, job.closureNeed, known);
    }
  }
  return complete(job);
}
