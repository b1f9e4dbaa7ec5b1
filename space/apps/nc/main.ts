// nc: standard input and output over one TCP connection.

import { CommandLine } from "../../lib/console";
import { close } from "../../lib/fs";
import {
  ADDRESS_WAIT_NS,
  ANY_ADDRESS,
  Interface,
  accept,
  addresses,
  bind,
  connect,
  listen,
  resolve,
  streamSocket,
  waitForAddress,
} from "../../lib/net";
import { args } from "../../lib/process";
import { HELP } from "./help";
import { Pump } from "./pump";

const LOOPBACK_NETWORK: u32 = 127;

/** A port number, or -1. */
function portOf(text: string): i32 {
  const port = text.length && text.length < 6 ? <i32>I32.parseInt(text, 10) : -1;
  return port >= 1 && port <= 65535 && port.toString() == text ? port : -1;
}

/** Connects to `host`. → the connection or -errno */
function reach(host: string, port: u32): i32 {
  const found = resolve(host);
  if (found < 0) return found;
  if (addresses[0] >> 24 != LOOPBACK_NETWORK) waitForAddress(new Interface(), ADDRESS_WAIT_NS);
  const fd = streamSocket();
  if (fd < 0) return fd;
  const status = connect(fd, addresses[0], port);
  return status < 0 ? status : fd;
}

/** Waits for one connection to `port`. → the connection or -errno */
function awaitOne(port: u32): i32 {
  const listener = streamSocket();
  if (listener < 0) return listener;
  let status = bind(listener, ANY_ADDRESS, port);
  if (status >= 0) status = listen(listener, 1);
  if (status >= 0) status = accept(listener);
  close(listener);
  return status;
}

export function main(): i32 {
  const cli = new CommandLine("nc", "ln", HELP, 2);
  if (!cli.parse(args())) return cli.status;
  const operands = cli.operands;
  const isListening = cli.has("l");
  if (operands.length != (isListening ? 1 : 2)) {
    cli.refuse(isListening ? "a port is needed, and nothing else" : "a host and a port are needed");
    return cli.status;
  }
  const name = operands[operands.length - 1];
  const port = portOf(name);
  if (port < 0) {
    cli.refuse(`${name} is no port`);
    return cli.status;
  }
  const fd = isListening ? awaitOne(port) : reach(operands[0], port);
  if (fd < 0) {
    cli.complain(isListening ? `port ${name}` : operands[0], fd);
    return cli.finish();
  }
  const status = new Pump(fd, !cli.has("n")).run();
  close(fd);
  if (status < 0) cli.complain(isListening ? `port ${name}` : operands[0], status);
  return cli.finish();
}
