// From a job to its file: the machine that every LOADER_SPAWN and LOADER_OPEN goes through. Nothing here waits.
//
//   queue ─▶ STAT ─ known file ─────────────▶ the request's own part (requests.ts) ─▶ answer
//              └─── new file ─▶ FILE ─ taken ─▶ 〃      (a library may then want another file: STAT again, same reader)
//
// The VFS may be lost at any point: a job whose answer was lost with it begins again, MAX_TRIES times. Where there is no VFS, or no
// reader, files come from the boot archive.

import { EACCES, ECONNREFUSED, ECONNRESET, EFAULT, EFBIG, EIO, ENOENT } from "../../../abi/errno";
import { S_IFMT, S_IFREG, STAT_BYTES, STAT_MODE, STAT_SIZE } from "../../../abi/file";
import { MAX_COPY_SLICE, PAGE_SIZE } from "../../../abi/limits";
import { MAX_PROGRAM_BYTES, READER_FILE, READER_STAT } from "../../../abi/reader";
import { LATER, Message, answerWithData, message, msgRead } from "../../lib/hnx_ipc";
import { discardPages, findFile } from "../../lib/loader";
import { releaseClosure } from "./closure";
import { Job, endJob, jobAt, nextJob, numberOf, pathOf, queueJob } from "./jobs";
import { Reader, describeJob, giveJob, haveReaders, idleReader, readerLost, takeLostJob } from "./readers";
import { fileKey, useFile, useKnownFile } from "./requests";
import { MORE, UNKNOWN } from "./results";

const FILE_WINDOW: u32 = 1;
const MAX_TRIES: u32 = 3;

const record: usize = memory.data(STAT_BYTES, 8); // what the reader says of the file
let buffer: usize = 0; // of MAX_PROGRAM_BYTES, got when first needed

/** Answers the job's caller, data of a success being in the message page, and ends the job. */
function finish(job: Job, result: i64): void {
  if (result < 0) message().beginReply();
  if (job.token) answerWithData(job.token, result);
  releaseClosure(job);
  endJob(job);
}

/** Tries to carry the job out from the boot archive. → its result, or MORE: another file is wanted */
function useArchive(job: Job): i64 {
  const path = pathOf(job);
  if (!path) return -EFAULT;
  const file = findFile(path, job.pathLength);
  if (file === null) return -ENOENT;
  fileKey.setArchive(file.data, file.size);
  const result = useKnownFile(job, file.mode);
  return result == UNKNOWN ? useFile(job, file.data, file.size, false) : result;
}

function finishFromArchive(job: Job): void {
  let result = useArchive(job);
  while (result == MORE) result = useArchive(job);
  finish(job, result);
}

/** Copies the file of `size` bytes that the reader's call brought to `buffer`, uses it, and gives the pages back. */
function useBroughtFile(job: Job, readerToken: u64, size: u32): i64 {
  if (!buffer) buffer = (heap.alloc(MAX_PROGRAM_BYTES + PAGE_SIZE) + PAGE_SIZE - 1) & ~(<usize>PAGE_SIZE - 1);
  for (let done: u32 = 0; done < size;) {
    const slice = min(size - done, MAX_COPY_SLICE);
    const copied = msgRead(readerToken, FILE_WINDOW, done, buffer + done, slice);
    if (copied <= 0) return -EIO;
    done += copied;
  }
  const result = useFile(job, buffer, size, true);
  discardPages(buffer, buffer + size + PAGE_SIZE - 1);
  return result;
}

/** What the reader says of the job's file is in `record`. → result, or MORE: job.what says what the reader shall do next */
function advance(job: Job, readerToken: u64): i64 {
  const path = pathOf(job);
  if (!path) return -EFAULT;
  if ((load<u32>(record, STAT_MODE) & S_IFMT) != S_IFREG) return -EACCES;
  if (load<u64>(record, STAT_SIZE) > MAX_PROGRAM_BYTES) return -EFBIG;
  fileKey.setFile(path, job.pathLength, record);
  let result = useKnownFile(job, load<u32>(record, STAT_MODE));
  if (result == UNKNOWN && job.what == READER_FILE)
    result = useBroughtFile(job, readerToken, load<u32>(record, STAT_SIZE));
  else if (result == UNKNOWN) {
    job.what = READER_FILE;
    return MORE;
  }
  if (result == MORE) job.what = READER_STAT; // of the next file
  return result;
}

/** The reader has done its part of the job, or failed with -errno. → true: it has more to do for this job */
function proceed(job: Job, status: i32, readerToken: u64): bool {
  if (!job.token) {
    finish(job, -EIO);
    return false;
  }
  if (status == -ECONNRESET && ++job.tries < MAX_TRIES) {
    job.what = READER_STAT;
    return true;
  }
  if (status == -ECONNREFUSED) {
    finishFromArchive(job); // what it needs comes from there, too
    return false;
  }
  const result = status < 0 ? <i64>status : advance(job, readerToken);
  if (result == MORE) return true;
  finish(job, result);
  return false;
}

/** Puts the next job that can be had into the message page, as the answer to the reader's call `token`. → whether there is one */
function offerNext(reader: Reader, token: u64): bool {
  for (let job = nextJob(); job !== null; job = nextJob()) {
    if (job.token && describeJob(job, token)) {
      reader.job = numberOf(job);
      return true;
    }
    finish(job, -EFAULT);
  }
  return false;
}

/** LOADER_READER, from `reader`. → 0 with its next work in the page, or LATER */
export function serveReader(reader: Reader, m: Message): i64 {
  const token = m.msgId;
  const status = -(<i32>m.readU32());
  const stat = m.take(STAT_BYTES);
  if (stat) memory.copy(record, stat, STAT_BYTES);
  if (reader.job) {
    const job = jobAt(reader.job);
    if (proceed(job, stat ? status : -EIO, token)) {
      if (describeJob(job, token)) return 0;
      finish(job, -EFAULT);
    }
    reader.job = 0;
  }
  if (offerNext(reader, token)) return 0;
  reader.token = token;
  return LATER;
}

/** Takes a new job up: gives it to a reader, or queues it; without readers it is carried out now. */
export function startJob(job: Job): void {
  job.what = READER_STAT;
  const reader = idleReader();
  if (reader !== null) {
    if (!giveJob(reader, job)) finish(job, -EFAULT);
  } else if (haveReaders()) queueJob(job);
  else finishFromArchive(job);
}

/** Children have died: jobs of readers fail, and those that wait go to others. */
export function reapReaders(): void {
  let job = takeLostJob();
  while (readerLost) {
    if (job !== null && ++job.tries < MAX_TRIES) startJob(job);
    else if (job !== null) finish(job, -EIO);
    job = takeLostJob();
  }
  if (haveReaders()) return;
  for (let waiting = nextJob(); waiting !== null; waiting = nextJob()) startJob(waiting);
}
