// Where the tables of core/ipc lie in the kernel's wasm address space, and how large they are. Fixed addresses, so that
// reaching an entry is one addition; linker/kernel.ld keeps the room (TABLES), kernel/memory/layout.ts continues after.
//
//   TABLES      threads     MAX_PROCESSES × THREAD_SIZE
//               endpoints   MAX_ENDPOINTS × ENDPOINT_SIZE
//               rights      MAX_PROCESSES × MAX_ENDPOINTS bytes: rights of process p on the endpoint with index e
//               messages    MAX_QUEUED_MESSAGES × QUEUED_MESSAGE_SIZE
//               cancelled   MAX_PROCESSES × 8: the last cancelled token of each thread slot

import { GRANT_SIZE } from "../../abi/message";
import { MAX_ENDPOINTS, MAX_MESSAGE_DATA, MAX_PROCESSES, MAX_QUEUED_MESSAGES } from "../../abi/limits";

export const TABLES: usize = 0x280000;
export const THREAD_SIZE: usize = 512;
export const ENDPOINT_SIZE: usize = 128;
export const QUEUE_ITEM_SIZE: usize = 32;
/** The item, the grant that travels along, the data. */
export const QUEUED_MESSAGE_SIZE: usize = QUEUE_ITEM_SIZE + GRANT_SIZE + MAX_MESSAGE_DATA;

export const THREAD_TABLE: usize = TABLES;
export const ENDPOINT_TABLE: usize = THREAD_TABLE + <usize>MAX_PROCESSES * THREAD_SIZE;
export const RIGHTS_TABLE: usize = ENDPOINT_TABLE + <usize>MAX_ENDPOINTS * ENDPOINT_SIZE;
export const MESSAGE_TABLE: usize = RIGHTS_TABLE + <usize>(MAX_PROCESSES * MAX_ENDPOINTS);
export const CANCELLED_TABLE: usize = MESSAGE_TABLE + <usize>MAX_QUEUED_MESSAGES * QUEUED_MESSAGE_SIZE;
export const IPC_TABLES_END: usize = CANCELLED_TABLE + <usize>MAX_PROCESSES * 8;
