// Signals, and what the kernel tells of processes, endpoints and the log, with hostile arguments and good ones.

import { EFAULT, EINVAL } from "../../../abi/errno";
import { EPID_NONE, NOTIFY_SIGNAL } from "../../../abi/endpoints";
import { MESSAGE_DATA } from "../../../abi/message";
import { MESSAGE_PAGE } from "../../../abi/program";
import { ENDPOINT_INFO_SIZE, PROCESS_INFO_SIZE } from "../../../abi/process_info";
import * as S from "../../../abi/syscall";
import { SIGINT, SIGKILL, SIGTERM } from "../../../abi/wait";
import { getpid, nextProcess, ProcessEntry } from "../../lib/process";
import { epRecv, syscall } from "../../lib/sys";
import { expect } from "./expect";

const KERNEL: u64 = 0xffffffc000200000;
const HUGE: u64 = 0x7fff_ffff_ffff_ffff;

const scratch: usize = memory.data(128, 8);

function call(number: i32, a0: u64 = 0, a1: u64 = 0, a2: u64 = 0): i64 {
  return syscall(number, a0, a1, a2, 0, 0, 0);
}

function signals(): void {
  const self = <u64>getpid();
  expect("kill with signal 4", call(S.SYS_KILL, self, 4), EINVAL);
  expect("kill with signal 32", call(S.SYS_KILL, self, 32), EINVAL);
  expect("kill with a huge signal", call(S.SYS_KILL, self, HUGE), EINVAL);
  expect("kill with flags 2", call(S.SYS_KILL, self, SIGINT, 2), EINVAL);
  expect("catch_signals of SIGKILL", call(S.SYS_CATCH_SIGNALS, 1 << SIGKILL), EINVAL);
  expect("catch_signals of a huge mask", call(S.SYS_CATCH_SIGNALS, HUGE), EINVAL);
  expect("catch_signals", call(S.SYS_CATCH_SIGNALS, (1 << SIGINT) | (1 << SIGTERM)), 0);
  expect("kill of oneself, caught", call(S.SYS_KILL, self, SIGINT), 0);
  expect("kill of oneself and descendants, caught", call(S.SYS_KILL, self, SIGTERM, 1), 0);
  epRecv(EPID_NONE, 0);
  expect(
    "the notification of a signal",
    i64((load<u64>(MESSAGE_PAGE + MESSAGE_DATA) & NOTIFY_SIGNAL) != 0),
    -1,
  );
  const both = (1 << SIGINT) | (1 << SIGTERM);
  expect("the signals that came", call(S.SYS_CATCH_SIGNALS, 0), -(<i32>both));
  expect("the signals that came, again", call(S.SYS_CATCH_SIGNALS, 0), 0);
}

/** Whether the list of processes has this one, once, with its name. */
function listsUs(): bool {
  const entry = new ProcessEntry();
  let found = 0;
  for (let at = 0; (at = nextProcess(at, entry)) > 0;)
    if (entry.pid == getpid() && entry.name == "selftest-calls") found++;
  return found == 1;
}

export function information(): void {
  signals();
  expect("process_info of another size", call(S.SYS_PROCESS_INFO, 1, scratch, PROCESS_INFO_SIZE - 1), EINVAL);
  expect("process_info into the kernel", call(S.SYS_PROCESS_INFO, 1, KERNEL, PROCESS_INFO_SIZE), EFAULT);
  expect("process_info from 128 on", call(S.SYS_PROCESS_INFO, 128, scratch, PROCESS_INFO_SIZE), 0);
  expect("process_info from a huge index on", call(S.SYS_PROCESS_INFO, HUGE, scratch, PROCESS_INFO_SIZE), 0);
  expect("process_info lists us", i64(listsUs()), -1);
  expect("endpoint_info of another size", call(S.SYS_ENDPOINT_INFO, 1, scratch, 0), EINVAL);
  expect("endpoint_info into the kernel", call(S.SYS_ENDPOINT_INFO, 1, KERNEL, ENDPOINT_INFO_SIZE), EFAULT);
  expect(
    "endpoint_info from a huge index on",
    call(S.SYS_ENDPOINT_INFO, HUGE, scratch, ENDPOINT_INFO_SIZE),
    0,
  );
  expect("endpoint_info", call(S.SYS_ENDPOINT_INFO, 0, scratch, ENDPOINT_INFO_SIZE), -2);
  expect("log_history into the kernel", call(S.SYS_LOG_HISTORY, KERNEL, 64), EFAULT);
  expect("log_history of nothing", call(S.SYS_LOG_HISTORY, scratch, 0), 0);
  expect("log_history", call(S.SYS_LOG_HISTORY, scratch, 128), -128);
  expect("wall_clock runs", i64(call(S.SYS_WALL_CLOCK) > 1_600_000_000_000_000_000), -1);
}
