// Self-test: `selftest-soak MESSAGES SEED` asks the soak server for a run (plan.ts) and prints what came of it. Status 0 when
// every message came once, whole and in its order, and none waited behind a lower one that was taken after it came.

import { PRIORITY_HIGH } from "../../../abi/endpoints";
import { println } from "../../lib/console";
import { ipcCallService, message, request } from "../../lib/hnx_ipc";
import { args, clock_ns } from "../../lib/process";
import {
  BEHIND_LOWER,
  CALLS,
  CLIENTS,
  DAMAGED,
  DOUBLED,
  LOST,
  OP_RUN,
  OVERTAKEN,
  RECEIVED,
  SERVER,
  WAITED,
} from "./plan";

const NS_PER_MS: i64 = 1_000_000;

function countOf(what: u32): u64 {
  return load<u64>(message().data + ((<usize>what) << 3));
}

export function main(): i32 {
  const argv = args();
  if (argv.length != 3) {
    println("usage: selftest-soak MESSAGES SEED");
    return 2;
  }
  const messages = U64.parseInt(argv[1]);
  const seed = U64.parseInt(argv[2]);
  const began_ns = clock_ns();
  const code = ipcCallService(SERVER, request(OP_RUN, PRIORITY_HIGH).withU64(messages).withU64(seed));
  if (code < 0) {
    println(`selftest-soak: the server answers ${code}`);
    return 1;
  }
  const elapsed_ms = (clock_ns() - began_ns) / NS_PER_MS;
  const received = countOf(RECEIVED);
  const calls = countOf(CALLS);
  const waited = countOf(WAITED);
  const lost = countOf(LOST);
  const doubled = countOf(DOUBLED);
  const damaged = countOf(DAMAGED);
  const overtaken = countOf(OVERTAKEN);
  const behind = countOf(BEHIND_LOWER);
  println(
    `selftest-soak: ${received} messages of ${CLIENTS} clients, ${calls} calls, ${waited} waited, seed ${seed}, ${elapsed_ms} ms`,
  );
  println(
    `selftest-soak: ${lost} lost, ${doubled} doubled, ${damaged} damaged, ${overtaken} overtaken, ${behind} behind lower ones`,
  );
  return received == messages && lost + doubled + damaged + overtaken + behind == 0 ? 0 : 1;
}
