// What the machine shall do, from the kernel's boot arguments (`-append` in QEMU). Words before "--" are read by whoever
// knows them; init knows mode= and hands ip=
// to the network service (docs/services/network.md). Everything after "-- " is the command, untouched.
//
//   semihosting mode=run -- echo hi; ls        run one command, power off with its status
//   semihosting mode=shell                     a shell on the console, power off with its status
//   semihosting mode=boot                      start all services, power off; also when nothing says otherwise

import { logWarn } from "../../lib/log";

export const MODE_BOOT: i32 = 0;
export const MODE_RUN: i32 = 1;
export const MODE_SHELL: i32 = 2;

const SEPARATOR: string = "--";
const MODE_PREFIX: string = "mode=";
const NETWORK_PREFIX: string = "ip=";
const NETWORK_MAX: i32 = 80; // longer ones are nonsense

export class BootArguments {
  constructor(
    public mode: i32,
    /** The command of MODE_RUN. */
    public command: string,
    /** ip=…, for the network service; "": nothing is said. */
    public network: string,
  ) {}
}

function modeOf(word: string): i32 {
  if (word == "run") return MODE_RUN;
  if (word == "shell") return MODE_SHELL;
  if (word != "boot") logWarn("the boot arguments name an unknown mode; known are run, shell and boot");
  return MODE_BOOT;
}

/** Reads the boot arguments. Of several modes the last counts; mode=run without a command is mode=boot. */
export function parseBootArguments(text: string): BootArguments {
  let mode = MODE_BOOT;
  let network = "";
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf(" ", at);
    if (end < 0) end = text.length;
    const word = text.substring(at, end);
    at = end + 1;
    if (word == SEPARATOR) break;
    if (word.startsWith(MODE_PREFIX)) mode = modeOf(word.substring(MODE_PREFIX.length));
    if (word.startsWith(NETWORK_PREFIX) && word.length <= NETWORK_MAX) network = word;
  }
  const command = at < text.length ? text.substring(at) : "";
  if (mode == MODE_RUN && command.trim().length == 0) {
    logWarn("mode=run without a command after `--`: nothing to run");
    mode = MODE_BOOT;
  }
  return new BootArguments(mode, command, network);
}
