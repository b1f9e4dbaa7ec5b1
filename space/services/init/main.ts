// init, process 1: the one program that the kernel loads itself. It starts the services that the manifest names, waits until
// they serve, does what the boot arguments ask for, and switches the machine off. docs/services/init.md.
//
// argv: init, and the kernel's boot arguments as they are. All privileges.

import { EPID_CONSOLE } from "../../../abi/endpoints";
import { CURRENT_OFFSET, VFS_WRITE } from "../../../abi/ops";
import { SYS_POWEROFF } from "../../../abi/syscall";
import { ipcCallService, request } from "../../lib/hnx_ipc";
import { findFile, logArchiveFailure, openArchive } from "../../lib/loader";
import { LOG_ERROR, logLine } from "../../lib/log";
import { args } from "../../lib/process/arguments";
import { strerror } from "../../lib/process/errors";
import { syscall } from "../../lib/sys";
import { BootArguments, MODE_BOOT, MODE_SHELL, parseBootArguments } from "./boot_arguments";
import { readManifest } from "./manifest";
import { setNetwork, setTerminal } from "./services";
import { runShell } from "./shell";
import { startServices, waitForServices } from "./supervise";

const MANIFEST: string = "/etc/system.bin";
const CONSOLE_HANDLE: u32 = 1;
const FLUSH_TIMEOUT_NS: i64 = 1_000_000_000;

/** Reads the manifest from the boot archive. → whether there is one; if not, the log says why */
function loadManifest(): bool {
  const files = openArchive();
  if (files < 0) logArchiveFailure(files);
  const path = String.UTF8.encode(MANIFEST);
  const file = findFile(changetype<usize>(path), path.byteLength);
  if (file === null) {
    logLine.text("no manifest: the boot archive has no ").text(MANIFEST).write(LOG_ERROR);
    return false;
  }
  const fault = readManifest(file.data, file.size);
  if (fault.length == 0) return true;
  logLine.text(MANIFEST).text(": ").text(fault).write(LOG_ERROR);
  return false;
}

/** Starts all services and waits until they answer. → how many failed */
function startSystem(boot: BootArguments): u32 {
  if (!loadManifest()) return 1;
  setTerminal(boot.mode == MODE_SHELL);
  setNetwork(boot.network);
  const failures = startServices();
  return failures + waitForServices();
}

/** What the boot arguments ask for. → the machine's exit status */
function perform(boot: BootArguments): i32 {
  const failures = startSystem(boot);
  if (boot.mode == MODE_BOOT) return failures ? 1 : 0;
  return runShell(boot.mode == MODE_SHELL ? ["sh"] : ["sh", "-c", boot.command]);
}

/** Waits until the console has sent what it holds of the log and of others: switching off would lose it. */
function flushConsole(): void {
  const m = request(VFS_WRITE).withU32(CONSOLE_HANDLE).withU32(0).withU64(CURRENT_OFFSET);
  ipcCallService(EPID_CONSOLE, m, FLUSH_TIMEOUT_NS);
}

export function main(): i32 {
  const argv = args();
  const status = perform(parseBootArguments(argv.length > 1 ? argv[1] : ""));
  flushConsole();
  const error = <i32>syscall(SYS_POWEROFF, status, 0, 0, 0, 0, 0);
  logLine.text("cannot switch the machine off: ").text(strerror(error)).write(LOG_ERROR);
  return status;
}
