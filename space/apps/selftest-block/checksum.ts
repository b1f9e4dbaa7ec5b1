// CRC-32 (ISO 3309), so that a host's tools compute the same.

const POLYNOMIAL: u32 = 0xedb88320;
const table: StaticArray<u32> = new StaticArray<u32>(256);

export class Checksum {
  private rest: u32 = u32.MAX_VALUE;

  constructor() {
    for (let i: u32 = 0; i < 256; i++) {
      let value = i;
      for (let bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? POLYNOMIAL : 0);
      table[i] = value;
    }
  }

  add(data: usize, size: u32): void {
    let rest = this.rest;
    for (let i: u32 = 0; i < size; i++)
      rest = (rest >> 8) ^ unchecked(table[(rest ^ load<u8>(data + i)) & 0xff]);
    this.rest = rest;
  }

  get value(): u32 {
    return ~this.rest;
  }
}
