// The built-in `help`: the programs in /bin, each with the summary of its help text where the shell knows it.

import { CommandLine, stdout } from "../../lib/console";
import { DirectoryReader } from "../../lib/fs";
import { SUMMARY as CAT } from "../cat/help";
import { SUMMARY as CMP } from "../cmp/help";
import { SUMMARY as CP } from "../cp/help";
import { SUMMARY as CRASH } from "../crash/help";
import { SUMMARY as DD } from "../dd/help";
import { SUMMARY as DF } from "../df/help";
import { SUMMARY as ECHO } from "../echo/help";
import { SUMMARY as FALSE } from "../false/help";
import { SUMMARY as FREE } from "../free/help";
import { SUMMARY as HEXDUMP } from "../hexdump/help";
import { SUMMARY as LN } from "../ln/help";
import { SUMMARY as LS } from "../ls/help";
import { SUMMARY as MD5SUM } from "../md5sum/help";
import { SUMMARY as MKDIR } from "../mkdir/help";
import { SUMMARY as MOUNT } from "../mount/help";
import { SUMMARY as MV } from "../mv/help";
import { SUMMARY as RM } from "../rm/help";
import { SUMMARY as STAT } from "../stat/help";
import { SUMMARY as SYNC } from "../sync/help";
import { SUMMARY as TOUCH } from "../touch/help";
import { SUMMARY as TRUE } from "../true/help";
import { SUMMARY as TRUNCATE } from "../truncate/help";
import { SUMMARY as UMOUNT } from "../umount/help";
import { HELP, SUMMARY as SH } from "./help";

const PROGRAMS = "/bin";
const NAME_WIDTH: i32 = 12;

function summaryOf(name: string): string {
  if (name == "cat") return CAT;
  if (name == "cmp") return CMP;
  if (name == "cp") return CP;
  if (name == "crash") return CRASH;
  if (name == "dd") return DD;
  if (name == "df") return DF;
  if (name == "echo") return ECHO;
  if (name == "false") return FALSE;
  if (name == "free") return FREE;
  if (name == "hexdump") return HEXDUMP;
  if (name == "ln") return LN;
  if (name == "ls") return LS;
  if (name == "md5sum") return MD5SUM;
  if (name == "mkdir") return MKDIR;
  if (name == "mount") return MOUNT;
  if (name == "mv") return MV;
  if (name == "rm") return RM;
  if (name == "sh") return SH;
  if (name == "stat") return STAT;
  if (name == "sync") return SYNC;
  if (name == "touch") return TOUCH;
  if (name == "true") return TRUE;
  if (name == "truncate") return TRUNCATE;
  if (name == "umount") return UMOUNT;
  return "";
}

/** Prints the list. → status */
export function printHelp(): i32 {
  const cli = new CommandLine("sh", "", HELP, 1);
  const names: string[] = [];
  const reader = new DirectoryReader(PROGRAMS);
  while (reader.next()) if (!reader.isDot) names.push(reader.name);
  reader.close();
  if (reader.error) cli.complain(PROGRAMS, reader.error);
  names.sort((a, b) => (a < b ? -1 : i32(a > b)));
  for (let i = 0; i < names.length; i++) {
    const summary = summaryOf(names[i]);
    stdout.text(summary.length ? names[i].padEnd(NAME_WIDTH) + summary : names[i]).newline();
  }
  stdout.text("Each tells more with --help.\n");
  return cli.finish();
}
