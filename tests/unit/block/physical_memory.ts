// What a device sees of memory: frames with physical addresses, scattered as the kernel's are. A frame of DMA memory is part
// of the service's own memory; one of a client's object is the object's. An access outside any frame throws: the driver
// gave the device an address that is not its to give.

const PAGE = 4096;

type Frame = () => Buffer;

export class PhysicalMemory {
  private readonly frames = new Map<number, Frame>();

  /** view: the frame's 4,096 bytes as they are now. */
  addFrame(physical: number, view: Frame): void {
    this.frames.set(physical, view);
  }

  removeFrame(physical: number): void {
    this.frames.delete(physical);
  }

  private pieces(address: bigint, size: number): Buffer[] {
    const pieces: Buffer[] = [];
    for (let at = Number(address), left = size; left > 0;) {
      const frame = this.frames.get(at - (at % PAGE));
      if (!frame) throw new Error(`the device was given 0x${at.toString(16)}, which is nobody's memory`);
      const count = Math.min(left, PAGE - (at % PAGE));
      pieces.push(frame().subarray(at % PAGE, (at % PAGE) + count));
      at += count;
      left -= count;
    }
    return pieces;
  }

  read(address: bigint, size: number): Buffer {
    return Buffer.concat(this.pieces(address, size));
  }

  write(address: bigint, bytes: Uint8Array): void {
    let done = 0;
    for (const piece of this.pieces(address, bytes.length)) {
      piece.set(bytes.subarray(done, done + piece.length));
      done += piece.length;
    }
  }
}
