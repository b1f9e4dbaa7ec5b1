// The other side of `bench`'s message rows: an endpoint of its own that answers each call with as many bytes as it got.
// It tells its parent the endpoint's number in the file ENDPOINT_FILE and gives it the right to send.

import { RIGHT_SEND } from "../../../abi/endpoints";
import { FLAG_NOTIFICATION, NO_TIMEOUT, replyInfo } from "../../../abi/message";
import { SYS_EP_CREATE, SYS_EP_GRANT } from "../../../abi/syscall";
import { O_CREAT, O_TRUNC, O_WRONLY, close, open, write } from "../../lib/fs";
import { message } from "../../lib/hnx_ipc";
import { getppid } from "../../lib/process";
import { epRecv, epReplyRecv, syscall } from "../../lib/sys";
import { ENDPOINT_FILE } from "../bench/server";

const number: usize = memory.data(4, 4);

function announce(epid: u32): bool {
  store<u32>(number, epid);
  const fd = open(ENDPOINT_FILE, O_WRONLY | O_CREAT | O_TRUNC);
  return fd >= 0 && write(fd, number, 4) == 4 && close(fd) == 0;
}

export function main(): i32 {
  const epid = <u32>syscall(SYS_EP_CREATE, 0, 0, 0, 0, 0, 0);
  if (syscall(SYS_EP_GRANT, getppid(), epid, RIGHT_SEND, 0, 0, 0) < 0 || !announce(epid)) return 1;
  const m = message();
  let status = epRecv(epid, NO_TIMEOUT);
  while (status >= 0) {
    if (m.flags & FLAG_NOTIFICATION) status = epRecv(epid, NO_TIMEOUT);
    else status = epReplyRecv(epid, replyInfo(0, m.length, 0), m.msgId, 0);
  }
  return -(<i32>status);
}
