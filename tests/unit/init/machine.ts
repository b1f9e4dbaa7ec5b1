// A machine for init: its module over a kernel that builds processes, with services that answer, a console and a shell, all
// played under Node. boot() runs main() to its end.

import { existsSync, readFileSync } from "node:fs";
import { CONFIG_RECEIVE } from "../../../abi/construct.ts";
import { EPID_CONSOLE } from "../../../abi/endpoints.ts";
import { ECHILD, ECONNREFUSED, EINVAL } from "../../../abi/errno.ts";
import { OP_DESCRIBE, VFS_WRITE } from "../../../abi/ops.ts";
import { ARGUMENT_BLOCK } from "../../../abi/program.ts";
import {
  SYS_CLOSE,
  SYS_DUP2,
  SYS_OPEN,
  SYS_POWEROFF,
  SYS_SPAWN_SERVICE,
  SYS_WAIT4,
} from "../../../abi/syscall.ts";
import { compileManifest } from "../../../toolchain/manifest.ts";
import { type ArchiveEntry, makeArchive } from "../harness/cpio.ts";
import { argumentBlock } from "../loader/client.ts";
import { type FakeProcess, ProcessKernel } from "../loader/process_kernel.ts";
import { makeProgram } from "../loader/program.ts";

const MODULE = "build/wasm/init.wasm";
const SHELL_PID = 500;
const WNOHANG = 1n;

export interface Child {
  pid: number;
  status: number;
}

export interface Spawn {
  path: string;
  argv: string[];
}

/** The strings of an argument block. */
export function readArguments(block: Buffer): string[] {
  const argv: string[] = [];
  let at = 8;
  for (let i = 0; i < block.readUInt32LE(0); i++) {
    const length = block.readUInt16LE(at);
    argv.push(block.toString("utf8", at + 2, at + 2 + length));
    at += 2 + length;
  }
  return argv;
}

/** The machine's own manifest, compiled. */
export function ownManifest(
  change: (manifest: { services: Record<string, unknown>[] }) => void = () => undefined,
): Buffer {
  const manifest = JSON.parse(readFileSync("system.json", "utf8")) as { services: Record<string, unknown>[] };
  change(manifest);
  const programs = new Set(manifest.services.map(({ program }) => program as string));
  return compileManifest("system.json", JSON.stringify(manifest), programs);
}

const SERVICES = ["console", "vfs", "network", "block", "loader"];

/** An archive with a program for every service, and the manifest. */
export function makeInitrd(manifest: Uint8Array | undefined = ownManifest(), without: string[] = []): Buffer {
  const programs = SERVICES.filter((name) => !without.includes(name)).map((name) => ({
    name: `sbin/${name}`,
    mode: 0o100755,
    data: makeProgram(),
  }));
  const table: ArchiveEntry[] = manifest ? [{ name: "etc/system.bin", data: manifest }] : [];
  return makeArchive([...programs, ...table]);
}

export class Machine extends ProcessKernel {
  /** Results of describing by endpoint, where it is not 0. */
  readonly describeResults = new Map<number, number>();
  readonly described: { endpoint: number; timeout_ns: bigint }[] = [];
  /** Children that end, in order. "shell": the shell. */
  deaths: (Child | { pid: "shell"; status: number })[] = [{ pid: "shell", status: 0 }];
  openResult = 0;
  spawnResult = SHELL_PID;
  readonly spawned: Spawn[] = [];
  readonly descriptors = new Map<number, string>();
  powerOffs: number[] = [];
  /** Empty writes to the console before the machine was switched off: init waits for its output. */
  flushes = 0;

  constructor(initrd: Uint8Array | undefined = makeInitrd()) {
    super();
    this.initrd = initrd;
    this.handlers.set(SYS_OPEN, ([path, size]) => this.open(Number(path), Number(size)));
    this.handlers.set(SYS_DUP2, ([fd, target]) => this.duplicate(Number(fd), Number(target)));
    this.handlers.set(SYS_CLOSE, ([fd]) => (this.descriptors.delete(Number(fd)) ? 0 : -EINVAL));
    this.handlers.set(SYS_SPAWN_SERVICE, (args) => this.spawn(args.map(Number)));
    this.handlers.set(SYS_WAIT4, ([pid, status, flags]) => this.wait(pid, Number(status), flags));
    this.handlers.set(SYS_POWEROFF, ([status]) => {
      this.powerOffs.push(Number(BigInt.asIntN(32, status)));
      return -EINVAL;
    });
  }

  override imports(): WebAssembly.Imports {
    const imports = super.imports();
    imports.sys.epCall = (endpoint: number, info: bigint, timeout_ns: bigint) => {
      if (Number(info & 0xffffn) === VFS_WRITE && endpoint === EPID_CONSOLE && this.powerOffs.length === 0) {
        this.flushes++;
        return 0n;
      }
      if (Number(info & 0xffffn) !== OP_DESCRIBE) throw new Error(`init calls ${endpoint} with ${info}`);
      this.described.push({ endpoint, timeout_ns });
      const isOwned = this.service(endpoint) !== undefined;
      return BigInt(this.describeResults.get(endpoint) ?? (isOwned ? 0 : -ECONNREFUSED));
    };
    return imports;
  }

  /** The process that receives on an endpoint. */
  service(endpoint: number): FakeProcess | undefined {
    const owns = ({ config }: FakeProcess): boolean =>
      config.some(({ what, value }) => what === CONFIG_RECEIVE && Number(value) === endpoint);
    return [...this.processes.values()].find(owns);
  }

  /** Runs init with the boot arguments. → the status of the machine */
  boot(bootArguments: string): number {
    if (!existsSync(MODULE)) throw new Error(`${MODULE} is missing: run ./hnx build init`);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(MODULE)), this.imports());
    const { memory, _initialize, main } = instance.exports as unknown as {
      memory: WebAssembly.Memory;
      _initialize: () => void;
      main: () => number;
    };
    new Uint8Array(memory.buffer).set(argumentBlock("init", bootArguments), ARGUMENT_BLOCK);
    this.attach(memory);
    _initialize();
    main();
    if (this.powerOffs.length !== 1) throw new Error(`powered off ${this.powerOffs.length} times`);
    if (this.flushes !== 1) throw new Error(`flushed the console ${this.flushes} times`);
    return this.powerOffs[0];
  }

  private open(path: number, size: number): number {
    if (this.openResult < 0) return this.openResult;
    this.descriptors.set(this.openResult, this.slice(path, size).toString("utf8"));
    return this.openResult;
  }

  private duplicate(fd: number, target: number): number {
    const name = this.descriptors.get(fd);
    if (name === undefined) return -EINVAL;
    this.descriptors.set(target, name);
    return target;
  }

  private spawn([path, pathSize, block, blockSize]: number[]): number {
    const argv = readArguments(Buffer.from(this.slice(block, blockSize)));
    this.spawned.push({ path: this.slice(path, pathSize).toString("utf8"), argv });
    return this.spawnResult;
  }

  private wait(pid: bigint, statusAt: number, flags: bigint): number {
    if (BigInt.asIntN(32, pid) !== -1n) throw new Error(`init waits for ${pid} only`);
    const death = this.deaths[0];
    if (death === undefined) return -ECHILD;
    if (death.pid === "shell" && this.spawned.length === 0) {
      if (flags !== WNOHANG) throw new Error("init waits for a shell that it did not start");
      return 0;
    }
    this.deaths.shift();
    this.slice(statusAt, 4).writeUInt32LE(death.status);
    return death.pid === "shell" ? SHELL_PID : death.pid;
  }
}
