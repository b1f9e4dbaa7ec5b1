// ping: ICMP echo requests to a host, one after the other.

import { EAGAIN } from "../../../abi/errno";
import { CommandLine, stdout } from "../../lib/console";
import { close } from "../../lib/fs";
import {
  OPTION_RECEIVE_TIMEOUT_MS,
  PROTOCOL_ICMP,
  addresses,
  connect,
  datagramSocket,
  formatAddress,
  receive,
  resolve,
  send,
  setOption,
  ADDRESS_WAIT_NS,
  Interface,
  waitForAddress,
} from "../../lib/net";
import { args, clock_ns } from "../../lib/process";
import { HELP } from "./help";

const DEFAULT_COUNT: u32 = 4;
const MAX_COUNT: u32 = 1000;
const PACKET_BYTES: u32 = 64;
const SEQUENCE: u32 = 6; // offset of the number in the packet, after type, code, checksum, identifier
const TIMEOUT_MS: u32 = 1000;

const packet: usize = heap.alloc(PACKET_BYTES);
const reply: usize = heap.alloc(PACKET_BYTES);

/** Sends request `number` and waits for its reply. → bytes of the reply, or -errno (-EAGAIN: none came) */
function echo(fd: i32, number: u32): i32 {
  memory.fill(packet, 0, PACKET_BYTES);
  store<u16>(packet, bswap<u16>(<u16>number), SEQUENCE);
  const sent = send(fd, packet, PACKET_BYTES);
  if (sent < 0) return sent;
  while (true) {
    const size = receive(fd, reply, PACKET_BYTES);
    if (size < 0) return size;
    if (<u32>size > SEQUENCE + 1 && bswap<u16>(load<u16>(reply, SEQUENCE)) == <u16>number) return size;
  }
}

function countOf(text: string): u32 {
  const count = text.length < 5 ? <i32>I32.parseInt(text, 10) : 0;
  return count > 0 && <u32>count <= MAX_COUNT && count.toString() == text ? count : 0;
}

function run(cli: CommandLine, host: string, count: u32): void {
  const found = resolve(host);
  if (found < 0) return cli.complain(host, found);
  const fd = datagramSocket(PROTOCOL_ICMP);
  if (fd < 0) return cli.complain(host, fd);
  if (addresses[0] >> 24 != 127) waitForAddress(new Interface(), ADDRESS_WAIT_NS);
  const status = connect(fd, addresses[0], 0);
  if (status < 0) return cli.complain(host, status);
  setOption(fd, OPTION_RECEIVE_TIMEOUT_MS, TIMEOUT_MS);
  let replies: u32 = 0;
  for (let number: u32 = 1; number <= count; number++) {
    const begin_ns = clock_ns();
    const size = echo(fd, number);
    if (size < 0 && size != -EAGAIN) cli.complain(host, size);
    if (size < 0) continue;
    replies++;
    stdout
      .number(<u64>size)
      .text(" bytes from ")
      .text(formatAddress(addresses[0]))
      .text(" seq=")
      .number(number);
    stdout
      .text(" time=")
      .number(<u64>((clock_ns() - begin_ns) / 1000))
      .text(" us")
      .newline();
    stdout.flush();
  }
  stdout.number(count).text(" sent, ").number(replies).text(" received").newline();
  if (!replies) cli.status = 1;
  close(fd);
}

export function main(): i32 {
  const cli = new CommandLine("ping", "", HELP, 2);
  if (!cli.parse(args())) return cli.status;
  const operands = cli.operands;
  const count = operands.length == 2 ? countOf(operands[1]) : DEFAULT_COUNT;
  if (operands.length < 1 || operands.length > 2 || !count) {
    cli.refuse("a host is needed, and a count from 1 to 1000 at most");
    return cli.status;
  }
  run(cli, operands[0], count);
  return cli.finish();
}
