// The kernel's trace: events of 16 bytes, and the file in which they leave the machine (kernel/trace writes it,
// toolchain/trace reads it; docs/TRACE.md says how to use it). Little-endian.
//
//   event    63    56 55    48 47                                0
//           | detail |  kind  |  time: ticks of the counter       |
//           |     argument             |     process id           |
//            63                      32 31                       0
//
//   file     header · names, oldest first · events, oldest first
//
// Message word, the argument of TRACE_SEND and TRACE_RECEIVE:  31       24 23       16 15        0
//                                                             |   slot    | endpoint  |    op     |
// endpoint: index of the endpoint (0: not known); slot: the sender's, its process id & (MAX_PROCESSES - 1).

export const TRACE_EVENT_SIZE: u32 = 16;
export const MAX_TRACE_EVENTS: u32 = 65536; // the oldest are overwritten, and counted as lost
export const MAX_TRACE_NAMES: u32 = 512; // process starts; likewise

export const TRACE_KIND_SHIFT: u32 = 48;
export const TRACE_DETAIL_SHIFT: u32 = 56;
export const TRACE_OP_MASK: u32 = 0xffff;
export const TRACE_ENDPOINT_SHIFT: u32 = 16;
export const TRACE_ENDPOINT_MASK: u32 = 0xff;
export const TRACE_SLOT_SHIFT: u32 = 24;

// Kinds.                                      process          argument                  detail
export const TRACE_RUN: u32 = 1; //            runs now         who ran before, 0: none   why it does no more
export const TRACE_IDLE: u32 = 2; //           ran before       0                         why it does no more
export const TRACE_SYSTEM_CALL: u32 = 3; //    enters           number                    0
export const TRACE_RETURN: u32 = 4; //         goes on          its result's low half     0
export const TRACE_SEND: u32 = 5; //           sender           message word              priority, TRACE_ASYNC
export const TRACE_RECEIVE: u32 = 6; //        receiver         message word              priority, TRACE_ASYNC
export const TRACE_REPLY: u32 = 7; //          server           the caller's process id   0
export const TRACE_NOTIFICATION: u32 = 8; //   receiver         bits                      0: bits 0–31, 1: bits 32–63
export const TRACE_INTERRUPT: u32 = 9; //      runs, 0: none    interrupt id              0
export const TRACE_FAULT: u32 = 10; //         faults           page of the address       exception class (ESR_EL1.EC)
export const TRACE_START: u32 = 11; //         new process      its parent                0
export const TRACE_END: u32 = 12; //           dead process     status (abi/wait.ts)      0

// Why a process no longer runs: detail of TRACE_RUN and TRACE_IDLE.
export const TRACE_LEFT_READY: u32 = 1; // another one's turn: it could go on
export const TRACE_LEFT_CALLING: u32 = 2; // waits for the answer to its call
export const TRACE_LEFT_RECEIVING: u32 = 3; // waits for a message, a notification or a time
export const TRACE_LEFT_WAITING: u32 = 4; // waits for a child
export const TRACE_LEFT_DEAD: u32 = 5;

/** Detail of TRACE_SEND and TRACE_RECEIVE: no call, so nobody waits for an answer. */
export const TRACE_ASYNC: u32 = 0x80;

// The header.
export const TRACE_MAGIC: u32 = 0x54584e48; // "HNXT"
export const TRACE_VERSION: u32 = 1;
export const TRACE_HEADER_MAGIC: u32 = 0; // u32
export const TRACE_HEADER_VERSION: u32 = 4; // u32
export const TRACE_HEADER_HZ: u32 = 8; // u64: ticks a second
export const TRACE_HEADER_BOOT: u32 = 16; // u64: the counter when the image was entered
export const TRACE_HEADER_EVENTS: u32 = 24; // u32: events in the file
export const TRACE_HEADER_NAMES: u32 = 28; // u32: names in the file
export const TRACE_HEADER_LOST_EVENTS: u32 = 32; // u64: older ones that were overwritten
export const TRACE_HEADER_LOST_NAMES: u32 = 40; // u64
export const TRACE_HEADER_SIZE: u32 = 48;

// A name: of a process that was started.
export const TRACE_NAME_PID: u32 = 0; // u32
export const TRACE_NAME_LENGTH: u32 = 4; // u32: bytes, at most MAX_PROCESS_NAME
export const TRACE_NAME_TEXT: u32 = 8; // 16 bytes
export const TRACE_NAME_SIZE: u32 = 24;

/** Longest name of the file, bytes (boot argument `trace=`). */
export const MAX_TRACE_FILE_NAME: u32 = 255;
