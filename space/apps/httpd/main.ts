// httpd: serves the files below a folder over HTTP/1.1 (RFC 9110, 9112), many connections at once in one process, by
// sockets that do not block. docs/services/network.md says what it knows. It runs until it is stopped.

import { EAGAIN } from "../../../abi/errno";
import { CommandLine, println } from "../../lib/console";
import { Stat, stat } from "../../lib/fs";
import {
  ANY_ADDRESS,
  OPTION_NON_BLOCKING,
  OPTION_NO_DELAY,
  POLL_IN,
  WAIT_BUFFER_SIZE,
  WATCH_RECORD_SIZE,
  accept,
  bind,
  listen,
  setOption,
  streamSocket,
  waitSockets,
  watchSocket,
} from "../../lib/net";
import { args, systemInfo } from "../../lib/process";
import { counter } from "../../lib/sys";
import {
  FREE,
  MAX_CONNECTIONS,
  advance,
  closeIdle,
  connectionAt,
  connectionCount,
  openConnection,
  startConnections,
} from "./connection";
import { HELP } from "./help";
import { setRoot } from "./serve";

const DEFAULT_PORT: i32 = 80;
const BACKLOG: u32 = 128;
const IDLE_S: u64 = 75; // a connection on which nothing happens so long is closed
const LOOK_NS: i64 = 1_000_000_000; // how often that is looked at
const LISTENER_TAG: u32 = 0;

let listener: i32 = -1;
let isListening: bool = false; // whether waitSockets tells of new connections
/** Times are ticks of the counter, which costs no system call. */
let idle: u64 = 0;

/** Opens the listener. → 0 or -errno */
function open(port: u32): i32 {
  listener = streamSocket();
  if (listener < 0) return listener;
  let status = bind(listener, ANY_ADDRESS, port);
  if (status >= 0) status = listen(listener, BACKLOG);
  if (status >= 0) status = setOption(listener, OPTION_NON_BLOCKING, 1);
  return status < 0 ? status : watchListener(true);
}

function watchListener(wanted: bool): i32 {
  if (isListening == wanted) return 0;
  isListening = wanted;
  return watchSocket(listener, wanted ? POLL_IN : 0, LISTENER_TAG);
}

/** Accepts what there is room for. → -errno when the listener is broken */
function acceptAll(now: u64): i32 {
  while (true) {
    if (connectionCount == MAX_CONNECTIONS) closeIdle(now, idle, true);
    if (connectionCount == MAX_CONNECTIONS) return watchListener(false);
    const fd = accept(listener);
    if (fd == -EAGAIN) return 0;
    if (fd < 0) return fd;
    setOption(fd, OPTION_NON_BLOCKING, 1);
    setOption(fd, OPTION_NO_DELAY, 1);
    openConnection(fd, now);
  }
}

/** Serves for ever. → -errno when the network has gone */
function serve(buffer: usize): i32 {
  const second = systemInfo()!.counterHz;
  idle = IDLE_S * second;
  let look = counter() + second;
  while (true) {
    const size = waitSockets(buffer, LOOK_NS);
    if (size < 0) return size;
    const now = counter();
    for (let at = buffer; at < buffer + size; at += WATCH_RECORD_SIZE) {
      const tag = load<u32>(at);
      if (tag == LISTENER_TAG) {
        const status = acceptAll(now);
        if (status < 0) return status;
      } else if (tag <= MAX_CONNECTIONS && connectionAt(tag - 1).state != FREE) {
        advance(connectionAt(tag - 1), now);
      }
    }
    if (now >= look) {
      closeIdle(now, idle, false);
      look = now + second;
    }
    if (connectionCount < MAX_CONNECTIONS) watchListener(true);
  }
}

/** A port number, or -1. */
function portOf(text: string): i32 {
  const port = text.length && text.length < 6 ? <i32>I32.parseInt(text, 10) : -1;
  return port >= 1 && port <= 65535 && port.toString() == text ? port : -1;
}

export function main(): i32 {
  const cli = new CommandLine("httpd", "q", HELP, 2);
  if (!cli.parse(args())) return cli.status;
  const operands = cli.operands;
  if (operands.length < 1 || operands.length > 2) {
    cli.refuse("a folder is needed, and a port at most");
    return cli.status;
  }
  const root = operands[0];
  const port = operands.length == 2 ? portOf(operands[1]) : DEFAULT_PORT;
  if (port < 0) {
    cli.refuse(`${operands[1]} is no port`);
    return cli.status;
  }
  const folder = new Stat();
  const found = stat(root, folder);
  if (found < 0) cli.complain(root, found);
  else if (!folder.isDirectory) cli.complainText(root, "Not a directory");
  else if (!setRoot(root)) cli.complainText(root, "File name too long");
  if (cli.status) return cli.status;
  startConnections();
  let status = open(port);
  if (status >= 0 && !cli.has("q")) println(`httpd: serving ${root} on port ${port}`);
  if (status >= 0) status = serve(heap.alloc(WAIT_BUFFER_SIZE));
  cli.complain(`port ${port}`, status);
  return cli.finish();
}
