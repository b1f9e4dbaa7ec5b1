// What goes out of the UART, and in which order: the write under way to its end, then the kernel's log, then the echo of
// what is typed, then the next write. Bytes pass through one small buffer, the chunk:
//
//   caller's window or message ─┐
//   kernel's log ───────────────┼─▶ chunk ─▶ transmit FIFO
//   echo ───────────────────────┘
//
// pump() moves as much as the FIFO takes and returns; when the FIFO is full the transmit interrupt calls it again. A write
// is answered when its last byte is in the FIFO. In terminal mode "\n" goes out as "\r\n"; otherwise bytes pass unchanged.

import { EFAULT } from "../../../abi/errno";
import { SYS_LOG_READ } from "../../../abi/syscall";
import { answer, LATER, msgRead } from "../../lib/hnx_ipc";
import { syscall } from "../../lib/sys";
import { Pl011 } from "./pl011";
import { PendingWrite, WriteQueue } from "./write_queue";

const CHUNK_SIZE: u32 = 4096; // bytes fetched from a caller or from the log at once
const ECHO_SIZE: u32 = 1024; // bytes of echo kept while the line is busy; more is not shown
const NEWLINE: u32 = 0x0a;
const CARRIAGE_RETURN: u32 = 0x0d;

export class Output {
  /** Whether the kernel's log may have bytes that we have not read. */
  logWaiting: bool = true;
  private queue: WriteQueue = new WriteQueue();
  private writing: bool = false; // the queue's head is under way
  private chunk: usize = heap.alloc(CHUNK_SIZE);
  private chunkAt: u32 = 0;
  private chunkSize: u32 = 0;
  private returned: bool = false; // terminal mode: the "\r" before the "\n" at chunkAt is out
  private echoBytes: usize = heap.alloc(ECHO_SIZE);
  private echoSize: u32 = 0;
  private inHand: u64 = 0; // the call whose request is being handled: answered by its handler's result
  private inHandResult: i64 = LATER;

  constructor(
    private uart: Pl011,
    private terminal: bool,
  ) {}

  /**
   * Takes a write of `length` bytes: at `source`, or in the caller's window 0 when that is 0.
   * → its result if it is out already, LATER if it will be answered, or `full` when the queue is.
   */
  submit(token: u64, length: u32, source: usize, full: i64): i64 {
    if (!this.queue.add(token, length, source)) return full;
    this.inHand = token;
    this.inHandResult = LATER;
    this.pump();
    this.inHand = 0;
    return this.inHandResult;
  }

  /** The caller of `token` is gone. */
  cancel(token: u64): void {
    this.queue.cancel(token);
  }

  /** Shows one byte of what is typed. */
  echo(byte: u32): void {
    if (this.echoSize < ECHO_SIZE) store<u8>(this.echoBytes + this.echoSize++, <u8>byte);
  }

  /** Sends until nothing is left or the FIFO is full. */
  pump(): void {
    while (this.sendChunk()) {
      if (!this.nextChunk()) {
        this.uart.awaitRoom(false);
        return;
      }
    }
    this.uart.awaitRoom(true);
  }

  /** → whether all of the chunk is in the FIFO */
  private sendChunk(): bool {
    while (this.chunkAt < this.chunkSize) {
      if (!this.uart.hasRoom) return false;
      const byte = <u32>load<u8>(this.chunk + this.chunkAt);
      if (byte == NEWLINE && this.terminal && !this.returned) {
        this.uart.send(CARRIAGE_RETURN);
        this.returned = true;
      } else {
        this.uart.send(byte);
        this.returned = false;
        this.chunkAt++;
      }
    }
    return true;
  }

  /** Fills the chunk from whoever is next. → false when nobody has anything */
  private nextChunk(): bool {
    this.chunkAt = this.chunkSize = 0;
    if (this.writing && this.continueWrite()) return true;
    if (this.logWaiting && this.takeLog()) return true;
    if (this.echoSize) {
      this.chunkSize = this.echoSize;
      memory.copy(this.chunk, this.echoBytes, this.echoSize);
      this.echoSize = 0;
      return true;
    }
    while (!this.queue.isEmpty) {
      this.writing = true;
      if (this.continueWrite()) return true;
    }
    return false;
  }

  private takeLog(): bool {
    const size = <i32>syscall(SYS_LOG_READ, this.chunk, CHUNK_SIZE, 0, 0, 0, 0);
    this.logWaiting = size > 0;
    this.chunkSize = <u32>max(size, 0);
    return this.logWaiting;
  }

  /** Fetches more of the write under way, or ends it. → whether the chunk has bytes of it */
  private continueWrite(): bool {
    const write = this.queue.head;
    const left = write.length - write.taken;
    if (left == 0 || write.cancelled) return this.endWrite(write, write.length);
    const wanted = min(left, CHUNK_SIZE);
    let size = <i32>wanted;
    if (write.inlined) memory.copy(this.chunk, write.data + write.taken, wanted);
    else size = msgRead(write.token, 0, write.taken, this.chunk, wanted);
    if (size <= 0) {
      const error = size < 0 ? size : -EFAULT;
      return this.endWrite(write, write.taken ? <i64>write.taken : <i64>error);
    }
    write.taken += size;
    this.chunkSize = size;
    return true;
  }

  private endWrite(write: PendingWrite, result: i64): bool {
    this.writing = false;
    const token = write.token;
    const answered = token == 0 || write.cancelled;
    this.queue.removeHead();
    if (token == this.inHand) this.inHandResult = result;
    else if (!answered) answer(token, result); // a caller that died meanwhile is nobody's loss
    return false;
  }
}
