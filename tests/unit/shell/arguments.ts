// The argument block of a program (abi/program.ts), written into its memory before it starts.

const ARGUMENT_BLOCK = 0x2000;
const ARGUMENT_BLOCK_SIZE = 0x2000;

/** Builds the block: u32 argc, u32 envc, then each string as u16 length and bytes. */
export function argumentBlock(argv: (string | Uint8Array)[], environment: string[] = []): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(argv.length, 0);
  head.writeUInt32LE(environment.length, 4);
  const strings = [...argv, ...environment].map((text) => {
    const bytes = Buffer.from(text as string);
    const length = Buffer.alloc(2);
    length.writeUInt16LE(bytes.length);
    return Buffer.concat([length, bytes]);
  });
  return Buffer.concat([head, ...strings]);
}

/** The strings of a block: argv, then the environment. */
export function readArgumentBlock(block: Buffer): { argv: string[]; environment: string[] } {
  const texts: string[] = [];
  let at = 8;
  const count = block.readUInt32LE(0);
  for (let i = 0; i < count + block.readUInt32LE(4); i++) {
    const length = block.readUInt16LE(at);
    texts.push(block.toString("utf8", at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (at !== block.length) throw new Error(`${block.length - at} bytes too many in the argument block`);
  return { argv: texts.slice(0, count), environment: texts.slice(count) };
}

/** Writes raw bytes where a program's argument block lies. */
export function writeBlock(memory: WebAssembly.Memory, block: Uint8Array): void {
  new Uint8Array(memory.buffer, ARGUMENT_BLOCK, ARGUMENT_BLOCK_SIZE).set(block);
}

export function writeArguments(memory: WebAssembly.Memory, argv: (string | Uint8Array)[]): void {
  writeBlock(memory, argumentBlock(argv));
}
