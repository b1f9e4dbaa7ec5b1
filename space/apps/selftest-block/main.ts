// Self-test of the block service, for tests/boot/block*.test.ts. Status 0 or 1.
//
//   selftest-block list                 every device: name, sectors, first sector, flags
//   selftest-block sum NAME             CRC-32 of the whole device
//   selftest-block write NAME SEED      fills the device with a pattern, flushes, and prints the pattern's CRC-32
//   selftest-block read NAME SECTOR     reads one sector and prints the result
//   selftest-block hostile NAME         requests that must be refused
//   selftest-block abandon NAME         asks for much and ends without waiting
//   selftest-block until-death NAME     has the service killed, reads until then, and then some more

import { ECONNREFUSED, ENODEV } from "../../../abi/errno";
import { BLOCK_READ } from "../../../abi/ops";
import { EPID_BLOCK } from "../../../abi/endpoints";
import { SYS_EP_CREATE } from "../../../abi/syscall";
import {
  BlockDevice,
  blockRequest,
  connectCompletions,
  describeDevice,
  findDevice,
  readSectors,
} from "../../lib/block";
import { println } from "../../lib/console";
import { ipcSend, request } from "../../lib/hnx_ipc";
import { args } from "../../lib/process";
import { EPID_KILLER, KILLER_KILL } from "../../services/service-killer/protocol";
import { syscall } from "../../lib/sys";
import { checksumDevice, failure, writeDevice } from "./bulk";
import { checked, tryHostile, wrong } from "./hostile";
import { SharedMemory } from "./shared_memory";

const ABANDONED: u32 = 20;
const LATER_READS: u32 = 10;
const ABANDONED_SECTORS: u32 = 128;
const KILL_DELAY_NS: u64 = 100_000_000;

function list(): i32 {
  const device = new BlockDevice();
  let id: u32 = 0;
  let status = describeDevice(id, device);
  for (; status == 0; status = describeDevice(++id, device)) {
    println(`${device.name} ${device.sectors} sectors at ${device.first}, flags ${device.flags}`);
  }
  return status == -ENODEV ? 0 : 1;
}

function abandon(device: BlockDevice): i32 {
  const memory = new SharedMemory();
  const epid = <u32>syscall(SYS_EP_CREATE, 0, 0, 0, 0, 0, 0);
  let status = connectCompletions(epid) || memory.create(ABANDONED_SECTORS / 8);
  for (let i: u32 = 0; i < ABANDONED && !status; i++) {
    status = blockRequest(BLOCK_READ, device.id, 0, ABANDONED_SECTORS).piece(memory.attachment, 0).submit();
  }
  return status;
}

/** Reads until a read fails: the first error may be a held call's, all later ones say that nobody is there. */
function untilDeath(device: BlockDevice): i32 {
  const memory = new SharedMemory();
  let status = memory.create(ABANDONED_SECTORS / 8);
  ipcSend(EPID_KILLER, request(KILLER_KILL).withU32(EPID_BLOCK).withU64(KILL_DELAY_NS));
  while (status == 0) status = readSectors(device.id, 0, ABANDONED_SECTORS, memory.attachment, 0);
  println(`selftest-block: ended with ${status}`);
  let refused: u32 = 0;
  for (let i: u32 = 0; i < LATER_READS; i++) {
    if (readSectors(device.id, 0, 1, memory.attachment, 0) == -ECONNREFUSED) refused++;
  }
  println(`selftest-block: ${refused} later reads refused`);
  return refused == LATER_READS ? 0 : 1;
}

function result(what: string, name: string, value: i64): i32 {
  println(
    failure ? `selftest-block: ${what} ${name}: ${failure}` : `selftest-block: ${what} ${name}: ${value}`,
  );
  return failure ? 1 : 0;
}

function onDevice(what: string, device: BlockDevice, argument: string): i32 {
  if (what == "sum") return result(what, device.name, checksumDevice(device));
  if (what == "write") return result(what, device.name, writeDevice(device, <u32>U32.parseInt(argument)));
  if (what == "abandon") return abandon(device);
  if (what == "until-death") return untilDeath(device);
  if (what == "hostile") {
    tryHostile(device);
    println(`selftest-block: ${checked} checked, ${wrong} wrong`);
    return wrong ? 1 : 0;
  }
  if (what != "read") return 2;
  const memory = new SharedMemory();
  const attached = memory.create(1);
  const status = attached || readSectors(device.id, U64.parseInt(argument), 1, memory.attachment, 0);
  return result(what, device.name, status);
}

export function main(): i32 {
  const argv = args();
  if (argv.length > 1 && argv[1] == "list") return list();
  const device = new BlockDevice();
  if (argv.length < 3 || findDevice(argv[2], device) != 0) {
    println("selftest-block: no such device");
    return 1;
  }
  return onDevice(argv[1], device, argv.length > 3 ? argv[3] : "0");
}
