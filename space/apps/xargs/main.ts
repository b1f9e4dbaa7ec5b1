// xargs: commands with words from standard input.

import { ENOENT } from "../../../abi/errno";
import { ARGUMENT_BLOCK_SIZE } from "../../../abi/program";
import { shellStatus } from "../../../abi/wait";
import { CommandLine, stdout } from "../../lib/console";
import { args, environment, spawn, strerror, utf8Length, wait } from "../../lib/process";
import { HELP } from "./help";
import { WordReader } from "./words";

const STATUS_COMMAND_FAILED: i32 = 123;
const STATUS_NOT_EXECUTABLE: i32 = 126;
const STATUS_NOT_FOUND: i32 = 127;
const STRING_OVERHEAD: u32 = 2; // bytes of a string's length in the argument block
const BLOCK_RESERVE: u32 = 64;
const PLACES: string[] = ["/bin/", "/sbin/"];

function blockBytes(words: string[]): u32 {
  let bytes: u32 = 0;
  for (let i = 0; i < words.length; i++) bytes += utf8Length(words[i]) + STRING_OVERHEAD;
  return bytes;
}

function start(words: string[]): i32 {
  if (words[0].includes("/")) return spawn(words[0], words);
  let pid = -ENOENT;
  for (let i = 0; i < PLACES.length && pid == -ENOENT; i++) pid = spawn(PLACES[i] + words[0], words);
  return pid;
}

/** Runs the command once. → status of xargs so far, or that with which it ends at once */
function runOnce(cli: CommandLine, words: string[]): i32 {
  stdout.flush();
  const pid = start(words);
  if (pid < 0) {
    cli.complainText(words[0], strerror(pid));
    return pid == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
  }
  const status = wait(pid);
  return status < 0 || shellStatus(status) ? STATUS_COMMAND_FAILED : 0;
}

/** Reads words and runs the command as often as is needed. → status */
function runAll(cli: CommandLine, command: string[], most: i32): i32 {
  const reader = new WordReader();
  const room = ARGUMENT_BLOCK_SIZE - BLOCK_RESERVE - blockBytes(command) - blockBytes(environment());
  let status = 0;
  let batch: string[] = [];
  let used: u32 = 0;
  let ran = false;
  for (let more = true; more;) {
    more = reader.next();
    const size = more ? utf8Length(reader.word) + STRING_OVERHEAD : 0;
    const isFull = batch.length == most || used + size > room;
    if ((more && isFull && batch.length > 0) || (!more && (batch.length > 0 || !ran))) {
      const result = runOnce(cli, command.concat(batch));
      if (result > STATUS_COMMAND_FAILED) return result;
      status = max(status, result);
      batch = [];
      used = 0;
      ran = true;
    }
    if (more) batch.push(reader.word);
    used += size;
  }
  if (reader.error.length) cli.complainText("standard input", reader.error);
  return reader.error.length ? 1 : status;
}

export function main(): i32 {
  const words = args();
  const cli = new CommandLine("xargs", "n:", HELP, 1);
  // Options behind the command are the command's.
  let first = 1;
  while (first < words.length && words[first].startsWith("-")) first += words[first] == "-n" ? 2 : 1;
  if (!cli.parse(words.slice(0, min(first, words.length)))) return cli.status;
  const most = cli.numberOf("n", i32.MAX_VALUE);
  if (most < 0) return cli.status;
  if (most == 0) {
    cli.refuse("-n: 0 words are none");
    return cli.status;
  }
  const command = first < words.length ? words.slice(first) : ["echo"];
  return runAll(cli, command, most);
}
