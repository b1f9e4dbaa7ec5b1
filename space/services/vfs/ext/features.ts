// What of a superblock's features this code can read, and write; the others' names, for the log.

import { LOG_WARN, addText, endLine } from "../log_line";
import {
  COMPAT_HAS_JOURNAL,
  INCOMPAT_64BIT,
  INCOMPAT_CSUM_SEED,
  INCOMPAT_EA_INODE,
  INCOMPAT_EXTENTS,
  INCOMPAT_FILETYPE,
  INCOMPAT_FLEX_BG,
  INCOMPAT_LARGEDIR,
  INCOMPAT_META_BG,
  INCOMPAT_RECOVER,
  RO_COMPAT_LARGE_FILE,
  RO_COMPAT_SPARSE_SUPER,
} from "./layout";
import { Volume } from "./volume";

const READABLE: u32 =
  INCOMPAT_FILETYPE |
  INCOMPAT_RECOVER |
  INCOMPAT_META_BG |
  INCOMPAT_EXTENTS |
  INCOMPAT_64BIT |
  INCOMPAT_FLEX_BG |
  INCOMPAT_EA_INODE |
  INCOMPAT_CSUM_SEED |
  INCOMPAT_LARGEDIR;
const WRITABLE: u32 = INCOMPAT_FILETYPE;
const WRITABLE_RO: u32 = RO_COMPAT_SPARSE_SUPER | RO_COMPAT_LARGE_FILE;

/** Names by bit, as mke2fs and dumpe2fs have them. */
function incompatName(bit: u32): string {
  if (bit == 0) return "compression";
  if (bit == 2) return "needs_recovery";
  if (bit == 3) return "journal_dev";
  if (bit == 4) return "meta_bg";
  if (bit == 6) return "extent";
  if (bit == 7) return "64bit";
  if (bit == 8) return "mmp";
  if (bit == 9) return "flex_bg";
  if (bit == 10) return "ea_inode";
  if (bit == 13) return "metadata_csum_seed";
  if (bit == 14) return "large_dir";
  if (bit == 15) return "inline_data";
  if (bit == 16) return "encrypt";
  if (bit == 17) return "casefold";
  return "unknown feature";
}
function roCompatName(bit: u32): string {
  if (bit == 3) return "huge_file";
  if (bit == 4) return "uninit_bg";
  if (bit == 5) return "dir_nlink";
  if (bit == 6) return "extra_isize";
  if (bit == 8) return "quota";
  if (bit == 9) return "bigalloc";
  if (bit == 10) return "metadata_csum";
  if (bit == 12) return "read-only";
  if (bit == 13) return "project";
  if (bit == 15) return "verity";
  if (bit == 16) return "orphan_present";
  return "unknown feature";
}

/** Whether the volume can be read; if not, the log says why. */
export function checkReadable(v: Volume): bool {
  const unknown = v.incompat & ~READABLE;
  if (!unknown) return true;
  addText("ext: not mounted, it has the feature ");
  addText(incompatName(ctz(unknown)));
  endLine(LOG_WARN);
  return false;
}

function warnReadOnly(name: string): void {
  addText("ext: mounted read-only, it has the feature ");
  addText(name);
  endLine(LOG_WARN);
}

/** Whether the volume can be written; if not, the log says why. */
export function checkWritable(v: Volume): bool {
  const incompat = v.incompat & ~WRITABLE;
  const roCompat = v.roCompat & ~WRITABLE_RO;
  if (v.compat & COMPAT_HAS_JOURNAL) warnReadOnly("has_journal");
  else if (incompat) warnReadOnly(incompatName(ctz(incompat)));
  else if (roCompat) warnReadOnly(roCompatName(ctz(roCompat)));
  else return true;
  return false;
}
