// The other side of `bench`'s message rows (bench/server.ts says which kinds there are): an endpoint of its own, whose number
// it tells its parent in the file ENDPOINT_FILE, with the right to send to it.

import { RIGHT_SEND } from "../../../abi/endpoints";
import { FLAG_NOTIFICATION, NO_TIMEOUT, replyInfo } from "../../../abi/message";
import { SYS_EP_CREATE, SYS_EP_GRANT, SYS_NOTIFY } from "../../../abi/syscall";
import { O_CREAT, O_TRUNC, O_WRONLY, close, open, write } from "../../lib/fs";
import { message, msgRead, msgWrite } from "../../lib/hnx_ipc";
import { args, getppid } from "../../lib/process";
import { epRecv, epReplyRecv, syscall } from "../../lib/sys";
import { begin, end, prepare } from "../bench/measure";
import { BIT, ECHO, ENDPOINT_FILE, NOTIFY } from "../bench/server";

const PAGE_ROUNDS: u32 = 10000;
const BULK_ROUNDS: u32 = 1000;
const PAGE_BYTES: u32 = 4096;
const BULK_BYTES: u32 = 65536;

const number: usize = memory.data(4, 4);
const buffer: usize = memory.data(65536, 16);

function announce(epid: u32): bool {
  store<u32>(number, epid);
  const fd = open(ENDPOINT_FILE, O_WRONLY | O_CREAT | O_TRUNC);
  return fd >= 0 && write(fd, number, 4) == 4 && close(fd) == 0;
}

function echo(epid: u32): i64 {
  const m = message();
  let status = epRecv(epid, NO_TIMEOUT);
  while (status >= 0) {
    if (m.flags & FLAG_NOTIFICATION) status = epRecv(epid, NO_TIMEOUT);
    else status = epReplyRecv(epid, replyInfo(0, m.length, 0), m.msgId, 0);
  }
  return status;
}

function notify(epid: u32, partner: u32): i64 {
  let status = epRecv(epid, NO_TIMEOUT);
  while (status >= 0) {
    syscall(SYS_NOTIFY, partner, BIT, 0, 0, 0, 0);
    status = epRecv(epid, NO_TIMEOUT);
  }
  return status;
}

function reads(name: string, token: u64, size: u32, rounds: u32): void {
  msgRead(token, 0, 0, buffer, size);
  begin();
  for (let i: u32 = 0; i < rounds; i++) msgRead(token, 0, 0, buffer, size);
  end(name, rounds);
}
function writes(name: string, token: u64, size: u32, rounds: u32): void {
  msgWrite(token, 1, 0, buffer, size);
  begin();
  for (let i: u32 = 0; i < rounds; i++) msgWrite(token, 1, 0, buffer, size);
  end(name, rounds);
}

function windows(epid: u32): i64 {
  prepare();
  const m = message();
  let status = epRecv(epid, NO_TIMEOUT);
  while (status >= 0) {
    const token = m.msgId;
    reads("msg_read_4k", token, PAGE_BYTES, PAGE_ROUNDS);
    reads("msg_read_64k", token, BULK_BYTES, BULK_ROUNDS);
    writes("msg_write_4k", token, PAGE_BYTES, PAGE_ROUNDS);
    writes("msg_write_64k", token, BULK_BYTES, BULK_ROUNDS);
    status = epReplyRecv(epid, replyInfo(0, 0, 0), token, 0);
  }
  return status;
}

export function main(): i32 {
  const argv = args();
  const kind = argv[1];
  const epid = <u32>syscall(SYS_EP_CREATE, 0, 0, 0, 0, 0, 0);
  if (syscall(SYS_EP_GRANT, getppid(), epid, RIGHT_SEND, 0, 0, 0) < 0 || !announce(epid)) return 1;
  if (kind == ECHO) return -(<i32>echo(epid));
  if (kind == NOTIFY) return -(<i32>notify(epid, <u32>U32.parseInt(argv[2])));
  return -(<i32>windows(epid));
}
