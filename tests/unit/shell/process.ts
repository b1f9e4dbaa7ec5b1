// One program under Node: its module, its memory, its descriptors and the system calls that it may make.

import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { EBADF, ECHILD, EFAULT, EINVAL, ENOSYS } from "../../../abi/errno.ts";
import { DIRECTORY_FD, MAX_FDS } from "../../../abi/limits.ts";
import { O_APPEND, O_RDONLY, O_WRONLY, S_IFIFO } from "../../../abi/file.ts";
import * as call from "../../../abi/syscall.ts";
import { writeBlock } from "./arguments.ts";
import {
  direntRecords,
  makeFile,
  type OpenFile,
  readFile,
  statFsRecord,
  statRecord,
  truncateFile,
  writeFile,
} from "./files.ts";
import type { Machine } from "./machine.ts";
import { systemHandlers } from "./system.ts";

const INFO_BYTES = 80;
const O_CREATE_WRITE_TRUNCATE = 0x241;

/** What SYS_EXIT throws. */
export class ExitSignal extends Error {
  constructor(readonly status: number) {
    super(`exit ${status}`);
  }
}

interface ProgramExports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  main(): number;
}

type Handler = (...args: number[]) => number;

const modules = new Map<string, WebAssembly.Module>();

function moduleOf(program: string): WebAssembly.Module {
  let module = modules.get(program);
  if (!module) {
    const file = `build/wasm/${program}.wasm`;
    if (!existsSync(file)) throw new Error(`${file} is missing: run ./hnx build ${program}`);
    module = new WebAssembly.Module(readFileSync(file));
    modules.set(program, module);
  }
  return module;
}

export class Process {
  private readonly exports: ProgramExports;
  private readonly descriptors: (OpenFile | undefined)[];
  private readonly children = new Map<number, number>();
  private readonly listings = new Map<OpenFile, Buffer[]>();
  private clock_ns = 0;

  constructor(
    private readonly machine: Machine,
    program: string,
    block: Buffer,
    inherited: (OpenFile | undefined)[],
    private directory = "/",
  ) {
    const handlers = this.handlers();
    const sys = {
      call: (number: number, ...args: bigint[]) => BigInt(handlers[number]?.(...args.map(Number)) ?? -ENOSYS),
      counter: () => 1n,
      epCall: () => BigInt(this.machine.console(this.exports.memory)),
      epRecv: (_epid: number, timeout_ns: bigint) => {
        this.clock_ns += Number(timeout_ns);
        return 0n;
      },
    };
    const nothing = (): void => undefined;
    const raw = {
      load64: () => 0n,
      store64: nothing,
      jump: nothing,
      wildSvc: nothing,
      floatingPoint: nothing,
    };
    const instance = new WebAssembly.Instance(moduleOf(program), { sys, raw });
    this.exports = instance.exports as unknown as ProgramExports;
    this.descriptors = inherited.slice(0, 3);
    writeBlock(this.exports.memory, block);
  }

  private readonly paths = new Map<OpenFile, string>();

  main(): number {
    this.exports._initialize();
    return this.exports.main();
  }

  private slice(address: number, size: number): Buffer {
    const { buffer } = this.exports.memory;
    if (address + size > buffer.byteLength) throw new Error(`the program names ${size} bytes at ${address}`);
    return Buffer.from(buffer, address, size);
  }

  private path(address: number, size: number): string {
    const path = this.slice(address, size).toString("latin1");
    return path === "" || path.startsWith("/") || this.directory === "/" ? path : `${this.directory}/${path}`;
  }

  private lowestFree(): number {
    const free = this.descriptors.indexOf(undefined);
    return free >= 0 ? free : this.descriptors.length;
  }

  private install(file: OpenFile | number): number {
    if (typeof file === "number") return file;
    const fd = this.lowestFree();
    if (fd >= MAX_FDS) throw new Error("the program leaks descriptors");
    this.descriptors[fd] = file;
    return fd;
  }

  private duplicate(fd: number, target: number): number {
    const file = this.descriptors[fd];
    if (!file) return -EBADF;
    if (target === DIRECTORY_FD) {
      this.directory = posix.normalize(this.paths.get(file) ?? "/").replace(/(.)\/$/, "$1");
      return target;
    }
    const to = target < 0 ? this.lowestFree() : target;
    for (let i = this.descriptors.length; i < to; i++) this.descriptors[i] = undefined;
    this.descriptors[to] = file;
    return to;
  }

  /** A pipe without a limit: who writes runs to its end before who reads is started. */
  private makePipe(address: number): number {
    const node = { ...makeFile(), mode: S_IFIFO | 0o600 };
    const ends = this.slice(address, 8);
    ends.writeUInt32LE(this.install({ node, flags: O_RDONLY, position: 0 }), 0);
    ends.writeUInt32LE(this.install({ node, flags: O_WRONLY | O_APPEND, position: 0 }), 4);
    return 0;
  }

  /** Opens a file, and notes the path for a chdir. */
  private open(path: string, flags: number): number {
    const file = this.machine.files.open(path, flags);
    if (typeof file !== "number") this.paths.set(file, path);
    return this.install(file);
  }

  private copyOut(bytes: Buffer | number, address: number): number {
    if (typeof bytes === "number") return bytes;
    bytes.copy(this.slice(address, bytes.length));
    return bytes.length;
  }

  private readDirectory(file: OpenFile, address: number, size: number): number {
    const records = this.listings.get(file) ?? direntRecords(file.node);
    if (typeof records === "number") return records;
    this.listings.set(file, records);
    const taken: Buffer[] = [];
    while (records.length && Buffer.concat([...taken, records[0]]).length <= size)
      taken.push(...records.splice(0, 1));
    return this.copyOut(Buffer.concat(taken), address);
  }

