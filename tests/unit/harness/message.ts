// A service's message page, seen from the test: builds requests in it and reads answers from it (abi/message.ts).

export const PAGE = 0x1000;
/** Offsets in the page. */
export const AT = { id: 0x00, source: 0x08, endpoint: 0x0c, info: 0x10, cursor: 0x18, data: 0x80 };
export const DATA_MAX = 256;
const DEFAULT_SOURCE = 1; // process id

export const FLAG_ASYNC = 2;
export const FLAG_OTHER_ENDPOINT = 16;

export interface Answer {
  /** The handler's result: a value, or -errno. */
  result: bigint;
  flags: number;
  data: Buffer;
}

/** The data of a request, piece by piece. Nothing is checked: hostile requests are built with it, too. */
export class RequestData {
  private parts: Buffer[] = [];

  u32(value: number): this {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value >>> 0);
    return this.bytes(part);
  }

  u64(value: bigint): this {
    const part = Buffer.alloc(8);
    part.writeBigUInt64LE(BigInt.asUintN(64, value));
    return this.bytes(part);
  }

  /** One length byte and the bytes. */
  str(text: string | Uint8Array): this {
    const bytes = Buffer.from(text as string);
    return this.bytes(Buffer.from([bytes.length])).bytes(bytes);
  }

  bytes(bytes: Uint8Array): this {
    this.parts.push(Buffer.from(bytes));
    return this;
  }

  build(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** The message page of a module's memory. */
export class MessagePage {
  constructor(private readonly memory: WebAssembly.Memory) {}

  /** Puts a request there. length: what the header says, if that shall differ from the data's own. */
  writeRequest(
    op: number,
    token: bigint,
    data: Uint8Array,
    flags = 0,
    length = data.length,
    source = DEFAULT_SOURCE,
    endpoint = 0,
  ): void {
    const page = new DataView(this.memory.buffer, PAGE);
    page.setBigUint64(AT.id, token, true);
    page.setUint32(AT.source, source, true);
    page.setUint32(AT.endpoint, endpoint, true);
    page.setUint16(AT.info, op, true);
    page.setUint16(AT.info + 2, 1, true);
    page.setUint16(AT.info + 4, length, true);
    page.setUint16(AT.info + 6, flags, true);
    page.setUint32(AT.cursor, 0, true);
    new Uint8Array(this.memory.buffer, PAGE + AT.data, DATA_MAX).set(data.subarray(0, DATA_MAX));
  }

  /** Reads the answer that a handler left there together with its result. */
  readAnswer(result: bigint): Answer {
    const page = new DataView(this.memory.buffer, PAGE);
    const length = page.getUint16(AT.info + 4, true);
    if (length > DATA_MAX) throw new Error(`an answer of ${length} bytes`);
    const data = Buffer.from(new Uint8Array(this.memory.buffer, PAGE + AT.data, length));
    return { result, flags: page.getUint16(AT.info + 6, true), data };
  }
}
