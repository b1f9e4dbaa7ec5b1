// A loader under test and its calls.

import { LOADER_SPAWN } from "../../../abi/ops.ts";
import { type ArchiveEntry, makeArchive } from "../harness/cpio.ts";
import { type Window } from "../harness/fake_kernel.ts";
import { RequestData } from "../harness/message.ts";
import { ServiceUnderTest } from "../harness/service.ts";
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

export class LoaderClient {
  readonly kernel = new ProcessKernel();
  readonly service: ServiceUnderTest;

  constructor(archive: Uint8Array | undefined, configure: (kernel: ProcessKernel) => void = () => undefined) {
    this.kernel.initrd = archive;
    configure(this.kernel);
    this.service = new ServiceUnderTest("loader", this.kernel);
    this.service.start();
  }

  static with(...entries: ArchiveEntry[]): LoaderClient {
    return new LoaderClient(makeArchive(entries));
  }

  /** One program under /bin/x. */
  static withProgram(program: Uint8Array): LoaderClient {
    return LoaderClient.with({ name: "bin/x", mode: 0o100755, data: program });
  }

  /** LOADER_SPAWN with a path in the message. → pid or -errno */
  spawn(path: string | Uint8Array, block = argumentBlock("x"), window: Window = { bytes: block }): number {
    const request = new RequestData().u32(block.length).str(path);
    return Number(this.service.call(LOADER_SPAWN, request, [{ bytes: Buffer.alloc(0) }, window]).result);
  }

  /** The same with the path as window 0. */
  spawnLong(
    path: string,
    length = Buffer.byteLength(path),
    window: Window = { bytes: Buffer.from(path) },
  ): number {
    const block = argumentBlock("x");
    const request = new RequestData().u32(block.length).str("").u32(length);
    return Number(this.service.call(LOADER_SPAWN, request, [window, { bytes: block }]).result);
  }
}
