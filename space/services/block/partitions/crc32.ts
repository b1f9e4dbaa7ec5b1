// CRC-32 as GPT uses it (UEFI 2.10, 5.3.2: the polynomial of ISO 3309, reflected), over data that comes in pieces:
//   let crc = CRC_START; crc = updateCrc(crc, piece, size); …; finishCrc(crc)

const POLYNOMIAL: u32 = 0xedb88320;
export const CRC_START: u32 = 0xffffffff;

const table: StaticArray<u32> = new StaticArray<u32>(256);
let isTableMade: bool = false;

function makeTable(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? POLYNOMIAL : 0);
    unchecked((table[i] = value));
  }
  isTableMade = true;
}

export function updateCrc(crc: u32, data: usize, size: u32): u32 {
  if (!isTableMade) makeTable();
  for (let i: u32 = 0; i < size; i++) {
    crc = (crc >> 8) ^ unchecked(table[(crc ^ load<u8>(data + i)) & 0xff]);
  }
  return crc;
}

@inline
export function finishCrc(crc: u32): u32 {
  return ~crc;
}
