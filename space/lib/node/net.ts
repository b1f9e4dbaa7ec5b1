// TCP, in the shape of Node's net, waiting instead of calling back. -1, null or false: lastError() says why.
//
//   const server = createServer(8080);  const peer = server!.accept();  peer!.write(bytes); peer!.end();
//   const socket = connect("127.0.0.1", 8080);  const bytes = socket!.read(4096);

import { ECONNRESET, EINVAL } from "../../../abi/errno";
import { close } from "../fs/file";
import {
  ANY_ADDRESS,
  SHUTDOWN_SEND,
  accept,
  bind,
  connect as connectSocket,
  listen,
  parseAddress,
  receive,
  send,
  shutdown,
  streamSocket,
} from "../net";
import { note } from "./errors";

const BACKLOG: u32 = 16;
const PORT_MAX: u32 = 65535;

/** One end of a connection. */
export class Socket {
  constructor(private fd: i32) {}

  /** Waits for bytes: at most `size`, empty at the peer's end. null: the connection broke */
  read(size: i32): Uint8Array | null {
    const bytes = new Uint8Array(size);
    const count = receive(this.fd, bytes.dataStart, size);
    return note(count) ? bytes.subarray(0, count) : null;
  }

  /** Sends all of it. */
  write(bytes: Uint8Array): bool {
    for (let sent = 0; sent < bytes.length;) {
      const count = send(this.fd, bytes.dataStart + sent, bytes.length - sent);
      if (!note(count == 0 ? -ECONNRESET : count)) return false;
      sent += count;
    }
    return note(0);
  }

  /** Sends text as UTF-8. */
  writeText(text: string): bool {
    return this.write(Uint8Array.wrap(String.UTF8.encode(text)));
  }

  /** No more will be written; the peer may still write. */
  end(): bool {
    return note(shutdown(this.fd, SHUTDOWN_SEND));
  }

  destroy(): bool {
    return note(close(this.fd));
  }
}

/** A port that takes connections. */
export class Server {
  constructor(private fd: i32) {}

  /** Waits for the next connection. */
  accept(): Socket | null {
    const fd = accept(this.fd);
    return note(fd) ? new Socket(fd) : null;
  }

  close(): bool {
    return note(close(this.fd));
  }
}

/** Listens on `port`, on every address of the machine. null: -EADDRINUSE, -EINVAL … */
export function createServer(port: u32): Server | null {
  const fd = port > PORT_MAX ? -EINVAL : streamSocket();
  if (!note(fd)) return null;
  let status = bind(fd, ANY_ADDRESS, port);
  if (status >= 0) status = listen(fd, BACKLOG);
  if (note(status)) return new Server(fd);
  close(fd);
  note(status);
  return null;
}

/** Connects to `address`, as "10.0.2.2". null: -ECONNREFUSED, -ETIMEDOUT, -EINVAL no address … */
export function connect(address: string, port: u32): Socket | null {
  const number = parseAddress(address);
  const fd = number < 0 || port > PORT_MAX ? -EINVAL : streamSocket();
  if (!note(fd)) return null;
  const status = connectSocket(fd, <u32>number, port);
  if (note(status)) return new Socket(fd);
  close(fd);
  note(status);
  return null;
}
