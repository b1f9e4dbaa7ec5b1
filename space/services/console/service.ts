// The console's requests and notifications. One device with one handle: what /dev/console's open gives.
// Nothing waits in here: a read without input and a write that the FIFO does not take are answered later.

import { DRAIN_CANCELLED_CALL, DRAIN_RECORD_SIZE } from "../../../abi/construct";
import { EPID_CONSOLE, NOTIFY_DRAIN, NOTIFY_LOG } from "../../../abi/endpoints";
import { EAGAIN, EBADF, EBADMSG, EINTR, EINVAL, ENOTTY } from "../../../abi/errno";
import { S_IFCHR } from "../../../abi/file";
import { MAX_COPY_SLICE, MAX_INLINE_WRITE, MAX_MESSAGE_DATA } from "../../../abi/limits";
import { FLAG_ASYNC, Message } from "../../../abi/message";
import { POLL_IN, POLL_OUT } from "../../../abi/net";
import {
  CONSOLE_INTERRUPT,
  CONSOLE_LINES,
  CONSOLE_MODE,
  CONSOLE_RAW,
  VFS_CLOSE,
  VFS_POLL,
  VFS_READ,
  VFS_STAT,
  VFS_WRITE,
} from "../../../abi/ops";
import { SYS_EP_DRAIN, SYS_IRQ_ACK } from "../../../abi/syscall";
import { SIGINT, SIGQUIT } from "../../../abi/wait";
import {
  answer,
  answerWithData,
  done,
  doneWithData,
  failed,
  LATER,
  message,
  Service,
} from "../../lib/hnx_ipc";
import { Pollers, addPoller, wakePollers } from "../../lib/hnx_ipc/pollers";
import { kill } from "../../lib/process/process";
import { syscall } from "../../lib/sys";
import { Input } from "./input";
import { Output } from "./output";
import { BAD_BYTE, Pl011 } from "./pl011";
import { Readers } from "./readers";

/** The only handle there is. The VFS answers an open of /dev/console with it. */
export const CONSOLE_HANDLE: u32 = 1;
const CONTROL_C: u32 = 0x03;
const CONTROL_BACKSLASH: u32 = 0x1c;
const CARET: u32 = 0x5e;
const CONTROL_BIT: u32 = 0x40; // ^C is shown as "^" and 3 + 0x40
/** Notification bit of the UART's interrupt. */
export const UART_INTERRUPT_BIT: u32 = 0;
/** Who asked whether there is input. */
const inputPollers = changetype<Pollers>(memory.data(16, 8));
const DEVICE_MODE: u32 = S_IFCHR | 0o620;

export class ConsoleService extends Service {
  private output: Output;
  private input: Input;
  private readers: Readers = new Readers();
  private pollers: Pollers = inputPollers;
  private interrupted: i32 = 0; // process that ^C is for; 0: nobody
  private throttled: bool = false; // plain mode: bytes stay in the FIFO until readers make room
  private drainRecord: usize = heap.alloc(DRAIN_RECORD_SIZE);

  /** terminal: whether a person sits at the other end (line editing, echo, "\r\n"). The UART is started. */
  constructor(
    private uart: Pl011,
    private terminal: bool,
  ) {
    super(EPID_CONSOLE, "console", "1.0");
    const output = new Output(uart, terminal);
    this.output = output;
    this.input = new Input(output, terminal);
  }

  /** Takes the device over: what was typed so far is kept, what the kernel logged so far is shown. */
  begin(): void {
    this.receive();
    if (!this.uart.fifosOn) {
      this.uart.waitUntilSent();
      // The device drops what arrives between this last look into its FIFO and the switch two accesses later.
      this.receive();
      this.uart.startFifos();
    }
    this.uart.start();
    this.uart.listen(!this.throttled);
    this.receive();
    this.output.pump();
  }

  request(m: Message): i64 {
    switch (<u32>m.op) {
      case VFS_READ:
        return this.read(m);
      case VFS_WRITE:
        return this.write(m);
      case VFS_CLOSE:
        return this.close(m);
      case VFS_STAT:
        return this.stat(m);
      case VFS_POLL:
        return this.poll(m);
      case CONSOLE_MODE:
        return this.setMode(m);
      case CONSOLE_INTERRUPT:
        return this.setInterrupted(m);
      default:
        return this.unknown(m);
    }
  }

  notification(bits: u64): void {
    const interrupted = (bits & (1 << UART_INTERRUPT_BIT)) != 0;
    if (interrupted) this.uart.clearInterrupts();
    if (bits & NOTIFY_LOG) this.output.logWaiting = true;
    if (bits & NOTIFY_DRAIN) this.drain();
    if (interrupted) {
      this.receive();
      this.serveReaders();
    }
    this.output.pump();
    if (interrupted) syscall(SYS_IRQ_ACK, UART_INTERRUPT_BIT, 0, 0, 0, 0, 0);
  }

  private read(m: Message): i64 {
    const handle = m.readU32();
    const size = m.readU32();
    m.readU64(); // the offset means nothing on a device that has no positions
    if (!m.ok) return failed(EBADMSG);
    if (handle != CONSOLE_HANDLE) return failed(EBADF);
    if (m.flags & FLAG_ASYNC) return failed(EINVAL);
    if (size == 0) return done(0);
    // While others wait there is nothing to read: what arrives is given to them before the next request.
    if (!this.input.isReadable) return this.readers.add(m.msgId, size) ? LATER : failed(EAGAIN);
    const count = this.takeInput(m, size);
    this.input.consume(count);
    this.resumeReceiving();
    return doneWithData(count);
  }

