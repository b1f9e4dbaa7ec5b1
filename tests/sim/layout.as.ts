// Where the kernel keeps what the simulation looks at: table addresses, entry sizes, field offsets, and the constants of abi/ that
// Node cannot import. AssemblyScript; the toolchain compiles it (asconfig.json, constants) and layout.ts reads its exports.

import {
  NOTIFY_CHILD as notifyChild,
  NOTIFY_DRAIN as notifyDrain,
  NOTIFY_LOG as notifyLog,
  NOTIFY_READY as notifyReady,
  NOTIFY_SIGNAL as notifySignal,
} from "../../abi/endpoints";
import * as message from "../../abi/message";
import { Endpoint } from "../../core/ipc/endpoint";
import * as tables from "../../core/ipc/tables";
import * as thread from "../../core/ipc/thread";
import { Thread } from "../../core/ipc/thread";
import * as layout from "../../kernel/memory/layout";
import { MemoryObject } from "../../kernel/memory/objects";
import { PTE_DEVICE as pteDevice, PTE_OWNED as pteOwned } from "../../kernel/memory/page_table";
import * as wait from "../../abi/wait";
import { Process, processAt, regionAddress } from "../../kernel/process/process";
import { Core, readyQueue } from "../../kernel/sched/core";

export const THREAD_TABLE: usize = tables.THREAD_TABLE;
export const THREAD_SIZE: usize = tables.THREAD_SIZE;
export const ENDPOINT_TABLE: usize = tables.ENDPOINT_TABLE;
export const ENDPOINT_SIZE: usize = tables.ENDPOINT_SIZE;
export const RIGHTS_TABLE: usize = tables.RIGHTS_TABLE;
export const MESSAGE_TABLE: usize = tables.MESSAGE_TABLE;
export const QUEUED_MESSAGE_SIZE: usize = tables.QUEUED_MESSAGE_SIZE;
export const PROCESS_TABLE: usize = layout.PROCESS_TABLE;
export const PROCESS_SIZE: usize = layout.PROCESS_SIZE;
export const OBJECT_TABLE: usize = layout.OBJECT_TABLE;
export const OBJECT_SIZE: usize = layout.OBJECT_SIZE;
export const CORE_TABLE: usize = layout.CORE_TABLE;
export const KERNEL_WINDOW: usize = layout.KERNEL_WINDOW;
export const TABLES_END: usize = layout.TABLES_END;

export const THREAD_SP: usize = offsetof<Thread>("sp");
export const THREAD_PC: usize = offsetof<Thread>("pc");
export const THREAD_PSTATE: usize = offsetof<Thread>("pstate");
export const THREAD_STATE: usize = offsetof<Thread>("state");
export const THREAD_FRAME: usize = offsetof<Thread>("frame");
export const THREAD_PRIORITY: usize = offsetof<Thread>("priority");
export const THREAD_BASE_PRIORITY: usize = offsetof<Thread>("basePriority");
export const THREAD_TOKEN: usize = offsetof<Thread>("token");
export const THREAD_SERVER: usize = offsetof<Thread>("server");
export const THREAD_ENDPOINT: usize = offsetof<Thread>("endpoint");
export const THREAD_ITEM: usize = offsetof<Thread>("qNext");
export const THREAD_PID: usize = offsetof<Thread>("pid");
export const THREAD_NOTIFIED: usize = offsetof<Thread>("notified");
export const THREAD_WAITS_ANY: usize = offsetof<Thread>("waitsAny");
export const THREAD_OWNED: usize = offsetof<Thread>("owned");
export const THREAD_MESSAGE_PAGE: usize = offsetof<Thread>("messagePage");
export const THREAD_READY_NEXT: usize = offsetof<Thread>("readyNext");
export const THREAD_READY_PREV: usize = offsetof<Thread>("readyPrev");
export const THREAD_TIMER_NEXT: usize = offsetof<Thread>("timerNext");
export const THREAD_TIMER_PREV: usize = offsetof<Thread>("timerPrev");
export const THREAD_DEADLINE: usize = offsetof<Thread>("deadline");
export const THREAD_TRANSLATION: usize = offsetof<Thread>("translation");

export const STATE_FREE: u32 = thread.STATE_FREE;
export const STATE_BUILDING: u32 = thread.STATE_BUILDING;
export const STATE_READY: u32 = thread.STATE_READY;
export const STATE_SENDING: u32 = thread.STATE_SENDING;
export const STATE_RECEIVING: u32 = thread.STATE_RECEIVING;
export const STATE_AWAITING_REPLY: u32 = thread.STATE_AWAITING_REPLY;
export const STATE_WAITING_CHILD: u32 = thread.STATE_WAITING_CHILD;
export const STATE_ZOMBIE: u32 = thread.STATE_ZOMBIE;

