// The GUID Partition Table (UEFI 2.10, 5.3), LBA by LBA; an LBA is a block of the disk. Both copies are known: the second
// one, in the disk's last block, is read when the first is bad.
//
//   header   0 "EFI PART"   8 u32 revision   12 u32 header size   16 u32 CRC-32 of the header with this field 0
//           24 u64 this LBA   40 u64 first usable LBA   48 u64 last usable LBA
//           72 u64 LBA of the entries   80 u32 number of entries   84 u32 bytes of an entry   88 u32 CRC-32 of the entries
//   entry    0 type GUID (0: unused)   32 u64 first LBA   40 u64 last LBA

import { CRC_START, finishCrc, updateCrc } from "./crc32";
import { PartitionList } from "./list";
import { SectorReader } from "./sector_reader";

const SIGNATURE: u64 = 0x5452_4150_2049_4645; // "EFI PART"
const HEADER_SIZE: u32 = 12;
const HEADER_CRC: u32 = 16;
const OWN_LBA: u32 = 24;
const FIRST_USABLE: u32 = 40;
const LAST_USABLE: u32 = 48;
const ENTRIES_LBA: u32 = 72;
const ENTRY_COUNT: u32 = 80;
const ENTRY_SIZE: u32 = 84;
const ENTRIES_CRC: u32 = 88;
const HEADER_SIZE_MIN: u32 = 92;
const HEADER_SIZE_MAX: u32 = 512;

const ENTRY_FIRST: u32 = 32;
const ENTRY_LAST: u32 = 40;
const ENTRY_SIZE_MIN: u32 = 128; // and twice, four times … that
const ENTRY_SIZE_MAX: u32 = 512;
const MAX_ENTRIES: u32 = 1024; // a table with more is not believed: it would be read and summed up to its end
const FIRST_HEADER_LBA: u64 = 1;

export const GPT_NONE: u32 = 0; // neither copy is good
export const GPT_PRIMARY: u32 = 1;
export const GPT_BACKUP: u32 = 2;

const header: usize = memory.data(512, 8); // a copy: the buffer is used for the entries

/** Adds the table's partitions to `list`. → GPT_… */
export function readGpt(reader: SectorReader, list: PartitionList): u32 {
  if (readCopy(reader, list, FIRST_HEADER_LBA)) return GPT_PRIMARY;
  list.clear();
  if (readCopy(reader, list, reader.blocks - 1)) return GPT_BACKUP;
  list.clear();
  return GPT_NONE;
}

function readCopy(reader: SectorReader, list: PartitionList, lba: u64): bool {
  if (!reader.readBlock(lba)) return false;
  memory.copy(header, reader.buffer, HEADER_SIZE_MAX);
  return isHeaderGood(reader, lba) && readEntries(reader, list);
}

function isHeaderGood(reader: SectorReader, lba: u64): bool {
  if (load<u64>(header) != SIGNATURE || load<u64>(header, OWN_LBA) != lba) return false;
  const size = load<u32>(header, HEADER_SIZE);
  if (size < HEADER_SIZE_MIN || size > HEADER_SIZE_MAX) return false;
  const crc = load<u32>(header, HEADER_CRC);
  store<u32>(header, 0, HEADER_CRC);
  if (finishCrc(updateCrc(CRC_START, header, size)) != crc) return false;
  const entrySize = load<u32>(header, ENTRY_SIZE);
  if (entrySize < ENTRY_SIZE_MIN || entrySize > ENTRY_SIZE_MAX || popcnt(entrySize) != 1) return false;
  if (load<u32>(header, ENTRY_COUNT) > MAX_ENTRIES) return false;
  return load<u64>(header, LAST_USABLE) < reader.blocks;
}

/** Reads the entries once, to sum them up and to collect them. → false: they cannot be read, or the sum is wrong */
function readEntries(reader: SectorReader, list: PartitionList): bool {
  const entrySize = load<u32>(header, ENTRY_SIZE);
  const count = load<u32>(header, ENTRY_COUNT);
  const blockBytes = reader.blockSectors << 9;
  let lba = load<u64>(header, ENTRIES_LBA);
  let crc = CRC_START;
  let number: u32 = 0;
  while (number < count) {
    if (!reader.readBlock(lba++)) return false;
    for (let at: u32 = 0; at < blockBytes && number < count; at += entrySize) {
      crc = updateCrc(crc, reader.buffer + at, entrySize);
      addEntry(reader, list, reader.buffer + at, ++number);
    }
  }
  return finishCrc(crc) == load<u32>(header, ENTRIES_CRC);
}

function addEntry(reader: SectorReader, list: PartitionList, entry: usize, number: u32): void {
  if (load<u64>(entry) == 0 && load<u64>(entry, 8) == 0) return;
  const first = load<u64>(entry, ENTRY_FIRST);
  const last = load<u64>(entry, ENTRY_LAST);
  // The header's bounds are below the disk's size, so nothing overflows; one outside them counts as one off the disk.
  const isInside =
    first >= load<u64>(header, FIRST_USABLE) && last <= load<u64>(header, LAST_USABLE) && first <= last;
  const unit = <u64>reader.blockSectors;
  list.add(number, isInside ? first * unit : 0, isInside ? (last - first + 1) * unit : 0);
}
