// Programs that this one runs, in the shape of Node's child_process with "Sync" in the name. Output is inherited: what the child
// writes goes where ours goes. Paths are paths; nothing is looked for in PATH.

import { shellStatus } from "../../../abi/wait";
import { spawn, wait } from "../process";
import { note } from "./errors";

/** Starts a program. → its process id, for waitFor(), or -1: lastError() says why. args: without the program's name */
export function start(path: string, args: string[] = []): i32 {
  const argv = [path];
  for (let i = 0; i < args.length; i++) argv.push(args[i]);
  const pid = spawn(path, argv);
  return note(pid) ? pid : -1;
}

/** Waits for a child to end. → its exit status, 128 + signal if it was killed, -1: it is no child of ours */
export function waitFor(pid: i32): i32 {
  const status = wait(pid);
  return note(status) ? shellStatus(<u32>status) : -1;
}

/** Runs a program to its end. → as waitFor(), or -1: it could not be started */
export function spawnSync(path: string, args: string[] = []): i32 {
  const pid = start(path, args);
  return pid < 0 ? -1 : waitFor(pid);
}
