// What a machine is started with, from the environment that make fills and from a command line, checked.
// Called by the commands that start QEMU. Wrong values are a Failure with exit status 64.

import path from "node:path";
import { existsSync } from "node:fs";
import { Failure } from "./failure.ts";

export interface MachineOptions {
  /** The shell command to run; undefined for a shell or a bare boot. */
  command?: string;
  /** Images of virtio-blk disks, absolute. */
  disks: string[];
  /** Forwards, host port → guest port; TCP's, and at every address of the host, unless one says otherwise. */
  forwards: { host: number; guest: number; protocol?: "udp"; address?: string }[];
  memory_mib: number;
}

export const EXIT_USAGE = 64;
const DISK_VARIABLES = ["DISK", "DISK2", "DISK3", "DISK4"];
const MEMORY_DEFAULT_MIB = 256;
const MEMORY_MIN_MIB = 16;
/** The kernel reaches RAM below 4 GiB, and the virt board's starts at 1 GiB. */
const MEMORY_MAX_MIB = 3072;
const PORT_MAX = 65535;

type Environment = Record<string, string | undefined>;

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > PORT_MAX) throw new Failure(`HOSTFWD: "${text}" is no TCP port`, EXIT_USAGE);
  return port;
}

/** Reads "8080:80" or several of them with commas between. */
export function parseForwards(text: string): MachineOptions["forwards"] {
  if (text === "") return [];
  return text.split(",").map((pair) => {
    const [host, guest, ...rest] = pair.split(":");
    if (guest === undefined || rest.length > 0) {
      throw new Failure(`HOSTFWD: "${pair}" is not host port:guest port, like 8080:80`, EXIT_USAGE);
    }
    return { host: parsePort(host), guest: parsePort(guest) };
  });
}

function parseMemory(text: string): number {
  const memory = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (memory < MEMORY_MIN_MIB || memory > MEMORY_MAX_MIB) {
    throw new Failure(
      `MEM: ${text} is not a number of MiB from ${MEMORY_MIN_MIB} to ${MEMORY_MAX_MIB}`,
      EXIT_USAGE,
    );
  }
  return memory;
}

function findDisk(file: string, callerFolder: string): string {
  const absolute = path.resolve(callerFolder, file);
  if (!existsSync(absolute)) throw new Failure(`DISK: there is no file ${absolute}`, EXIT_USAGE);
  return absolute;
}

/** Reads the options from make's variables; file names are relative to the caller's folder. */
export function readMachineOptions(environment: Environment): MachineOptions {
  const callerFolder = environment.HNX_CALLER_DIR ?? process.cwd();
  const given = DISK_VARIABLES.map((name) => environment[name] ?? "").filter((file) => file !== "");
  const smp = environment.SMP || "1";
  if (smp !== "1") throw new Failure(`SMP: ${smp} cores asked for, but the kernel runs on one`, EXIT_USAGE);
  return {
    command: environment.CMD || undefined,
    disks: given.map((file) => findDisk(file, callerFolder)),
    forwards: parseForwards(environment.HOSTFWD ?? ""),
    memory_mib: parseMemory(environment.MEM || String(MEMORY_DEFAULT_MIB)),
  };
}
