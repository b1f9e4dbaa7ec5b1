// ICMP (RFC 792):   type 1 | code 1 | checksum 2 | rest 4 | data …

export const ICMP_TYPE: u32 = 0;
export const ICMP_CODE: u32 = 1;
export const ICMP_CHECKSUM: u32 = 2;
export const ICMP_REST: u32 = 4; // echo: id 2, sequence 2 · parameter problem: pointer 1 · too big: MTU in the last 2
export const ICMP_HEADER: u32 = 8;

export const ICMP_ECHO_REPLY: u32 = 0;
export const ICMP_UNREACHABLE: u32 = 3;
export const ICMP_SOURCE_QUENCH: u32 = 4;
export const ICMP_REDIRECT: u32 = 5;
export const ICMP_ECHO: u32 = 8;
export const ICMP_TIME_EXCEEDED: u32 = 11;
export const ICMP_PARAMETER_PROBLEM: u32 = 12;

export const UNREACHABLE_NET: u32 = 0;
export const UNREACHABLE_HOST: u32 = 1;
export const UNREACHABLE_PROTOCOL: u32 = 2;
export const UNREACHABLE_PORT: u32 = 3;
export const UNREACHABLE_TOO_BIG: u32 = 4; // fragmentation needed and DF set
export const EXCEEDED_REASSEMBLY: u32 = 1;

/** Whether a type reports an error: about those no error is reported. */
export function isIcmpError(type: u32): bool {
  return (
    type == ICMP_UNREACHABLE ||
    type == ICMP_SOURCE_QUENCH ||
    type == ICMP_REDIRECT ||
    type == ICMP_TIME_EXCEEDED ||
    type == ICMP_PARAMETER_PROBLEM
  );
}
