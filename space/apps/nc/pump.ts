// Both directions of nc's connection at once. Nothing waits but the poll, standard output apart: what the connection does not take is kept, and
// no more is read until it has gone.
//
//   standard input ──▶ buffer ──▶ connection      ends: shutdown
//   standard output ◀── connection                ends: done

import { EAGAIN, EINTR } from "../../../abi/errno";
import { READ_SIZE, STDIN, STDOUT, read, writeAll } from "../../lib/fs";
import { MESSAGE_DONT_WAIT, SHUTDOWN_SEND, receive, send, shutdown } from "../../lib/net";
import { POLL_ERROR, POLL_IN, POLL_OUT, PollSet } from "../../lib/poll";

const outgoing: usize = heap.alloc(READ_SIZE);
const incoming: usize = heap.alloc(READ_SIZE);

export class Pump {
  private set: PollSet = new PollSet();
  private input: i32;
  private connection: i32;
  private begin: u32 = 0; // of what has not been sent yet
  private end: u32 = 0;
  private isOpen: bool; // standard input

  /** fd: the connection. withInput: standard input is read. */
  constructor(
    private fd: i32,
    withInput: bool,
  ) {
    this.isOpen = withInput;
    this.input = this.set.add(STDIN, 0);
    this.connection = this.set.add(fd, POLL_IN);
  }

  /** Moves bytes until the other side sends no more. → 0 or -errno */
  run(): i32 {
    while (true) {
      const isFull = this.begin != this.end;
      this.set.change(this.input, this.isOpen && !isFull ? POLL_IN : 0);
      this.set.change(this.connection, isFull ? POLL_IN | POLL_OUT : POLL_IN);
      const count = this.set.wait();
      if (count < 0 && count != -EINTR) return count;
      let status = 1;
      if (this.set.ready(this.connection) & ~POLL_OUT) status = this.print();
      if (status <= 0) return status;
      if (this.set.ready(this.connection) & (POLL_OUT | POLL_ERROR) && isFull) status = this.pass();
      else if (this.set.ready(this.input)) status = this.take();
      if (status < 0) return status;
    }
  }

  /** What has come goes to standard output. → > 0: go on; 0: that was all; -errno */
  private print(): i32 {
    const size = receive(this.fd, incoming, READ_SIZE, MESSAGE_DONT_WAIT);
    if (size == -EAGAIN) return 1;
    if (size <= 0) return size;
    const status = writeAll(STDOUT, incoming, size);
    return status < 0 ? status : 1;
  }

  /** Reads standard input. → 0 or -errno */
  private take(): i32 {
    const size = read(STDIN, outgoing, READ_SIZE);
    if (size == -EINTR) return 0;
    if (size < 0) return size;
    this.begin = 0;
    this.end = size;
    if (size) return this.pass();
    this.isOpen = false;
    return shutdown(this.fd, SHUTDOWN_SEND);
  }

  /** Sends what the connection takes. → 0 or -errno */
  private pass(): i32 {
    const sent = send(this.fd, outgoing + this.begin, this.end - this.begin, MESSAGE_DONT_WAIT);
    if (sent == -EAGAIN) return 0;
    if (sent < 0) return sent;
    this.begin += sent;
    return 0;
  }
}
