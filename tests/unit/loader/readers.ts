// The loader's readers and the files they read, played under Node: every process called loader-reader that the loader starts asks
// for work as space/services/loader-reader does, and is given files of a map, or errors.

import { ECONNREFUSED, ENOENT } from "../../../abi/errno.ts";
import { LOADER_READER } from "../../../abi/ops.ts";
import { type Answer, RequestData } from "../harness/message.ts";
import type { ServiceUnderTest } from "../harness/service.ts";
import type { ProcessKernel } from "./process_kernel.ts";

const LATER = -(2n ** 63n);
/** abi/reader.ts, abi/file.ts */
const READER_FILE = 2;
const STAT_BYTES = 32;
const MAX_PATH = 4095;
const NAME = "loader-reader";

export interface FakeFile {
  data: Uint8Array;
  mode?: number;
  inode?: number;
  mtime_ns?: bigint;
  /** What the record says, if that shall differ from the data's own. */
  size?: bigint;
}

/** The VFS's files by absolute path. */
export class FakeFiles extends Map<string, FakeFile> {
  /** Every request is answered with this errno. */
  error = 0;
  /** The next answers, before files are looked at. */
  readonly errors: number[] = [];
  /** What was asked for, in order. */
  readonly asked: string[] = [];

  stat(path: string): Buffer | number {
    const error = this.errors.shift() ?? this.error;
    const file = this.get(path);
    if (error || !file) return error || ENOENT;
    const record = Buffer.alloc(STAT_BYTES);
    record.writeUInt32LE(file.mode ?? 0o100755, 0);
    record.writeUInt32LE(file.inode ?? 7, 8);
    record.writeBigUInt64LE(file.size ?? BigInt(file.data.length), 16);
    record.writeBigUInt64LE(file.mtime_ns ?? 1000n, 24);
    return record;
  }
}

/** What a reader's call brings. */
interface Result {
  status: number;
  record: Buffer;
  file: Uint8Array;
}
const NOTHING: Result = { status: 0, record: Buffer.alloc(STAT_BYTES), file: Buffer.alloc(0) };

interface ReaderState {
  pid: number;
  path: Buffer;
  result: Result;
  /** Of its call, while the loader holds it. */
  token?: bigint;
}

export class FakeReaders {
  private readonly states = new Map<number, ReaderState>();

  constructor(
    private readonly service: ServiceUnderTest,
    private readonly kernel: ProcessKernel,
    readonly files: FakeFiles,
  ) {}

  /** Process ids of the readers that run. */
  get running(): number[] {
    return [...this.kernel.processes.values()]
      .filter(({ name, started }) => name === NAME && started)
      .map(({ pid }) => pid);
  }

  /** Lets every reader work until all of them wait. */
  work(): void {
    while (this.running.some((pid) => this.step(pid)));
  }

  /** One call of one reader. → false: it has to wait for its last one */
  step(pid: number): boolean {
    const state = this.states.get(pid) ?? { pid, path: Buffer.alloc(MAX_PATH), result: NOTHING };
    this.states.set(pid, state);
    if (state.token !== undefined) {
      const answer = this.kernel.replies.get(state.token);
      if (!answer) return false;
      state.token = undefined;
      state.result = this.perform(state, answer);
    }
    const token = this.service.takeToken();
    const windows = [{ bytes: state.path }, { bytes: state.result.file }];
    this.kernel.held.set(token, windows);
    const request = new RequestData().u32(state.result.status).bytes(state.result.record);
    const answer = this.service.call(LOADER_READER, request, windows, { source: pid, token });
    state.token = token;
    if (answer.result === LATER) return true;
    if (answer.result < 0n) throw new Error(`the loader refuses its reader: ${answer.result}`);
    this.kernel.held.delete(token);
    this.kernel.replies.set(token, answer);
    return true;
  }

  private perform({ path }: ReaderState, { data }: Answer): Result {
    const what = data.readUInt32LE(0);
    const short = data.toString("utf8", 5, 5 + data[4]);
    const name = short || path.toString("utf8", 0, data.readUInt32LE(5));
    this.files.asked.push(`${what === READER_FILE ? "file" : "stat"} ${name}`);
    const record = this.files.stat(name);
    if (typeof record === "number") return { ...NOTHING, status: record };
    const file = what === READER_FILE ? (this.files.get(name)?.data ?? Buffer.alloc(0)) : NOTHING.file;
    return { status: 0, record, file };
  }

  /** A reader dies of a fault. */
  kill(pid: number): void {
    const { token } = this.states.get(pid) ?? {};
    if (token !== undefined) this.kernel.held.delete(token);
    this.states.delete(pid);
    this.kernel.processes.delete(pid);
    this.kernel.lostChildren.push(pid);
  }
}

/** As if there were no VFS. */
export function withoutVfs(): FakeFiles {
  const files = new FakeFiles();
  files.error = ECONNREFUSED;
  return files;
}