  private write(m: Message): i64 {
    const handle = m.readU32();
    const size = m.readU32();
    m.readU64();
    if (!m.ok) return failed(EBADMSG);
    if (handle != CONSOLE_HANDLE) return failed(EBADF);
    // An empty write waits its turn like any other: its answer says that all before it is out.
    const inlined = m.unread == size && size <= MAX_INLINE_WRITE;
    // Bytes that are not in the message are in window 0; if there is none, fetching them says so.
    if (!inlined && m.unread) return failed(EBADMSG);
    const token = m.flags & FLAG_ASYNC ? 0 : m.msgId;
    // A longer write is cut so that no caller holds the line for ever; it calls again for the rest.
    const result = this.output.submit(token, min(size, MAX_COPY_SLICE), inlined ? m.take(size) : 0, -EAGAIN);
    if (result == LATER) return LATER;
    return result < 0 ? failed(<i32>-result) : done(result);
  }

  private setMode(m: Message): i64 {
    const mode = m.readU32();
    if (!m.ok) return failed(EBADMSG);
    if (mode > CONSOLE_RAW) return failed(EINVAL);
    if (!this.terminal) return failed(ENOTTY);
    const before = this.input.editsLines ? CONSOLE_LINES : CONSOLE_RAW;
    this.input.setRaw(mode == CONSOLE_RAW);
    return done(before);
  }

  /** Only the caller itself can become the target, so the console's privilege to send signals serves nobody else. */
  private setInterrupted(m: Message): i64 {
    if (!this.terminal) return failed(ENOTTY);
    this.interrupted = <i32>m.srcPid;
    return done(0);
  }

  /** A byte that is a signal while lines are edited: it ends what was typed, and reads that wait, with -EINTR. → whether it was one */
  private signal(byte: u32): bool {
    const isSignal = byte == CONTROL_C || byte == CONTROL_BACKSLASH;
    if (!isSignal || !this.interrupted || !this.input.editsLines) return false;
    this.input.discard();
    this.output.echo(CARET);
    this.output.echo(byte ^ CONTROL_BIT);
    // The signal first: whoever gets it may end the readers before they learn of their -EINTR and complain of it.
    if (kill(this.interrupted, byte == CONTROL_C ? SIGINT : SIGQUIT) < 0) this.interrupted = 0;
    for (; this.readers.count > 0; this.readers.removeFirst()) answer(this.readers.token, failed(EINTR));
    return true;
  }

  private close(m: Message): i64 {
    const handle = m.readU32();
    if (!m.ok) return failed(EBADMSG);
    return handle == CONSOLE_HANDLE ? done(0) : failed(EBADF);
  }

  /** Output waits in line behind what others write, and so counts as ready; input, while there is some. */
  private poll(m: Message): i64 {
    const handle = m.readU32();
    const events = m.readU32();
    if (!m.ok) return failed(EBADMSG);
    if (handle != CONSOLE_HANDLE) return failed(EBADF);
    const ready = events & (this.input.isReadable ? POLL_IN | POLL_OUT : POLL_OUT);
    if (!ready) addPoller(this.pollers, m.srcPid);
    return done(ready);
  }

  private stat(m: Message): i64 {
    const handle = m.readU32();
    if (!m.ok) return failed(EBADMSG);
    if (handle != CONSOLE_HANDLE) return failed(EBADF);
    m.beginReply();
    m.withU32(DEVICE_MODE).withU32(1).withU32(CONSOLE_HANDLE).withU32(EPID_CONSOLE); // mode, links, inode, device
    m.withU64(0).withU64(0); // size, mtime_ns
    return doneWithData(0);
  }

  /** Puts what a read of `size` bytes gets into a new response. → bytes */
  private takeInput(m: Message, size: u32): u32 {
    m.beginReply();
    const count = this.input.peek(m.data, min(size, MAX_MESSAGE_DATA));
    m.reserve(count);
    return count;
  }

  /** Moves bytes from the FIFO to the input. */
  private receive(): void {
    while (this.uart.hasInput) {
      if (!this.terminal && !this.input.hasRoom) {
        this.throttled = true;
        this.uart.listen(false);
        return;
      }
      const byte = this.uart.receive();
      if (byte != BAD_BYTE && !this.signal(byte)) this.input.accept(byte);
    }
  }

  /** After readers took bytes: goes on with what had to stay in the FIFO, whose interrupt may be over. */
  private resumeReceiving(): void {
    if (!this.throttled || !this.input.hasRoom) return;
    this.throttled = false;
    this.uart.listen(true);
    this.receive();
  }

  /** Answers readers while there is input. */
  private serveReaders(): void {
    while (this.readers.count > 0 && this.input.isReadable) {
      const count = this.takeInput(message(), this.readers.size);
      // Bytes for a reader that died meanwhile are the next one's.
      if (answerWithData(this.readers.token, count) >= 0) this.input.consume(count);
      this.readers.removeFirst();
      this.resumeReceiving();
    }
    if (this.input.isReadable) wakePollers(this.pollers);
  }

  /** Forgets the calls of dead callers. Closed handles need nothing: there is one, and it holds nothing. */
  private drain(): void {
    while (syscall(SYS_EP_DRAIN, EPID_CONSOLE, this.drainRecord, 0, 0, 0, 0) > 0) {
      if (load<u32>(this.drainRecord) != DRAIN_CANCELLED_CALL) continue;
      const token = load<u64>(this.drainRecord, 8);
      this.readers.cancel(token);
      this.output.cancel(token);
    }
  }
}