// Of a QueueItem, which a thread holds at THREAD_ITEM and a stored message begins with.
export const ITEM_NEXT: usize = 0;
export const ITEM_PREV: usize = offsetof<Thread>("qPrev") - offsetof<Thread>("qNext");
export const ITEM_KIND: usize = offsetof<Thread>("qKind") - offsetof<Thread>("qNext");
export const ITEM_PID: usize = offsetof<Thread>("pid") - offsetof<Thread>("qNext");
export const ITEM_INFO: usize = offsetof<Thread>("qInfo") - offsetof<Thread>("qNext");

export const ENDPOINT_ID: usize = offsetof<Endpoint>("id");
export const ENDPOINT_STATE: usize = offsetof<Endpoint>("state");
export const ENDPOINT_OWNER: usize = offsetof<Endpoint>("owner");
export const ENDPOINT_WAITER: usize = offsetof<Endpoint>("waiter");
export const ENDPOINT_QUEUED: usize = offsetof<Endpoint>("queued");
export const ENDPOINT_QUEUES: usize = offsetof<Endpoint>("head0");
export const ENDPOINT_STORED: usize = offsetof<Endpoint>("stored");
export const ENDPOINT_NEXT_OWNED: usize = offsetof<Endpoint>("nextOwned");

export const PROCESS_LEVEL1: usize = 0;
export const PROCESS_PARENT: usize =
  changetype<usize>(processAt(0)) - layout.PROCESS_TABLE + offsetof<Process>("parent");
export const PROCESS_MEMORY_PAGES: usize =
  changetype<usize>(processAt(0)) - layout.PROCESS_TABLE + offsetof<Process>("memoryPages");
export const PROCESS_MEMORY_MAXIMUM: usize =
  changetype<usize>(processAt(0)) - layout.PROCESS_TABLE + offsetof<Process>("memoryMaximum");
export const PROCESS_REGION_COUNT: usize =
  changetype<usize>(processAt(0)) - layout.PROCESS_TABLE + offsetof<Process>("regions");
export const PROCESS_REGIONS: usize = regionAddress(processAt(0), 0) - layout.PROCESS_TABLE;

export const OBJECT_ID: usize = offsetof<MemoryObject>("id");
export const OBJECT_KIND: usize = offsetof<MemoryObject>("kind");
export const OBJECT_PAGES: usize = offsetof<MemoryObject>("pages");
export const OBJECT_BASE: usize = offsetof<MemoryObject>("base");
export const OBJECT_MAPPINGS: usize = offsetof<MemoryObject>("mappings");

export const CORE_NEXT: usize = offsetof<Core>("next");
export const CORE_CURRENT: usize = offsetof<Core>("current");
export const CORE_READY_MASK: usize = offsetof<Core>("readyMask");
export const CORE_QUANTUM_END: usize = offsetof<Core>("quantumEnd");
export const CORE_TIMER_ARMED: usize = offsetof<Core>("timerArmed");
export const CORE_TIMERS: usize = offsetof<Core>("timers");
export const CORE_SWITCHES: usize = offsetof<Core>("switches");
export const CORE_READY_QUEUES: usize =
  readyQueue(changetype<Core>(layout.CORE_TABLE), 0) - layout.CORE_TABLE;

export const PTE_OWNED: u64 = pteOwned;
export const PTE_DEVICE: u64 = pteDevice;

export const NOTIFY_DRAIN: u64 = notifyDrain;
export const NOTIFY_LOG: u64 = notifyLog;
export const NOTIFY_CHILD: u64 = notifyChild;
export const NOTIFY_SIGNAL: u64 = notifySignal;
export const NOTIFY_READY: u64 = notifyReady;
export const FLAG_NOTIFICATION: u32 = message.FLAG_NOTIFICATION;
export const FLAG_ASYNC: u32 = message.FLAG_ASYNC;
export const FLAG_WINDOWS: u32 = message.FLAG_WINDOWS;
export const FLAG_KERNEL: u32 = message.FLAG_KERNEL;
export const FLAG_OTHER_ENDPOINT: u32 = message.FLAG_OTHER_ENDPOINT;
export const FLAG_TIMEOUT: u32 = message.FLAG_TIMEOUT;
export const FLAG_GRANT: u32 = message.FLAG_GRANT;
export const MESSAGE_WINDOWS: u32 = message.MESSAGE_WINDOWS;
export const MESSAGE_GRANT: u32 = message.MESSAGE_GRANT;
export const MESSAGE_TIMEOUT: u32 = message.MESSAGE_TIMEOUT;
export const MESSAGE_DATA: u32 = message.MESSAGE_DATA;
export const SIGILL: u32 = wait.SIGILL;
export const SIGTRAP: u32 = wait.SIGTRAP;
export const SIGKILL: u32 = wait.SIGKILL;
export const SIGSEGV: u32 = wait.SIGSEGV;
export const SIGSYS: u32 = wait.SIGSYS;
export const WNOHANG: u32 = wait.WNOHANG;
export const WNOWAIT: u32 = wait.WNOWAIT;
