// One piece of work for each service: uses it as programs do, checks what comes back, and leaves nothing behind. The result is 0,
// DAMAGED, or the -errno of the call that failed.

import { EAGAIN, EIO } from "../../../abi/errno";
import { BlockDevice, detachMemory, findDevice, readSectors } from "../../lib/block";
import { O_CREAT, O_RDWR, O_WRONLY, close, open, pread, pwrite, unlink, write } from "../../lib/fs";
import { OP_DESCRIBE } from "../../../abi/ops";
import { EPID_CONSOLE, ipcCallService, request } from "../../lib/hnx_ipc";
import { objectClose, objectUnmap } from "../../lib/memory_object";
import * as net from "../../lib/net";
import { env, getpid, sleep_ns, spawn, wait } from "../../lib/process";
import { SharedMemory } from "../selftest-block/shared_memory";

/** The service answered, and what it answered is wrong. */
export const DAMAGED: i32 = -10_000;

const SIZE: u32 = 8192;
const SECTORS: u32 = 64;
const SECTOR_WORDS: u32 = 128;
const BLOCK_PAGES: u32 = 8;
const PORT_BASE: u32 = 2000;
const ECHO_ADDRESS: u32 = 0x0a00_0202; // 10.0.2.2: the host, where the test has a server that sends everything back
const ECHO_PORT: string = "ECHO_PORT"; // the environment says at which port
const DATAGRAM_BYTES: u32 = 1024;
const RESEND_MS: u32 = 50;
/** While there is no driver there is no route, and connecting fails at once. */
const NO_ROUTE_NS: i64 = 10_000_000;

const buffer: usize = heap.alloc(SIZE);
const back: usize = heap.alloc(SIZE);
let round: u32 = 0;

/** Fills the buffer with what no earlier round wrote. */
function pattern(): void {
  round++;
  for (let at: u32 = 0; at < SIZE; at += 4) store<u32>(buffer + at, at * round + <u32>getpid());
}

function isWhole(size: u32): bool {
  return memory.compare(buffer, back, size) == 0;
}

/** A file is written, read back and removed. */
function useVfs(): i32 {
  const path = `/tmp/work-${getpid()}`;
  const fd = open(path, O_RDWR | O_CREAT);
  if (fd < 0) return fd;
  pattern();
  let status = pwrite(fd, buffer, SIZE, 0);
  if (status == <i32>SIZE) status = pread(fd, back, SIZE, 0);
  const closed = close(fd);
  const removed = unlink(path);
  if (status < 0) return status;
  if (<u32>status != SIZE || !isWhole(SIZE)) return DAMAGED;
  return closed < 0 ? closed : removed;
}

let disk: SharedMemory | null = null;
const device: BlockDevice = new BlockDevice();

/** 32 KiB of the disk, every word of which is the number of its sector. */
function useBlock(): i32 {
  if (disk === null) {
    const found = findDevice("vda", device);
    if (found < 0) return found;
    const memory = new SharedMemory();
    const created = memory.create(BLOCK_PAGES);
    if (created < 0) {
      release(memory);
      return created;
    }
    disk = memory;
  }
  const first = (<u64>++round * SECTORS) % (device.sectors - SECTORS);
  const status = readSectors(device.id, first, SECTORS, disk!.attachment, 0);
  if (status < 0) {
    release(disk!);
    disk = null;
    return status;
  }
  for (let i: u32 = 0; i < SECTORS; i++)
    if (load<u32>(disk!.address + <usize>i * SECTOR_WORDS * 4) != <u32>first + i) return DAMAGED;
  return 0;
}

/** The attachment of a block service that died is nobody's; what it was for is ours to give back. */
function release(memory: SharedMemory): void {
  if (memory.attachment) detachMemory(memory.attachment);
  if (memory.address) objectUnmap(memory.address);
  if (memory.object) objectClose(memory.object);
}

/** A connection of this program with itself carries SIZE bytes. */
function useNetwork(): i32 {
  const port = PORT_BASE + ((<u32>getpid()) & 0xfff);
  const listener = net.streamSocket();
  const client = net.streamSocket();
  let accepted = -1;
  let status = listener < 0 ? listener : client < 0 ? client : net.bind(listener, net.ANY_ADDRESS, port);
  if (status >= 0) status = net.listen(listener, 1);
  if (status >= 0) status = net.connect(client, net.LOOPBACK_ADDRESS, port);
  if (status >= 0) status = accepted = net.accept(listener);
  pattern();
  if (status >= 0) status = net.send(client, buffer, SIZE);
  if (status >= 0) status = receiveAll(accepted, status);
  if (accepted >= 0) close(accepted);
  if (client >= 0) close(client);
  if (listener >= 0) close(listener);
  return status;
}

function echoPort(): u32 {
  const port = env(ECHO_PORT);
  return port === null ? 0 : <u32>U32.parseInt(port);
}

/** A datagram goes through the card to who sends it back; what a dead driver loses is sent again, soon. */
function useNetworkDriver(): i32 {
  const fd = net.datagramSocket();
  if (fd < 0) return fd;
  pattern();
  let status = net.setOption(fd, net.OPTION_RECEIVE_TIMEOUT_MS, RESEND_MS);
  if (status >= 0) status = net.connect(fd, ECHO_ADDRESS, echoPort());
  if (status >= 0) status = -EAGAIN;
  while (status == -EAGAIN) {
    status = net.send(fd, buffer, DATAGRAM_BYTES);
    if (status >= 0) status = net.receive(fd, back, DATAGRAM_BYTES);
  }
  close(fd);
  if (status >= 0) return status == <i32>DATAGRAM_BYTES && isWhole(DATAGRAM_BYTES) ? 0 : DAMAGED;
  sleep_ns(NO_ROUTE_NS);
  return status;
}

function receiveAll(fd: i32, size: u32): i32 {
  let got: u32 = 0;
  while (got < size) {
    const n = net.receive(fd, back + got, size - got);
    if (n < 0) return n;
    if (n == 0) return -EIO;
    got += n;
  }
  return isWhole(size) ? 0 : DAMAGED;
}

function useLoader(): i32 {
  const pid = spawn("/bin/true", ["true"]);
  if (pid < 0) return pid;
  return wait(pid) == 0 ? 0 : DAMAGED;
}

function useConsole(): i32 {
  const fd = open("/dev/console", O_WRONLY);
  if (fd < 0) return fd;
  store<u8>(buffer, 0x2e);
  const written = write(fd, buffer, 1);
  const closed = close(fd);
  if (written < 0) return written;
  return closed < 0 ? closed : ipcCallService(EPID_CONSOLE, request(OP_DESCRIBE));
}

/** One piece of work with the service. */
export function work(service: string): i32 {
  if (service == "vfs") return useVfs();
  if (service == "block") return useBlock();
  if (service == "network") return useNetwork();
  if (service == "netdriver") return useNetworkDriver();
  if (service == "loader") return useLoader();
  return useConsole();
}

/** What the work keeps between two pieces. */
export function endWork(): void {
  if (disk !== null) release(disk!);
  disk = null;
}
