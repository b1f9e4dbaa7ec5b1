// What network calls carry: addresses, kinds of sockets, options, flags, the records of status calls. docs/services/network.md.

export const FAMILY_IPV4: u32 = 2;
export const FAMILY_IPV6: u32 = 10;

export const SOCKET_STREAM: u32 = 1; // TCP
export const SOCKET_DATAGRAM: u32 = 2; // UDP; with protocol PROTOCOL_ICMP: echo requests and their replies

export const PROTOCOL_DEFAULT: u32 = 0;

// A socket address. Every address has 128 bits; an IPv4 one is ::ffff:a.b.c.d, the unspecified one all zeros.
//   0        2       4          8         16       24
//   | family | port  | scope 0  | high    | low    |      numbers little-endian, the address in host order
export const ADDRESS_FAMILY: u32 = 0; // u16
export const ADDRESS_PORT: u32 = 2; // u16
export const ADDRESS_HIGH: u32 = 8; // u64
export const ADDRESS_LOW: u32 = 16; // u64
export const ADDRESS_SIZE: u32 = 24;
export const MAPPED_IPV4: u64 = 0x0000_ffff_0000_0000;

// Flags of NET_SEND and NET_RECV.
export const MESSAGE_DONT_WAIT: u32 = 0x40; // -EAGAIN rather than waiting
export const MESSAGE_PEEK: u32 = 2; // receive: leave the data there
export const MESSAGE_URGENT: u32 = 1; // send: the last byte is urgent

export const SHUTDOWN_RECEIVE: u32 = 0;
export const SHUTDOWN_SEND: u32 = 1;
export const SHUTDOWN_BOTH: u32 = 2;

// Options; values are numbers. (get): cannot be set.
export const OPTION_NON_BLOCKING: u32 = 1; // calls answer -EAGAIN rather than wait
export const OPTION_NO_DELAY: u32 = 2; // TCP: small segments go at once
export const OPTION_KEEP_ALIVE: u32 = 3; // TCP: a quiet peer is asked whether it is there
export const OPTION_KEEP_IDLE_S: u32 = 4; // after so many seconds; 7200
export const OPTION_SEND_BYTES: u32 = 5; // size of the send buffer: 4096 … 131072
export const OPTION_RECEIVE_BYTES: u32 = 6; // size of the receive buffer: 4096 … 131072
export const OPTION_ERROR: u32 = 7; // (get) the error that waits to be told, once
export const OPTION_BROADCAST: u32 = 8; // UDP: may send to everybody
export const OPTION_TTL: u32 = 9; // hops that what is sent may take: 1 … 255
export const OPTION_TOS: u32 = 10; // its type of service
export const OPTION_TYPE: u32 = 11; // (get) SOCKET_…
export const OPTION_ABORT_ON_CLOSE: u32 = 12; // TCP: closing resets the connection
export const OPTION_USER_TIMEOUT_S: u32 = 13; // TCP: seconds that data may be unacknowledged; 900
export const OPTION_URGENT_AHEAD: u32 = 14; // (get) TCP: bytes to read until the last urgent one
export const OPTION_RECEIVE_TIMEOUT_MS: u32 = 15; // receive and accept end with -EAGAIN after it; 0: never

// Events of NET_WATCH and NET_WAIT, and of poll.
export const POLL_IN: u32 = 1; // data, its end, a connection to accept
export const POLL_OUT: u32 = 4; // room for data, or the outcome of a connect
export const POLL_ERROR: u32 = 8;
export const POLL_HANG_UP: u32 = 0x10; // both directions are closed

export const WATCH_RECORD_SIZE: u32 = 8; // of NET_WAIT: u32 tag, u32 events
export const MAX_WATCH_RECORDS: u32 = 32; // in one answer

export const NAME_OWN: u32 = 0; // of NET_NAME
export const NAME_PEER: u32 = 1;

// Record of an interface: u32 flags, address, mask, gateway, resolver, second resolver, MTU, seconds of lease; u64 MAC address.
// IPv4 addresses in host order; 0: none.
export const INTERFACE_UP: u32 = 1;
export const INTERFACE_BY_DHCP: u32 = 2;
export const INTERFACE_BY_HAND: u32 = 4;
export const INTERFACE_RECORD_SIZE: u32 = 40;

// Record of a socket: u32 type, owner's process id, TCP's state (0 closed, 1 listen, then as RFC 9293 lists them), bytes to be
// read; its own and its peer's address.
export const SOCKET_RECORD_SIZE: u32 = 64;
