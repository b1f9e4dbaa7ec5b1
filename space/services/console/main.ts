// The console service: the PL011 UART as /dev/console, and the kernel's log (docs/services/console.md).
// argv: console [tty]. "tty": a person sits at the other end. start, dispatch and notify are what tests call.

import { DEVICE_UART } from "../../../abi/construct";
import { SYS_DRIVER_REGISTER, SYS_MAP_MMIO, SYS_REQUEST_IRQ } from "../../../abi/syscall";
import { message } from "../../lib/hnx_ipc";
import { args, reservePages } from "../../lib/process";
import { syscall } from "../../lib/sys";
import { Pl011 } from "./pl011";
import { ConsoleService, UART_INTERRUPT_BIT } from "./service";

const TERMINAL_MODE = "tty";

let service: ConsoleService | null = null;

/** Takes the UART from the kernel and serves it as argv says. → 0 or -errno */
export function start(): i32 {
  const argv = args();
  const terminal = argv.length > 1 && argv[1] == TERMINAL_MODE;
  const page = reservePages(1);
  const offset = <i32>syscall(SYS_MAP_MMIO, DEVICE_UART, 0, page, 0, 0, 0);
  if (offset < 0) return offset;
  const interrupt = <i32>syscall(SYS_REQUEST_IRQ, DEVICE_UART, 0, UART_INTERRUPT_BIT, 0, 0, 0);
  if (interrupt < 0) return interrupt;
  const registered = <i32>syscall(SYS_DRIVER_REGISTER, DEVICE_UART, 0, 0, 0, 0, 0);
  if (registered < 0) return registered;
  const console = new ConsoleService(new Pl011(page + offset), terminal);
  service = console;
  console.begin();
  return 0;
}

/** Handles the request in the message page. → its result, or LATER */
export function dispatch(): i64 {
  return service!.request(message());
}

/** Handles notification bits. */
export function notify(bits: u64): void {
  service!.notification(bits);
}

export function main(): i32 {
  const error = start();
  return error ? -error : service!.run();
}
