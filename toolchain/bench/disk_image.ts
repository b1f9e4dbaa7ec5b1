// The disks of the benchmark. Called by commands/bench.ts; space/apps/bench/disk.ts and disk_files.ts use them.
//
//   vda   16 MiB of a pattern, no file system: the block service's row
//   vdb   ext2 with blocks of 4 KiB, made by mke2fs: `data`, 64 MiB of the pattern, and room for as much again

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { Failure } from "../common/failure.ts";
import { BUILD_DIR } from "../common/paths.ts";
import { writeOutput } from "../common/stamp.ts";

const FOLDER = `${BUILD_DIR}/bench`;
const PLAIN_DISK = `${FOLDER}/disk.img`;
const FILE_DISK = `${FOLDER}/files.img`;
const TREE = `${FOLDER}/tree`;
const MIB = 1024 * 1024;
const PLAIN_BYTES = 16 * MIB;
const DATA_BYTES = 64 * MIB;
const FILE_DISK_BYTES = 144 * MIB;
const PATTERN = "HNX ";
const BLOCK_BYTES = 4096;

function makeFileDisk(): void {
  rmSync(TREE, { recursive: true, force: true });
  mkdirSync(TREE, { recursive: true });
  writeOutput(`${TREE}/data`, Buffer.alloc(DATA_BYTES, PATTERN));
  writeFileSync(FILE_DISK, "");
  truncateSync(FILE_DISK, FILE_DISK_BYTES);
  const args = ["-q", "-F", "-t", "ext2", "-b", String(BLOCK_BYTES), "-d", TREE, FILE_DISK];
  const run = spawnSync("mke2fs", args, { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
  rmSync(TREE, { recursive: true });
  if (run.error) throw new Failure(`mke2fs (Debian's e2fsprogs): ${run.error.message}`);
  if (run.status !== 0) throw new Failure(`mke2fs: status ${run.status}\n${run.stderr}`);
}

/** Makes the disks anew. → their files, in the order of the guest's names */
export function makeDisks(): string[] {
  writeOutput(PLAIN_DISK, Buffer.alloc(PLAIN_BYTES, PATTERN));
  makeFileDisk();
  return [PLAIN_DISK, FILE_DISK];
}
