// Runs programs, the same modules that run on the machine, under Node: each with descriptors over one file tree. A program
// that is started runs to its end at once, and its parent finds its status when it waits.

import { EACCES, EBUSY, EINVAL, ENOENT, ENOEXEC, ENOTTY } from "../../../abi/errno.ts";
import { CONSOLE_MODE, CONSOLE_RAW } from "../../../abi/ops.ts";
import { argumentBlock, readArgumentBlock } from "./arguments.ts";
import { FileTree, makeDevice, makeFile, type OpenFile } from "./files.ts";
import { ExitSignal, Process } from "./process.ts";

/** Of abi/message.ts, whose decorators Node does not take. */
const MESSAGE_PAGE = 0x1000;
const MESSAGE_INFO = 0x10;
const MESSAGE_DATA = 0x80;
const O_RDWR = 2;
const SIGTRAP = 5;
const SIGSEGV = 11;
const PROGRAMS =
  "basename cat chmod clear cmp cp crash date dd df dirname dmesg echo env false find free grep head hexdump ipcstat ln ls md5sum mkdir mount mv ps pwd rm rmdir seq sh sleep sort stat sync tail tee top touch true truncate umount uniq uptime wc xargs".split(
    " ",
  );

export interface RunResult {
  status: number;
  out: string;
  err: string;
}

export class Machine {
  readonly files = new FileTree();
  /** Arguments of the programs that were started. */
  readonly started: string[][] = [];
  /** Environment of the program that was started last. */
  lastEnvironment: string[] = [];
  /** The open files that the outermost program has as 0–2. */
  private standard: OpenFile[] = [];
  private lastPid = 1;

  private readonly programs: string[];

  /** more: programs besides the usual ones. */
  constructor(more: readonly string[] = []) {
    this.programs = [...PROGRAMS, ...more];
    for (const name of this.programs)
      this.files.add(`/bin/${name}`, { ...makeFile("", 0o755), program: name });
    this.files.add("/sbin/init", makeFile("", 0o755));
    this.files.add("/etc/motd", makeFile("Welcome to HNX.\n"));
    this.files.add("/tmp/.keep", makeFile());
    this.files.remove("/tmp/.keep", false);
  }

  /** Runs `argv[0]` out of /bin. stdin: a device with these bytes, or an open file. */
  run(argv: (string | Uint8Array)[], stdin: string | OpenFile = "", environment: string[] = []): RunResult {
    return this.runBlock(argv[0] as string, argumentBlock(argv, environment), stdin);
  }

  /** Runs `program` with any bytes as its argument block. */
  runBlock(program: string, block: Buffer, stdin: string | OpenFile = ""): RunResult {
    const open = (): OpenFile => ({ node: makeDevice(), flags: O_RDWR, position: 0 });
    const input = typeof stdin === "string" ? { ...open(), node: makeDevice(stdin) } : stdin;
    this.standard = [input, open(), open()];
    const status = this.execute(program, block, this.standard);
    const [, out, err] = this.standard.map(({ node }) =>
      Buffer.from(node.written ?? "", "latin1").toString("utf8"),
    );
    return { status: status & 0x7f ? 128 + (status & 0x7f) : status >> 8, out, err };
  }

  /** Whether the console is a terminal, and whether it is in raw mode. */
  terminal = false;
  /** Seconds since 1970. */
  wallClock_s = 0;
  raw = false;

  /** A request to the console. */
  console(memory: WebAssembly.Memory): number {
    if (!this.terminal) return -ENOTTY;
    const page = new DataView(memory.buffer, MESSAGE_PAGE);
    if (page.getUint16(MESSAGE_INFO, true) === CONSOLE_MODE)
      this.raw = page.getUint32(MESSAGE_DATA, true) === CONSOLE_RAW;
    return 0;
  }

  /** What is mounted: "source type flags" by directory. */
  readonly mounts = new Map<string, string>();

  mount(source: string, path: string, type: string, flags: number): number {
    if (typeof this.files.find(path) === "number") return -ENOENT;
    if (this.mounts.has(path)) return -EBUSY;
    this.mounts.set(path, `${source} ${type} ${Math.floor(flags)}`);
    return 0;
  }

  umount(path: string): number {
    return this.mounts.delete(path) ? 0 : -EINVAL;
  }

  /** `sh -c text` */
  shell(text: string, stdin: string | OpenFile = ""): RunResult {
    return this.run(["sh", "-c", text], stdin);
  }

  /** Starts the program at `path` and lets it end. → { pid, status word }, or -errno */
  spawn(
    path: string,
    block: Buffer,
    inherited: OpenFile[],
    directory: string,
  ): { pid: number; status: number } | number {
    const node = this.files.find(path);
    if (typeof node === "number") return node;
    if (node.entries || (!node.program && !(node.mode & 0o111))) return -EACCES;
    if (!node.program) return -ENOEXEC;
    const { argv, environment } = readArgumentBlock(block);
    this.started.push(argv);
    this.lastEnvironment = environment;
    return { pid: ++this.lastPid, status: this.execute(node.program, block, inherited, directory) };
  }

  private execute(
    program: string,
    block: Buffer,
    inherited: (OpenFile | undefined)[],
    directory = "/",
  ): number {
    if (!this.programs.includes(program)) return -ENOENT;
    try {
      return (new Process(this, program, block, inherited, directory).main() & 0xff) << 8;
    } catch (error) {
      if (error instanceof ExitSignal) return (error.status & 0xff) << 8;
      if (error instanceof WebAssembly.RuntimeError) return SIGTRAP;
      if (error instanceof RangeError) return SIGSEGV; // Node's word for the end of the machine stack
      throw error;
    }
  }
}
