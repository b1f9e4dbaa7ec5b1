// The service's own tables, in the stack's arena: sockets by the stack's numbers, and calls that wait.

import { MAX_PROCESSES } from "../../../../abi/limits";
import { MAX_SOCKETS, SERVICE_TABLES } from "../stack/layout";

export const SOCKET_SIZE: u32 = 64;
export const SOCKET_TABLE: usize = SERVICE_TABLES;

/** A process has one call at a time, so all can wait. Number 0 is none. */
export const MAX_WAITERS: u32 = MAX_PROCESSES;
export const WAITER_SIZE: u32 = 320;
export const WAITER_TABLE: usize = SOCKET_TABLE + MAX_SOCKETS * SOCKET_SIZE;

/** Processes that watch sockets, by process slot. */
export const WATCHER_SIZE: u32 = 16;
export const WATCHER_TABLE: usize = WAITER_TABLE + (<usize>MAX_WAITERS + 1) * WAITER_SIZE;
export const SOCKETS_OF_TABLE: usize = WATCHER_TABLE + MAX_PROCESSES * WATCHER_SIZE; // u16 each: sockets of a process slot
export const SERVICE_TABLES_SIZE: usize = SOCKETS_OF_TABLE + MAX_PROCESSES * 2 - SERVICE_TABLES;

export function startTables(): void {
  memory.fill(SERVICE_TABLES, 0, SERVICE_TABLES_SIZE);
}