  /** The call with the open file that its first argument names, or -EBADF. */
  private withFile(handler: (file: OpenFile, ...args: number[]) => number): Handler {
    return (fd, ...args) => {
      const file = this.descriptors[fd];
      return file ? handler(file, ...args) : -EBADF;
    };
  }

  private handlers(): Record<number, Handler> {
    const tell = systemHandlers((address, size) => this.slice(address, size), this.machine);
    return { ...this.pathHandlers(), ...this.fileHandlers(), ...this.processHandlers(), ...tell };
  }

  private pathHandlers(): Record<number, Handler> {
    const { files } = this.machine;
    return {
      [call.SYS_OPEN]: (path, size, flags) => this.open(this.path(path, size), flags),
      [call.SYS_CREAT]: (path, size) =>
        this.install(files.open(this.path(path, size), O_CREATE_WRITE_TRUNCATE)),
      [call.SYS_MKDIR]: (path, size) => files.mkdir(this.path(path, size)),
      [call.SYS_RMDIR]: (path, size) => files.remove(this.path(path, size), true),
      [call.SYS_UNLINK]: (path, size) => files.remove(this.path(path, size), false),
      [call.SYS_STAT]: (path, size, record) => this.statPath(path, size, record),
      [call.SYS_LSTAT]: (path, size, record) => this.statPath(path, size, record),
      [call.SYS_RENAME]: (from, fromSize, to, toSize) =>
        files.rename(this.path(from, fromSize), this.path(to, toSize)),
      [call.SYS_LINK]: (from, fromSize, to, toSize) =>
        files.link(this.path(from, fromSize), this.path(to, toSize)),
      [call.SYS_CHANGE]: (path, size, changed, mode) => {
        const node = files.find(this.path(path, size));
        if (typeof node === "number") return node;
        if (changed & 1) node.mode = (node.mode & ~0o7777) | mode;
        return 0;
      },
      [call.SYS_GETCWD]: (_fd, address) => this.copyOut(Buffer.from(this.directory, "latin1"), address),
      [call.SYS_SYNC]: () => 0,
      [call.SYS_MOUNT]: (path, size, source, sourceSize, type, last) =>
        this.machine.mount(
          this.path(source, sourceSize),
          this.path(path, size),
          this.path(type, last % 2 ** 32),
          last / 2 ** 32,
        ),
      [call.SYS_UMOUNT]: (path, size) => this.machine.umount(this.path(path, size)),
      [call.SYS_STATFS]: (path, size, record) => {
        const node = files.find(this.path(path, size));
        return typeof node === "number" ? node : Math.min(0, this.copyOut(statFsRecord(), record));
      },
    };
  }

  private statPath(path: number, size: number, record: number): number {
    const node = this.machine.files.find(this.path(path, size));
    return typeof node === "number" ? node : Math.min(0, this.copyOut(statRecord(node), record));
  }

  private fileHandlers(): Record<number, Handler> {
    return {
      [call.SYS_READ]: this.withFile((file, address, size) => this.copyOut(readFile(file, size), address)),
      [call.SYS_WRITE]: this.withFile((file, address, size) =>
        writeFile(file, Buffer.from(this.slice(address, size))),
      ),
      [call.SYS_FSTAT]: this.withFile((file, record) =>
        Math.min(0, this.copyOut(statRecord(file.node), record)),
      ),
      [call.SYS_READDIR]: this.withFile((file, address, size) => this.readDirectory(file, address, size)),
      [call.SYS_LSEEK]: this.withFile((file, offset) => (file.position = offset)),
      [call.SYS_FTRUNCATE]: this.withFile((file, size) => truncateFile(file, size)),
      [call.SYS_DUP2]: (fd, target) => this.duplicate(fd, target),
      [call.SYS_PIPE]: (address) => this.makePipe(address),
      [call.SYS_CLOSE]: (fd) => {
        if (!this.descriptors[fd]) return -EBADF;
        this.descriptors[fd] = undefined;
        return 0;
      },
    };
  }

  private processHandlers(): Record<number, Handler> {
    return {
      [call.SYS_EXIT]: (status) => {
        throw new ExitSignal(status);
      },
      [call.SYS_YIELD]: () => 0,
      [call.SYS_CLOCK]: () => this.clock_ns,
      [call.SYS_KILL]: (pid) => (this.children.has(pid) ? 0 : -EINVAL),
      [call.SYS_SPAWN_SERVICE]: (path, pathSize, block, size) => {
        const inherited = this.descriptors.slice(0, 3) as OpenFile[];
        const child = this.machine.spawn(
          this.path(path, pathSize),
          Buffer.from(this.slice(block, size)),
          inherited,
          this.directory,
        );
        if (typeof child === "number") return child;
        this.children.set(child.pid, child.status);
        return child.pid;
      },
      [call.SYS_WAIT4]: (pid, address) => {
        const status = this.children.get(pid);
        if (status === undefined) return -ECHILD;
        this.children.delete(pid);
        this.slice(address, 4).writeUInt32LE(status);
        return pid;
      },
      [call.SYS_SYSTEM_INFO]: (address, size) => {
        if (size < INFO_BYTES) return -EFAULT;
        const info = this.slice(address, INFO_BYTES).fill(0);
        [65536, 60000, 7, 5, 3, 9].forEach((value, i) => info.writeUInt32LE(value, i * 4));
        return INFO_BYTES;
      },
    };
  }
}
