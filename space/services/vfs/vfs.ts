// The VFS as a service: which function answers which operation.

import { EPID_ANY, EPID_VFS, NOTIFY_DRAIN } from "../../../abi/endpoints";
import { EAGAIN, EBADMSG, EINVAL, ESRCH } from "../../../abi/errno";
import { FLAG_ASYNC, Message } from "../../../abi/message";
import * as op from "../../../abi/ops";
import { LATER, Service, answerWithData, done, failed } from "../../lib/hnx_ipc/service";
import { message } from "../../lib/hnx_ipc/call";
import { link, rename, symlink } from "./links";
import { lstat, mkdir, rmdir, stat, unlink } from "./names";
import { change, readlink, statfs, truncate } from "./attributes";
import { closeUndelivered } from "./handle";
import { close, create, drain, open } from "./open";
import { PARK } from "./answer";
import { isAnswersEndpoint, isConnected, sendIo } from "./cache/client";
import { beginStamp } from "./cache/frame";
import { completeIo } from "./cache/io";
import { doWhatIsDue, watchDisks } from "./cache/watch";
import { hasNameless } from "./ext/in_use";
import { endNamelessInodes } from "./ext/truncate";
import { mount, umount } from "./mounts";
import { beginRun, finishReady, park, parkAgain, takeReady } from "./parking";
import { namesChanged } from "./path_cache";
import { readdir } from "./readdir";
import { hasRemotes, isRemoteAnswers, takeRemoteAnswer } from "./remote/question";
import { fsync, sync } from "./sync";
import { pipe } from "./pipe";
import { poll } from "./poll";
import { superblock } from "./tmpfs/superblock";
import { read, seek, write } from "./transfer";
import { where } from "./where";
import { anyWork, hasReady, isWatched } from "./work";

/** An operation that may have changed what paths lead to is over. */
@inline
function renamed(result: i64): i64 {
  namesChanged();
  return result;
}

/** Answers. A handle that a dead caller was to get is closed at once: only that of the last open is remembered. */
function deliver(token: u64, result: i64): void {
  if (answerWithData(token, result) == -ESRCH) closeUndelivered(token);
}

export class Vfs extends Service {
  constructor() {
    super(EPID_VFS, "vfs", "1.1");
  }

  /** A message that nobody waits for is refused, the block service's answers apart: what it opened nobody could close. */
  request(m: Message): i64 {
    if (m.flags & FLAG_ASYNC) return this.takeAnswer(m);
    beginRun();
    return this.serve(m);
  }

  /** Runs the operation in the message once. → its result, or LATER: it is kept */
  private serve(m: Message): i64 {
    const sb = superblock();
    let result: i64;
    beginStamp();
    if (m.op == op.VFS_READ) {
      result = read(m); // the most frequent one, and it opens nothing that a crash could leave to nobody
    } else {
      sb.changing = m.op;
      result = this.answerTo(m);
      sb.changing = 0;
    }
    if (u32(hasNameless()) | anyWork()) return this.endWithWork(m, result);
    return result == PARK ? this.keep(m) : result;
  }

  /**
   * The end of an operation while there is more to do: for disks, or for parked requests that can go on. The answer goes out
   * here before they do, and also while there is something to look after in time, because only a receive of its own can end
   * in time. → LATER, or what is left to be answered
   */
  private endWithWork(m: Message, result: i64): i64 {
    // Kept first: what is sent may fail at once, and then has to wake it.
    if (result == PARK) result = this.keep(m);
    const token = m.msgId;
    this.workOnDisks();
    if (this.isAgain || (result != LATER && !isWatched() && !hasReady())) return result;
    if (result != LATER) deliver(token, result);
    this.runReady();
    this.doDue();
    return LATER;
  }

  /** Takes inodes without a name apart as far as that goes, and sends what was asked of the disks. */
  private workOnDisks(): void {
    if (hasNameless()) endNamelessInodes();
    sendIo();
    this.receiveTimeout_ns = watchDisks();
    this.from = isConnected() || hasRemotes() ? EPID_ANY : EPID_VFS;
  }

  /** Does what is due by now, and what follows from it. */
  private doDue(): void {
    if (!doWhatIsDue()) return;
    this.runReady();
    beginRun();
    this.workOnDisks();
    this.runReady();
  }

  timedOut(): void {
    this.doDue();
  }

  /** Whether the request in the message page is one that was kept before. */
  private isAgain: bool = false;

  /** Keeps the request until it can go on. */
  private keep(m: Message): i64 {
    if (this.isAgain) {
      parkAgain();
      return LATER;
    }
    return park(m) ? LATER : failed(EAGAIN);
  }

  /** An answer of the block service, or of a file system that is a service: what waited for it goes on. */
  private takeAnswer(m: Message): i64 {
    if (isRemoteAnswers(m.dstEpid) && m.op == op.FS_ANSWER) {
      takeRemoteAnswer(m);
    } else {
      if (!isAnswersEndpoint(m.dstEpid) || m.op != op.BLOCK_COMPLETED) return failed(EINVAL);
      const cookie = m.readU64();
      const result = <i64>m.readU64();
      if (!m.ok) return failed(EBADMSG);
      completeIo(cookie, result);
    }
    this.runReady();
    beginRun();
    this.workOnDisks();
    this.runReady();
    this.doDue();
    return done(0);
  }

  /** Does again what can go on. */
  private runReady(): void {
    this.isAgain = true;
    while (takeReady()) {
      const result = this.serve(message());
      if (result != LATER) deliver(finishReady(), result);
    }
    this.isAgain = false;
  }

  notification(bits: u64): void {
    if (!(bits & NOTIFY_DRAIN)) return;
    drain();
    this.runReady(); // who waited for a pipe whose other end was closed
  }

  @inline
  private answerTo(m: Message): i64 {
    switch (<u32>m.op) {
      case op.VFS_OPEN:
        return open(m);
      case op.VFS_WRITE:
        return write(m);
      case op.VFS_CLOSE:
        return close(m);
      case op.VFS_SEEK:
        return seek(m);
      case op.VFS_STAT:
        return stat(m);
      case op.VFS_READDIR:
        return readdir(m);
      case op.VFS_CREATE:
        return create(m);
      case op.VFS_UNLINK:
        return renamed(unlink(m));
      case op.VFS_MKDIR:
        return renamed(mkdir(m));
      case op.VFS_RMDIR:
        return renamed(rmdir(m));
      default:
        return this.answerRare(m);
    }
  }

  private answerRare(m: Message): i64 {
    switch (<u32>m.op) {
      case op.VFS_LSTAT:
        return lstat(m);
      case op.VFS_RENAME:
        return renamed(rename(m));
      case op.VFS_LINK:
        return renamed(link(m));
      case op.VFS_SYMLINK:
        return renamed(symlink(m));
      case op.VFS_READLINK:
        return readlink(m);
      case op.VFS_TRUNCATE:
        return truncate(m);
      case op.VFS_CHANGE:
        return renamed(change(m));
      case op.VFS_STATFS:
        return statfs(m);
      case op.VFS_MOUNT:
        return mount(m);
      case op.VFS_UMOUNT:
        return umount(m);
      case op.VFS_FSYNC:
        return fsync(m);
      case op.VFS_SYNC:
        return sync(m);
      case op.VFS_PIPE:
        return pipe(m);
      case op.VFS_WHERE:
        return where(m);
      case op.VFS_POLL:
        return poll(m);
      default:
        return this.unknown(m);
    }
  }
}
