// The terminal that a person sits at, as the console service keeps it (docs/services/console.md).

import { EPID_CONSOLE } from "../../../abi/endpoints";
import { CONSOLE_INTERRUPT, CONSOLE_LINES, CONSOLE_MODE, CONSOLE_RAW } from "../../../abi/ops";
import { ipcCallService, request } from "../hnx_ipc/call";

/** Bytes as they are typed, without echo (true), or lines, edited by the console. → 0; -ENOTTY: it is no terminal */
export function setRawMode(raw: bool): i32 {
  const m = request(CONSOLE_MODE).withU32(raw ? CONSOLE_RAW : CONSOLE_LINES);
  return min(ipcCallService(EPID_CONSOLE, m), 0);
}

/** From now on ^C, while lines are edited, is SIGINT for this process, and ^\ SIGQUIT. → 0, -ENOTTY */
export function takeInterrupts(): i32 {
  return min(ipcCallService(EPID_CONSOLE, request(CONSOLE_INTERRUPT)), 0);
}
