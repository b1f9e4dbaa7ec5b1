// What the programs say of themselves in a few words: the summaries of their help texts, for `help`.

import { SUMMARY as BASENAME } from "../basename/help";
import { SUMMARY as CAT } from "../cat/help";
import { SUMMARY as CHMOD } from "../chmod/help";
import { SUMMARY as CLEAR } from "../clear/help";
import { SUMMARY as CMP } from "../cmp/help";
import { SUMMARY as CP } from "../cp/help";
import { SUMMARY as CRASH } from "../crash/help";
import { SUMMARY as DATE } from "../date/help";
import { SUMMARY as DD } from "../dd/help";
import { SUMMARY as DF } from "../df/help";
import { SUMMARY as DIRNAME } from "../dirname/help";
import { SUMMARY as DMESG } from "../dmesg/help";
import { SUMMARY as ECHO } from "../echo/help";
import { SUMMARY as ENV } from "../env/help";
import { SUMMARY as FALSE } from "../false/help";
import { SUMMARY as FIND } from "../find/help";
import { SUMMARY as FREE } from "../free/help";
import { SUMMARY as GREP } from "../grep/help";
import { SUMMARY as HEAD } from "../head/help";
import { SUMMARY as HEXDUMP } from "../hexdump/help";
import { SUMMARY as HTTPD } from "../httpd/help";
import { SUMMARY as IP } from "../ip/help";
import { SUMMARY as IPCSTAT } from "../ipcstat/help";
import { SUMMARY as LN } from "../ln/help";
import { SUMMARY as LS } from "../ls/help";
import { SUMMARY as MD5SUM } from "../md5sum/help";
import { SUMMARY as MKDIR } from "../mkdir/help";
import { SUMMARY as MOUNT } from "../mount/help";
import { SUMMARY as MV } from "../mv/help";
import { SUMMARY as NC } from "../nc/help";
import { SUMMARY as NETSTAT } from "../netstat/help";
import { SUMMARY as NSLOOKUP } from "../nslookup/help";
import { SUMMARY as PING } from "../ping/help";
import { SUMMARY as PS } from "../ps/help";
import { SUMMARY as PWD } from "../pwd/help";
import { SUMMARY as RM } from "../rm/help";
import { SUMMARY as RMDIR } from "../rmdir/help";
import { SUMMARY as SEQ } from "../seq/help";
import { SUMMARY as SLEEP } from "../sleep/help";
import { SUMMARY as SORT } from "../sort/help";
import { SUMMARY as STAT } from "../stat/help";
import { SUMMARY as SVC } from "../svc/help";
import { SUMMARY as SYNC } from "../sync/help";
import { SUMMARY as TAIL } from "../tail/help";
import { SUMMARY as TEE } from "../tee/help";
import { SUMMARY as TOP } from "../top/help";
import { SUMMARY as TOUCH } from "../touch/help";
import { SUMMARY as TRUE } from "../true/help";
import { SUMMARY as TRUNCATE } from "../truncate/help";
import { SUMMARY as UMOUNT } from "../umount/help";
import { SUMMARY as UNIQ } from "../uniq/help";
import { SUMMARY as UPTIME } from "../uptime/help";
import { SUMMARY as WC } from "../wc/help";
import { SUMMARY as WGET } from "../wget/help";
import { SUMMARY as XARGS } from "../xargs/help";
import { SUMMARY as SH } from "./help";

const NAMES: string[] = [
  "basename",
  "cat",
  "chmod",
  "clear",
  "cmp",
  "cp",
  "crash",
  "date",
  "dd",
  "df",
  "dirname",
  "dmesg",
  "echo",
  "env",
  "false",
  "find",
  "free",
  "grep",
  "head",
  "hexdump",
  "httpd",
  "ip",
  "ipcstat",
  "ln",
  "ls",
  "md5sum",
  "mkdir",
  "mount",
  "mv",
  "nc",
  "netstat",
  "nslookup",
  "ping",
  "ps",
  "pwd",
  "rm",
  "rmdir",
  "seq",
  "sh",
  "sleep",
  "sort",
  "stat",
  "svc",
  "sync",
  "tail",
  "tee",
  "top",
  "touch",
  "true",
  "truncate",
  "umount",
  "uniq",
  "uptime",
  "wc",
  "wget",
  "xargs",
];

const SUMMARIES: string[] = [
  BASENAME,
  CAT,
  CHMOD,
  CLEAR,
  CMP,
  CP,
  CRASH,
  DATE,
  DD,
  DF,
  DIRNAME,
  DMESG,
  ECHO,
  ENV,
  FALSE,
  FIND,
  FREE,
  GREP,
  HEAD,
  HEXDUMP,
  HTTPD,
  IP,
  IPCSTAT,
  LN,
  LS,
  MD5SUM,
  MKDIR,
  MOUNT,
  MV,
  NC,
  NETSTAT,
  NSLOOKUP,
  PING,
  PS,
  PWD,
  RM,
  RMDIR,
  SEQ,
  SH,
  SLEEP,
  SORT,
  STAT,
  SVC,
  SYNC,
  TAIL,
  TEE,
  TOP,
  TOUCH,
  TRUE,
  TRUNCATE,
  UMOUNT,
  UNIQ,
  UPTIME,
  WC,
  WGET,
  XARGS,
];

/** The summary of program `name`, or "". */
export function summaryOf(name: string): string {
  const at = NAMES.indexOf(name);
  return at < 0 ? "" : SUMMARIES[at];
}
