// Self-test of waiting for several descriptors of different services at once: files, pipes, sockets and the console, with a child
// that makes one of them ready while we sleep. Prints what is wrong; status 0 or 1.
//
//   selftest-poll             the test
//   selftest-poll write MS    waits that long, then writes a byte to descriptor 1

import { EPERM, ESRCH, EBADF } from "../../../abi/errno";
import { SYS_POLL, SYS_POLL_WAKE } from "../../../abi/syscall";
import { println } from "../../lib/console";
import { Pipe, STDOUT, close, open, pipe, read, write } from "../../lib/fs";
import * as net from "../../lib/net";
import { POLL_ERROR, POLL_HANG_UP, POLL_IN, POLL_OUT, PollSet } from "../../lib/poll";
import { SpawnAttributes, args, sleep_ns, spawnWith, wait } from "../../lib/process";
import { syscall } from "../../lib/sys";

const OWN: string = "/bin/selftest-poll";
const PORT: u32 = 8080;
const MILLISECOND_NS: i64 = 1_000_000;
const DELAY_MS: i64 = 50;

const buffer: usize = memory.data(64);
let wrong = 0;

function check(what: string, result: i64, expected: i64): void {
  if (result == expected) return;
  wrong++;
  println(`selftest-poll: ${what}: ${result}, expected ${expected}`);
}

/** Whatever a set of one says. */
function once(fd: i32, events: u32): u32 {
  const set = new PollSet();
  const place = set.add(fd, events);
  set.wait(0);
  return set.ready(place);
}

/** A child that writes a byte to `fd` after DELAY_MS. → its process id */
function writer(fd: i32): i32 {
  const attributes = new SpawnAttributes().descriptor(STDOUT, fd);
  return spawnWith(OWN, [OWN, "write", DELAY_MS.toString()], attributes);
}

function alone(): void {
  const file = open("/etc/motd");
  check("a file", once(file, POLL_IN | POLL_OUT), POLL_IN | POLL_OUT);
  check("no descriptor", once(50, POLL_IN), POLL_ERROR);
  check("the call on none", syscall(SYS_POLL, 50, POLL_IN, 0, 0, 0, 0), -EBADF);
  check("output of the console", once(STDOUT, POLL_OUT), POLL_OUT);
  check("waking nobody", syscall(SYS_POLL_WAKE, 0, 0, 0, 0, 0, 0), -ESRCH);
  check("waking one who is not ours", syscall(SYS_POLL_WAKE, 1, 0, 0, 0, 0, 0), -EPERM);
  close(file);
}

/** A pipe, a listener and a connection in one set; each in turn becomes ready. */
function together(): void {
  const ends = new Pipe();
  check("pipe", pipe(ends), 0);
  const listener = net.streamSocket();
  check("bind", net.bind(listener, net.LOOPBACK_ADDRESS, PORT), 0);
  check("listen", net.listen(listener, 4), 0);
  const client = net.streamSocket();
  const set = new PollSet();
  const ofPipe = set.add(ends.reader, POLL_IN);
  const ofListener = set.add(listener, POLL_IN);
  const ofClient = set.add(client, 0);
  check("nothing", set.wait(MILLISECOND_NS), 0);
  check("connect", net.connect(client, net.LOOPBACK_ADDRESS, PORT), 0);
  check("the listener", set.wait(), 1);
  check("its events", set.ready(ofListener), POLL_IN);
  const server = net.accept(listener);
  set.change(ofClient, POLL_IN);
  check("nothing again", set.wait(MILLISECOND_NS), 0);
  check("send", net.send(server, buffer, 1), 1);
  check("the connection", set.wait(), 1);
  check("its events", set.ready(ofClient), POLL_IN);
  check("receive", net.receive(client, buffer, 10), 1);
  const child = writer(ends.writer);
  check("the pipe, from a child", set.wait(), 1);
  check("its events", set.ready(ofPipe), POLL_IN);
  check("read", read(ends.reader, buffer, 10), 1);
  wait(child);
  const toSocket = writer(server);
  check("the connection, from a child", set.wait(), 1);
  check("its events", set.ready(ofClient), POLL_IN);
  wait(toSocket);
  check("receive", net.receive(client, buffer, 10), 1);
  close(ends.writer);
  check("the pipe's end", set.wait(), 1);
  check("its events", set.ready(ofPipe), POLL_IN | POLL_HANG_UP);
  close(server);
  check("both ends", set.wait(), 2);
  check("the connection's", set.ready(ofClient) & POLL_IN, POLL_IN);
}

export function main(): i32 {
  const argv = args();
  if (argv.length == 3) {
    sleep_ns(<i64>I32.parseInt(argv[2]) * MILLISECOND_NS);
    return write(STDOUT, buffer, 1) == 1 ? 0 : 1;
  }
  alone();
  together();
  println(`selftest-poll: ${wrong} wrong`);
  return wrong ? 1 : 0;
}
