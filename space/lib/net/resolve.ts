// Names to addresses: asks the resolvers that came with the machine's own address, over UDP. Query ids and, by the stack, ports
// are random; answers count only from the resolver that was asked (the socket is connected to it). Bounded: every try has a
// time limit, and there are few.

import { EHOSTUNREACH, EIO, ENOENT } from "../../../abi/errno";
import { close } from "../fs/file";
import { randomU64 } from "../process/random";
import { parseAddress } from "./address";
import {
  NO_SUCH_NAME,
  NOT_OURS,
  QUERY_MAX,
  RESPONSE_MAX,
  SERVER_FAILED,
  addresses,
  buildQuery,
  readResponse,
} from "./dns_message";
import { Interface, waitForAddress } from "./interface";
import { OPTION_RECEIVE_TIMEOUT_MS, connect, datagramSocket, receive, send, setOption } from "./socket";

export { addresses } from "./dns_message";

const DNS_PORT: u32 = 53;
const TRIES: u32 = 3; // of each resolver
const TRY_MS: u32 = 2000;
const MAX_STRANGE: u32 = 16; // answers to something else, in one try
export const ADDRESS_WAIT_NS: i64 = 10_000_000_000;

const query: usize = heap.alloc(QUERY_MAX);
const response: usize = heap.alloc(RESPONSE_MAX);

/** The resolver that answered last. */
export let answeredBy: u32 = 0;

/** One question to one resolver. → as readResponse(); NOT_OURS: no answer */
function ask(fd: i32, name: string): i32 {
  const id = (<u32>randomU64()) & 0xffff;
  const size = buildQuery(query, id, name);
  if (send(fd, query, size) < 0) return NOT_OURS;
  for (let i: u32 = 0; i < MAX_STRANGE; i++) {
    const got = receive(fd, response, RESPONSE_MAX);
    if (got < 0) return NOT_OURS;
    const result = readResponse(response, got, id);
    if (result != NOT_OURS) return result;
  }
  return NOT_OURS;
}

/** Asks one resolver, TRIES times. */
function askServer(server: u32, name: string): i32 {
  const fd = datagramSocket();
  if (fd < 0) return NOT_OURS;
  setOption(fd, OPTION_RECEIVE_TIMEOUT_MS, TRY_MS);
  let result = connect(fd, server, DNS_PORT) < 0 ? SERVER_FAILED : NOT_OURS;
  for (let i: u32 = 0; i < TRIES && result == NOT_OURS; i++) result = ask(fd, name);
  close(fd);
  answeredBy = server;
  return result;
}

/**
 * The addresses of `name`, or of "a.b.c.d" itself, in `addresses`. → how many, at least 1; -ENOENT: there is no such name, or it
 * has none; -ENETUNREACH: the machine has no address; -EHOSTUNREACH: no resolver is known or answers; -EIO: it failed
 */
export function resolve(name: string): i32 {
  const number = parseAddress(name);
  if (number >= 0) {
    addresses[0] = <u32>number;
    return 1;
  }
  if (name == "localhost") {
    addresses[0] = 0x7f00_0001;
    return 1;
  }
  if (!buildQuery(query, 0, name)) return -ENOENT;
  const own = new Interface();
  const status = waitForAddress(own, ADDRESS_WAIT_NS);
  if (status < 0) return status;
  let result = own.dns0 ? askServer(own.dns0, name) : NOT_OURS;
  if ((result == NOT_OURS || result == SERVER_FAILED) && own.dns1) result = askServer(own.dns1, name);
  if (result > 0) return result;
  if (result == 0 || result == NO_SUCH_NAME) return -ENOENT;
  return result == NOT_OURS ? -EHOSTUNREACH : -EIO;
}
