// The partner of the message rows, /bin/bench-server: starting it, and finding its endpoint.

import { close, open, read, unlink } from "../../lib/fs";
import { kill, sleep_ns, spawn, wait } from "../../lib/process";
import { SIGKILL } from "../../../abi/wait";

export const ENDPOINT_FILE: string = "/tmp/bench-endpoint";
const POLL_NS: i64 = 1_000_000;
const MAX_POLLS: u32 = 1000;

const number: usize = memory.data(4, 4);
let pid: i32 = 0;

/** → the server's endpoint, or 0 when it does not start. */
export function startServer(): u32 {
  pid = spawn("/bin/bench-server", ["bench-server"]);
  for (let i: u32 = 0; pid > 0 && i < MAX_POLLS; i++) {
    const fd = open(ENDPOINT_FILE);
    const n = fd < 0 ? 0 : read(fd, number, 4);
    if (fd >= 0) close(fd);
    if (n == 4) return load<u32>(number);
    sleep_ns(POLL_NS);
  }
  return 0;
}

export function stopServer(): void {
  kill(pid, SIGKILL);
  wait(pid);
  unlink(ENDPOINT_FILE);
}
