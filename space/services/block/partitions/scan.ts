// Finds a disk's partitions and says in the log what was found. Called by start.ts for every disk.

import { LOG_WARN } from "../../../lib/log";
import { addPartition, Device } from "../device";
import { Disk } from "../disk";
import { announce, diskLine, report } from "../disk_log";
import { GPT_BACKUP, GPT_NONE, readGpt } from "./gpt";
import { ADDED, OUT_OF_RANGE, OVERLAPS, PartitionList } from "./list";
import { MBR_PROTECTIVE, MBR_TABLE, readMbr } from "./mbr";
import { SectorReader } from "./sector_reader";

/** Adds the devices of the partitions on `disk`, whose own device is `whole`. */
export function scanPartitions(disk: Disk, whole: Device): void {
  const reader = new SectorReader(disk);
  const list = new PartitionList(disk.sectors);
  const kind = readTable(reader, list, disk.index);
  for (let i: u32 = 0; i < list.count; i++)
    addPartition(whole, list.numberAt(i), list.firstAt(i), list.sizeAt(i));
  if (list.fault != ADDED) diskLine(disk.index).text(": ").text(faultText(list.fault)).write(LOG_WARN);
  announce(disk.index, disk.sectors, disk.readOnly, list.count, kind);
}

/** → what kind of table it is, for the log */
function readTable(reader: SectorReader, list: PartitionList, disk: u32): string {
  const mbr = readMbr(reader, list);
  if (mbr == MBR_TABLE) return "MBR";
  if (mbr != MBR_PROTECTIVE) return "no partition table";
  const gpt = readGpt(reader, list);
  if (gpt == GPT_BACKUP) report(disk, "the first GPT is bad, the backup is used");
  if (gpt == GPT_NONE) report(disk, "both GPTs are bad");
  return "GPT";
}

function faultText(fault: u32): string {
  if (fault == OUT_OF_RANGE) return "a partition that is not on the disk is left out";
  if (fault == OVERLAPS) return "a partition that overlaps another is left out";
  return "partitions beyond the first 16 are left out";
}
