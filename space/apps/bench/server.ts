// The partner of the message rows, /bin/bench-server: what it is asked to be, starting it, and finding its endpoint.

import { close, open, read, unlink } from "../../lib/fs";
import { kill, sleep_ns, spawn, wait } from "../../lib/process";
import { SIGKILL } from "../../../abi/wait";
import { NOTIFY_USER_SHIFT } from "../../../abi/endpoints";

export const ENDPOINT_FILE: string = "/tmp/bench-endpoint";
const POLL_NS: i64 = 1_000_000;
const MAX_POLLS: u32 = 1000;

// The server's first argument; the second is an endpoint of its partner's, or 0.
export const ECHO: string = "echo"; // answers each call with as many bytes as it got
export const NOTIFY: string = "notify"; // answers each notification with one
export const WINDOWS: string = "windows"; // measures copies with the windows of a call

/** The notification that goes to and fro. */
export const BIT: u64 = (<u64>1) << NOTIFY_USER_SHIFT;

const number: usize = memory.data(4, 4);
export let serverPid: i32 = 0;

/** → the server's endpoint, or 0 when it does not start. */
export function startServer(kind: string, partner: u32): u32 {
  unlink(ENDPOINT_FILE);
  serverPid = spawn("/bin/bench-server", ["bench-server", kind, partner.toString()]);
  for (let i: u32 = 0; serverPid > 0 && i < MAX_POLLS; i++) {
    const fd = open(ENDPOINT_FILE);
    const n = fd < 0 ? 0 : read(fd, number, 4);
    if (fd >= 0) close(fd);
    if (n == 4) return load<u32>(number);
    sleep_ns(POLL_NS);
  }
  return 0;
}

export function stopServer(): void {
  kill(serverPid, SIGKILL);
  wait(serverPid);
}
