// Self-test: what docs/PROTOCOL.md says of messages, endpoints and rights, seen from programs. Prints what is wrong, and a
// line with the result of each part; status 0 when nothing is. With arguments it is a child that the test started (child.ts):
//
//   selftest-ipc                      all checks
//   selftest-ipc ROLE ENDPOINT        plays a role towards the endpoint of the one that started it

import { println } from "../../lib/console";
import { args } from "../../lib/process";
import { checkEndpoints, checkReplies, checkSizes } from "./arguments";
import { playRole } from "./child";
import { checked, wrong } from "./expect";
import { checkDeath, checkLateReply, checkStranger } from "./peers";
import { checkCycle, checkGrants, checkRevocation } from "./rights";
import { checkAnyEndpoint, checkNotifications, checkQueues, checkTimeouts } from "./waiting";

let wrongBefore: u32 = 0;

/** Prints what came of the checks since the last report. */
function report(part: string): void {
  println(`selftest-ipc: ${part}: ${wrong - wrongBefore} wrong`);
  wrongBefore = wrong;
}

function runAll(): void {
  checkReplies();
  report("forged replies");
  checkEndpoints();
  report("stale endpoints");
  checkSizes();
  report("message sizes");
  checkQueues();
  report("full queues");
  checkTimeouts();
  report("polls and timeouts");
  checkAnyEndpoint();
  report("any endpoint");
  checkNotifications();
  report("notifications");
  checkStranger();
  report("no right");
  checkLateReply();
  report("late and doubled replies");
  checkDeath();
  report("dead peers");
  checkCycle();
  report("cycles");
  checkRevocation();
  report("revocation");
  checkGrants();
  report("grants");
  println(`selftest-ipc: ${checked} checked, ${wrong} wrong`);
}

export function main(): i32 {
  const words = args();
  if (words.length < 3) runAll();
  else playRole(words[1], <u32>U32.parseInt(words[2]));
  return wrong ? 1 : 0;
}
