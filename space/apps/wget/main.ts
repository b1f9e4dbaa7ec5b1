// wget: fetches one file over HTTP/1.1, with a Content-Length or until the server closes.

import { EBADMSG, EMSGSIZE } from "../../../abi/errno";
import { CommandLine, eprintln } from "../../lib/console";
import { STDOUT, close, creat, writeAll } from "../../lib/fs";
import {
  ADDRESS_WAIT_NS,
  Interface,
  LOOPBACK_ADDRESS,
  OPTION_RECEIVE_TIMEOUT_MS,
  addresses,
  connect,
  receive,
  resolve,
  send,
  setOption,
  streamSocket,
  waitForAddress,
} from "../../lib/net";
import { args } from "../../lib/process";
import { bodyAt, bodySize, isChunked, length, readHead, status } from "./head";
import { HELP } from "./help";
import { Url, parseUrl } from "./url";

const BUFFER_BYTES: u32 = 65536;
const QUIET_MS: u32 = 30_000; // a server that says nothing for so long is given up
const STATUS_OK: i32 = 200;

let fetched: u64 = 0;

/** Connects to the URL's host and sends the request. → descriptor or -errno */
function begin(url: Url): i32 {
  const found = resolve(url.host);
  if (found < 0) return found;
  if (addresses[0] != LOOPBACK_ADDRESS) {
    const ready = waitForAddress(new Interface(), ADDRESS_WAIT_NS);
    if (ready < 0) return ready;
  }
  const fd = streamSocket();
  if (fd < 0) return fd;
  setOption(fd, OPTION_RECEIVE_TIMEOUT_MS, QUIET_MS);
  let result = connect(fd, addresses[0], url.port);
  if (result >= 0) {
    const text = `GET ${url.path} HTTP/1.1\r\nHost: ${url.authority}\r\nUser-Agent: hnx-wget\r\nConnection: close\r\n\r\n`;
    const bytes = String.UTF8.encode(text);
    result = send(fd, changetype<usize>(bytes), bytes.byteLength);
  }
  if (result >= 0) return fd;
  close(fd);
  return result;
}

/** Copies the body to descriptor `out`. → 0 or -errno; -EBADMSG: it ended before its length */
function copyBody(fd: i32, out: i32): i32 {
  const buffer = heap.alloc(BUFFER_BYTES);
  let at = bodyAt;
  let size = <i32>bodySize;
  while (true) {
    if (length >= 0) size = <i32>min<u64>(size, <u64>length - fetched);
    const error = size ? writeAll(out, at, size) : 0;
    if (error) return error;
    fetched += size;
    if (length >= 0 && fetched == <u64>length) return 0;
    size = receive(fd, buffer, BUFFER_BYTES);
    if (size < 0) return size;
    if (size == 0) return length < 0 ? 0 : -EBADMSG;
    at = buffer;
  }
}

function fetch(cli: CommandLine, url: Url, target: string): void {
  const fd = begin(url);
  if (fd < 0) return cli.complain(url.authority, fd);
  const head = readHead(fd);
  if (head == -EMSGSIZE) cli.complainText(url.authority, "the response's head is too long");
  else if (head == -EBADMSG) cli.complainText(url.authority, "the response is no HTTP");
  else if (head < 0) cli.complain(url.authority, head);
  else if (status != STATUS_OK) cli.complainText(url.path, `the server answers ${status}`);
  else if (isChunked) cli.complainText(url.path, "a body in chunks, which this wget does not read");
  else {
    const out = target == "-" ? STDOUT : creat(target);
    if (out < 0) cli.complain(target, out);
    else {
      const error = copyBody(fd, out);
      if (error == -EBADMSG)
        cli.complainText(url.path, `the connection ended after ${fetched} bytes of ${length}`);
      else if (error) cli.complain(target, error);
      if (out != STDOUT) close(out);
    }
  }
  close(fd);
}

export function main(): i32 {
  const cli = new CommandLine("wget", "q", HELP, 2);
  if (!cli.parse(args())) return cli.status;
  const operands = cli.operands;
  if (operands.length < 1 || operands.length > 2) {
    cli.refuse("a URL is needed, and a file at most");
    return cli.status;
  }
  const url = parseUrl(operands[0]);
  if (!url) {
    cli.refuse(`${operands[0]} is no http URL`);
    return cli.status;
  }
  const target = operands.length == 2 ? operands[1] : url.fileName.length ? url.fileName : "index.html";
  fetch(cli, url, target);
  if (!cli.has("q") && !cli.status) eprintln(`wget: ${fetched} bytes`);
  return cli.finish();
}
