// Waiting until one of several descriptors is ready, whatever they are: files, pipes, sockets, the console (docs/SYSCALLS.md).
//
//   const set = new PollSet();
//   const input = set.add(STDIN, POLL_IN);  const socket = set.add(fd, POLL_IN | POLL_OUT);
//   while (set.wait() > 0) { if (set.ready(input)) …;  set.change(socket, POLL_IN); }
//
// Each descriptor's service is asked; when none is ready all of them have noted that, and whoever can is first to wake us.

import { EPID_NONE, NOTIFY_SIGNAL } from "../../../abi/endpoints";
import { EINTR } from "../../../abi/errno";
import { FLAG_NOTIFICATION } from "../../../abi/message";
import { POLL_ERROR } from "../../../abi/net";
import { SYS_CLOCK, SYS_POLL } from "../../../abi/syscall";
import { message } from "../hnx_ipc/call";
import { epRecv, syscall } from "../sys";

export { POLL_ERROR, POLL_HANG_UP, POLL_IN, POLL_OUT } from "../../../abi/net";

export const MAX_POLLED: i32 = 64; // a process has no more descriptors
/** Waits for ever. */
export const NO_LIMIT: i64 = -1;
/** How often we ask anyway: a service that was started again has forgotten that we wait. */
const ASK_AGAIN_NS: i64 = 1_000_000_000;

function now_ns(): i64 {
  return syscall(SYS_CLOCK, 0, 0, 0, 0, 0, 0);
}

export class PollSet {
  private count: i32 = 0;
  private fds: StaticArray<i32> = new StaticArray<i32>(MAX_POLLED);
  private events: StaticArray<u32> = new StaticArray<u32>(MAX_POLLED); // 0: it is not asked about now
  private found: StaticArray<u32> = new StaticArray<u32>(MAX_POLLED);

  /** Adds a descriptor. → its place in the set, or -1: MAX_POLLED are in it */
  add(fd: i32, events: u32): i32 {
    if (this.count == MAX_POLLED) return -1;
    this.fds[this.count] = fd;
    this.events[this.count] = events;
    this.found[this.count] = 0;
    return this.count++;
  }

  /** Asks for other events from now on. 0: for none, errors included. */
  change(place: i32, events: u32): void {
    this.events[place] = events;
  }

  /** What wait() found of the descriptor at `place`: POLL_…. POLL_ERROR, too, when it cannot be asked. */
  ready(place: i32): u32 {
    return this.found[place];
  }

  /** Asks about all. → how many are ready */
  private ask(): i32 {
    let readyCount = 0;
    for (let i = 0; i < this.count; i++) {
      const events = this.events[i];
      const result = events ? <i32>syscall(SYS_POLL, this.fds[i], events, 0, 0, 0, 0) : 0;
      this.found[i] = result < 0 ? POLL_ERROR : <u32>result;
      if (result) readyCount++;
    }
    return readyCount;
  }

  /** Waits until some are ready, at most limit_ns (NO_LIMIT; 0 only asks). → how many; 0: time is over; -EINTR: a signal has come */
  wait(limit_ns: i64 = NO_LIMIT): i32 {
    const end_ns = limit_ns < 0 ? i64.MAX_VALUE : now_ns() + limit_ns;
    while (true) {
      const count = this.ask();
      if (count) return count;
      const left_ns = end_ns == i64.MAX_VALUE ? ASK_AGAIN_NS : end_ns - now_ns();
      if (left_ns <= 0) return 0;
      const status = epRecv(EPID_NONE, min(left_ns, ASK_AGAIN_NS));
      const m = message();
      if (status >= 0 && m.flags & FLAG_NOTIFICATION && load<u64>(m.data) & NOTIFY_SIGNAL) return -EINTR;
    }
  }
}
