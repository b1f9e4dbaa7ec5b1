// IP options of what arrives (RFC 1122 3.2.1.8): they are walked so that a malformed one is found, and otherwise left
// alone. A source route that ends here is no reason to refuse; one that does not asks this host to forward, which it never
// does. A malformed option is told to the sender (Parameter Problem).

import { IP_HEADER_ERRORS, count } from "./counters";
import { sendParameterProblem } from "./icmp_errors";
import { IP_HEADER } from "./ip4_format";

const END: u32 = 0;
const NO_OPERATION: u32 = 1;
const LOOSE_ROUTE: u32 = 131;
const STRICT_ROUTE: u32 = 137;

/** Walks the options of a packet of `total` bytes whose header has `header`. false: it is to be dropped. */
export function areOptionsSound(ip: usize, header: u32, total: u32): bool {
  let offset = IP_HEADER;
  while (offset < header) {
    const kind = <u32>load<u8>(ip + offset);
    if (kind == END) return true;
    if (kind == NO_OPERATION) {
      offset += 1;
      continue;
    }
    const length = offset + 1 < header ? <u32>load<u8>(ip + offset, 1) : 0;
    if (length < 2 || length > header - offset) {
      count(IP_HEADER_ERRORS);
      sendParameterProblem(ip, total, offset);
      return false;
    }
    if ((kind == LOOSE_ROUTE || kind == STRICT_ROUTE) && isRouteUnfinished(ip + offset, length)) {
      count(IP_HEADER_ERRORS);
      return false;
    }
    offset += length;
  }
  return true;
}

/** A route's third byte points, counting from 1, at the next hop; beyond the option's end there is none. */
function isRouteUnfinished(option: usize, length: u32): bool {
  return length >= 3 && <u32>load<u8>(option, 2) <= length;
}
