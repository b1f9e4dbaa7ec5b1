// A machine for init: its module over a kernel that builds processes, with services that answer, a console and a shell, all
// played under Node. boot() runs main() to its end.

import { existsSync, readFileSync } from "node:fs";
import { CONFIG_RECEIVE } from "../../../abi/construct.ts";
import { EPID_CONSOLE, EPID_SUPERVISOR } from "../../../abi/endpoints.ts";
import { ECONNREFUSED, EINVAL, ESRCH, ETIMEDOUT } from "../../../abi/errno.ts";
import { OP_DESCRIBE, VFS_WRITE } from "../../../abi/ops.ts";
import { ARGUMENT_BLOCK } from "../../../abi/program.ts";
import {
  SYS_CLOCK,
  SYS_CLOSE,
  SYS_DUP2,
  SYS_EP_ABANDON,
  SYS_OPEN,
  SYS_POWEROFF,
  SYS_PROC_INHERIT,
  SYS_SPAWN_SERVICE,
  SYS_WAIT4,
} from "../../../abi/syscall.ts";
import { compileManifest } from "../../../toolchain/manifest.ts";
import { type ArchiveEntry, makeArchive } from "../harness/cpio.ts";
import { AT, DATA_MAX, PAGE } from "../harness/message.ts";
import { argumentBlock } from "../loader/client.ts";
import { type FakeProcess, ProcessKernel } from "../loader/process_kernel.ts";
import { makeProgram } from "../loader/program.ts";

const MODULE = "build/wasm/init.wasm";
const SHELL_PID = 500;
const WNOHANG = 1n;
const WNOWAIT = 2n;
const FLAG_NOTIFICATION = 1;
const NOTIFY_CHILD = 1n << 34n;
const CONTROL_TOKEN = 0x1207n;

/** A request to init's endpoint. */
export interface ControlRequest {
  op: number;
  data: Uint8Array;
  window?: Uint8Array;
}

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

/** The services that these tests start; what others the machine has says nothing new of init. */
const SERVICES = ["console", "vfs", "network", "block", "loader"];

/** The machine's own manifest, reduced to SERVICES and compiled. */
export function ownManifest(
  change: (manifest: { services: Record<string, unknown>[] }) => void = () => undefined,
): Buffer {
  const manifest = JSON.parse(readFileSync("system.json", "utf8")) as { services: Record<string, unknown>[] };
  manifest.services = manifest.services.filter(({ name }) => SERVICES.includes(name as string));
  change(manifest);
  const programs = new Set(manifest.services.map(({ program }) => program as string));
  return compileManifest("system.json", JSON.stringify(manifest), programs);
}

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
  /** The shell goes on until then, whatever `deaths` says. */
  shellEndsWhen: () => boolean = () => true;
  openResult = 0;
  spawnResult = SHELL_PID;
  readonly spawned: Spawn[] = [];
  readonly descriptors = new Map<number, string>();
  powerOffs: number[] = [];
  now_ns = 0n;
  /** [new process, dead one] of each attempt to inherit. */
  readonly inherited: [number, number][] = [];
  readonly abandoned: number[] = [];
  /** What programs ask of init, one each time it waits, and what they got: [value, data]. */
  requests: ControlRequest[] = [];
  readonly answers: [number, Buffer][] = [];
  private readonly dead = new Map<number, number>();
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
    this.handlers.set(SYS_CLOCK, () => Number(this.now_ns));
    this.handlers.set(SYS_PROC_INHERIT, ([pid, corpse]) => {
      this.inherited.push([Number(pid), Number(corpse)]);
      return -ESRCH;
    });
    this.handlers.set(SYS_EP_ABANDON, ([endpoint]) => {
      this.abandoned.push(Number(endpoint));
      return 0;
    });
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
      const result = this.describeResults.get(endpoint) ?? (isOwned ? 0 : -ECONNREFUSED);
      if (result === -ETIMEDOUT) this.now_ns += timeout_ns;
      return BigInt(result);
    };
    imports.sys.epRecv = (epid: number, timeout_ns: bigint) => this.receive(epid, timeout_ns);
    imports.sys.epReply = (info: bigint, token: bigint, value: bigint) => {
      if (token !== CONTROL_TOKEN) throw new Error(`init answers ${token}`);
      const length = Number((info >> 32n) & 0xffffn);
      this.answers.push([Number(value), Buffer.from(this.slice(PAGE + AT.data, length))]);
      return 0n;
    };
    return imports;
  }

  /** The process that receives on an endpoint. */
  service(endpoint: number): FakeProcess | undefined {
    const owns = ({ pid, config }: FakeProcess): boolean =>
      !this.dead.has(pid) &&
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

  /** A program's request, or the time that passes when there is none. */
  private receive(epid: number, timeout_ns: bigint): bigint {
    if (epid !== EPID_SUPERVISOR) throw new Error(`init receives from ${epid}`);
    const page = this.slice(PAGE, AT.data + DATA_MAX).fill(0);
    if (this.nextDeath()) {
      page.writeUInt16LE(FLAG_NOTIFICATION, AT.info + 6);
      page.writeBigUInt64LE(NOTIFY_CHILD, AT.data);
      return 0n;
    }
    const request = this.requests.shift();
    if (!request) {
      this.now_ns += timeout_ns;
      return BigInt(-ETIMEDOUT);
    }
    page.writeBigUInt64LE(CONTROL_TOKEN, AT.id);
    page.writeUInt16LE(request.op, AT.info);
    page.writeUInt16LE(request.data.length, AT.info + 4);
    page.set(request.data, AT.data);
    this.token = CONTROL_TOKEN;
    this.windows = request.window ? [{ bytes: request.window }] : [];
    return 0n;
  }

  protected override kill(pid: bigint, signal: number): number {
    if (Number(pid) === SHELL_PID) return this.deaths.some((death) => death.pid === "shell") ? 0 : -ESRCH;
    if (!this.processes.get(Number(pid))?.started) return super.kill(pid, signal);
    this.dead.set(Number(pid), signal);
    return 0;
  }

  /** The next child that has ended. */
  private nextDeath(): (typeof this.deaths)[number] | undefined {
    const death = this.deaths[0];
    if (death === undefined) return undefined;
    if (death.pid === "shell") return this.spawned.length > 0 && this.shellEndsWhen() ? death : undefined;
    // A process dies after it was made; ids from SHELL_PID on are orphans'.
    return death.pid < SHELL_PID && !this.processes.has(death.pid) ? undefined : death;
  }

  private wait(pid: bigint, statusAt: number, flags: bigint): number {
    const named = Number(BigInt.asIntN(32, pid));
    if (named !== -1) return this.waitFor(named, statusAt);
    if (flags !== (WNOHANG | WNOWAIT)) throw new Error(`init waits for any child with flags ${flags}`);
    const death = this.nextDeath();
    if (death === undefined) return 0;
    this.deaths.shift();
    this.slice(statusAt, 4).writeUInt32LE(death.status);
    const ended = death.pid === "shell" ? SHELL_PID : death.pid;
    this.dead.set(ended, death.status);
    return ended;
  }

  /** A dead child by its id. */
  private waitFor(pid: number, statusAt: number): number {
    const status = this.dead.get(pid);
    if (status === undefined) throw new Error(`init waits for ${pid}, which lives`);
    this.slice(statusAt, 4).writeUInt32LE(status);
    return pid;
  }
}
