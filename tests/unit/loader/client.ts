// A loader under test and its calls.

import { LOADER_ERROR, LOADER_SPAWN } from "../../../abi/ops.ts";
import { type ArchiveEntry, makeArchive } from "../harness/cpio.ts";
import { type Window } from "../harness/fake_kernel.ts";
import { type Answer, RequestData } from "../harness/message.ts";
import { type Header, ServiceUnderTest } from "../harness/service.ts";
import { FakeFiles, FakeReaders } from "./readers.ts";
import { ProcessKernel } from "./process_kernel.ts";

/** An argument block (abi/program.ts). */
export function argumentBlock(...argv: string[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(argv.length, 0);
  const strings = argv.map((text) => {
    const length = Buffer.alloc(2);
    length.writeUInt16LE(Buffer.byteLength(text));
    return Buffer.concat([length, Buffer.from(text)]);
  });
  return Buffer.concat([head, ...strings]);
}

/** What a handler returns when the answer comes later. */
const LATER = -(2n ** 63n);
const READER = "loader-reader";
/** The program of the readers, as the boot archive has it. */
export const readerEntry = (program: Uint8Array): ArchiveEntry => ({
  name: `sbin/${READER}`,
  mode: 0o100755,
  data: program,
});

export class LoaderClient {
  readonly kernel = new ProcessKernel();
  readonly service: ServiceUnderTest;
  readonly readers: FakeReaders;

  constructor(
    archive: Uint8Array | undefined,
    configure: (kernel: ProcessKernel) => void = () => undefined,
    readonly files = new FakeFiles(),
  ) {
    this.kernel.initrd = archive;
    configure(this.kernel);
    this.service = new ServiceUnderTest("loader", this.kernel);
    this.readers = new FakeReaders(this.service, this.kernel, files);
    this.service.start();
  }

  static with(...entries: ArchiveEntry[]): LoaderClient {
    return new LoaderClient(makeArchive(entries));
  }

  /** One program under /bin/x. */
  static withProgram(program: Uint8Array): LoaderClient {
    return LoaderClient.with({ name: "bin/x", mode: 0o100755, data: program });
  }

  /** A request whose answer may come later; the readers work until it does. */
  call(op: number, data: RequestData | Uint8Array, windows: Window[] = [], header: Header = {}): Answer {
    const token = this.begin(op, data, windows, header);
    this.readers.work();
    return this.answerTo(token);
  }

  /** Sends a request and leaves it at that. → its token */
  begin(op: number, data: RequestData | Uint8Array, windows: Window[] = [], header: Header = {}): bigint {
    const token = this.service.takeToken();
    this.kernel.held.set(token, windows);
    this.kernel.sources.set(token, header.source ?? 1);
    const answer = this.service.call(op, data, windows, { ...header, token });
    if (answer.result === LATER) return token;
    this.kernel.held.delete(token);
    this.kernel.replies.set(token, answer);
    return token;
  }

  /** The answer to the call `token`; throws when there is none yet. */
  answerTo(token: bigint): Answer {
    const answer = this.kernel.replies.get(token);
    if (!answer) throw new Error(`call ${token} is not answered`);
    return answer;
  }

  /** LOADER_SPAWN with a path in the message. → pid or -errno */
  spawn(path: string | Uint8Array, block = argumentBlock("x"), window: Window = { bytes: block }): number {
    const request = new RequestData().u32(block.length).str(path);
    return Number(this.call(LOADER_SPAWN, request, [{ bytes: Buffer.alloc(0) }, window]).result);
  }

  /** LOADER_SPAWN with attributes before the arguments. → pid or -errno */
  spawnWith(path: string, attributes: Uint8Array, block = argumentBlock("x")): number {
    const request = new RequestData().u32(block.length | (attributes.length << 16)).str(path);
    const bytes = Buffer.concat([attributes, block]);
    return Number(this.call(LOADER_SPAWN, request, [{ bytes: Buffer.alloc(0) }, { bytes }]).result);
  }

  /** The same with the path as window 0. */
  spawnLong(
    path: string,
    length = Buffer.byteLength(path),
    window: Window = { bytes: Buffer.from(path) },
  ): number {
    const block = argumentBlock("x");
    const request = new RequestData().u32(block.length).str("").u32(length);
    return Number(this.call(LOADER_SPAWN, request, [window, { bytes: block }]).result);
  }

  /** LOADER_ERROR. */
  error(source = 1): string {
    const { data } = this.call(LOADER_ERROR, Buffer.alloc(0), [], { source });
    return data.toString("utf8", 1, 1 + data[0]);
  }
}
