// Jobs: the processes that one command line started, in the foreground or not. The shell is their parent and waits for each.

import { SIGINT, WNOHANG, shellStatus } from "../../../abi/wait";
import { EPID_NONE } from "../../../abi/endpoints";
import { NO_TIMEOUT } from "../../../abi/message";
import { eprintln } from "../../lib/console";
import { killTree, takeSignals, wait, wait4, waitStatus } from "../../lib/process";
import { epRecv } from "../../lib/sys";

const STATUS_LOST: i32 = 127; // of a process that is no child any more

export class Job {
  number: i32 = 0;
  /** The status of the last process, once all have ended. */
  status: i32 = 0;
  private left: i32 = 0;
  private ended: bool[] = [];
  private isFixed: bool = false;

  /** pids: in the order of the pipeline; text: what was typed. */
  constructor(
    public pids: i32[],
    public text: string,
  ) {
    this.left = pids.length;
    for (let i = 0; i < pids.length; i++) this.ended.push(false);
  }

  /** Its status is `status`, however its processes end: the last part of the pipeline could not be started. */
  fixStatus(status: i32): void {
    this.status = status;
    this.isFixed = true;
  }

  get isDone(): bool {
    return this.left == 0;
  }

  /** Collects those of its processes that have ended. flags: WNOHANG, or 0 to wait for them. */
  collect(flags: u32): void {
    for (let i = 0; i < this.pids.length; i++) {
      if (this.ended[i]) continue;
      const result = flags ? wait4(this.pids[i], flags) : wait(this.pids[i]);
      if (flags && result == 0) continue;
      this.ended[i] = true;
      this.left--;
      if (i == this.pids.length - 1 && !this.isFixed)
        this.status = result < 0 ? STATUS_LOST : shellStatus(waitStatus);
    }
  }

  /** Sends `signal` to its processes and all that they have started. → 0, or the first -errno */
  signal(signal: u32): i32 {
    let first = 0;
    for (let i = 0; i < this.pids.length; i++) {
      const error = this.ended[i] ? 0 : killTree(this.pids[i], signal);
      if (error < 0 && !first) first = error;
    }
    return first;
  }
}

export class Jobs {
  /** Those in the background, by number. */
  list: Job[] = [];

  /** interactive: ^C is ours to hand on (terminal.ts has asked for it). */
  constructor(private interactive: bool) {}

  /** Waits until the job has ended; meanwhile ^C is handed on to it. → whether there was one */
  waitFor(job: Job): bool {
    let interrupted = false;
    job.collect(this.interactive ? WNOHANG : 0);
    while (!job.isDone) {
      epRecv(EPID_NONE, NO_TIMEOUT);
      const signals = takeSignals();
      if (signals & (1 << SIGINT)) {
        interrupted = true;
        job.signal(SIGINT);
      }
      job.collect(WNOHANG);
    }
    return interrupted;
  }

  /** Puts a job among those in the background. */
  add(job: Job): void {
    job.number = this.list.length ? this.list[this.list.length - 1].number + 1 : 1;
    this.list.push(job);
  }

  remove(job: Job): void {
    const at = this.list.indexOf(job);
    if (at >= 0) this.list.splice(at, 1);
  }

  /** Collects what has ended in the background; tells of it when a person sits here. */
  poll(): void {
    for (let i = 0; i < this.list.length;) {
      const job = this.list[i];
      job.collect(WNOHANG);
      if (!job.isDone) {
        i++;
        continue;
      }
      this.list.splice(i, 1);
      if (this.interactive)
        eprintln(`[${job.number}] ${job.status ? `Exit ${job.status}` : "Done"}  ${job.text}`);
    }
  }

  /** The job that `%n` names, or "" the last one; null: none. */
  find(name: string): Job | null {
    if (!this.list.length) return null;
    if (!name.length) return this.list[this.list.length - 1];
    for (let i = 0; i < this.list.length; i++) {
      if (`%${this.list[i].number}` == name) return this.list[i];
    }
    return null;
  }
}
