// Self-test of space/lib/node: each function once as it should go and once as it should not. Prints what is wrong; status 0 or 1.
//
//   selftest-node           files, process and time          selftest-node machine    also children and sockets
//   selftest-node echo TEXT | status N                       what its children do

import { EACCES, ECONNREFUSED, EEXIST, EINVAL, EISDIR, ENOENT, ENOTEMPTY } from "../../../abi/errno";
import {
  Console,
  appendTextFileSync,
  copyFileSync,
  existsSync,
  lastError,
  lastErrorMessage,
  mkdirSync,
  os,
  performance,
  process,
  readFileSync,
  readTextFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  sleepSync,
  spawnSync,
  start,
  statSync,
  unlinkSync,
  waitFor,
  writeFileSync,
  writeTextFileSync,
} from "../../lib/node";
import { connect, createServer } from "../../lib/node/net";

const OWN: string = "/bin/selftest-node";
const FOLDER: string = "/tmp/node";
const PORT: u32 = 3210;
const LARGE: i32 = 100_000;
let checked = 0;
let wrong = 0;

function check(what: string, isTrue: bool): void {
  checked++;
  if (isTrue) return;
  wrong++;
  Console.log(`selftest-node: ${what} is wrong (${lastErrorMessage()})`);
}

/** The last call failed with `error`, and nothing else. */
function failed(what: string, hasFailed: bool, error: i32): void {
  check(`${what}: its failure`, hasFailed && lastError() == -error);
}

function directories(): void {
  check("mkdirSync", mkdirSync(`${FOLDER}/a/b`, true) && mkdirSync(`${FOLDER}/a/b`, true));
  failed("mkdirSync of what is there", !mkdirSync(`${FOLDER}/a`), EEXIST);
  failed("mkdirSync without a parent", !mkdirSync(`${FOLDER}/x/y`), ENOENT);
  failed("rmdirSync of a full one", !rmdirSync(FOLDER), ENOTEMPTY);
  writeTextFileSync(`${FOLDER}/z`, "z");
  const names = readdirSync(FOLDER);
  check("readdirSync", names !== null && names.join(" ") == "a z");
  failed("readdirSync of nothing", readdirSync("/none") === null, ENOENT);
  failed("rmSync of a directory", !rmSync(FOLDER), EISDIR);
  failed("rmSync of nothing", !rmSync("/none"), ENOENT);
  check("rmSync, forced", rmSync("/none", false, true));
  check("rmSync, recursive", rmSync(FOLDER, true) && !existsSync(FOLDER));
}

function contents(): void {
  mkdirSync(FOLDER);
  const path = `${FOLDER}/text`;
  check("writeTextFileSync", writeTextFileSync(path, "grüße"));
  check("appendTextFileSync", appendTextFileSync(path, " ☃"));
  check("readTextFileSync", readTextFileSync(path) == "grüße ☃");
  const info = statSync(path);
  check("statSync", info !== null && info.size == 11 && info.isFile() && !info.isDirectory());
  const large = new Uint8Array(LARGE);
  for (let i = 0; i < LARGE; i++) large[i] = <u8>(i * 7);
  check("writeFileSync", writeFileSync(`${FOLDER}/large`, large));
  const back = readFileSync(`${FOLDER}/large`);
  check("readFileSync", back !== null && back.length == LARGE && back[LARGE - 1] == large[LARGE - 1]);
  check(
    "copyFileSync",
    copyFileSync(path, `${FOLDER}/copy`) && readTextFileSync(`${FOLDER}/copy`) == "grüße ☃",
  );
  check("renameSync", renameSync(`${FOLDER}/copy`, `${FOLDER}/new`) && !existsSync(`${FOLDER}/copy`));
  check("unlinkSync", unlinkSync(`${FOLDER}/new`) && !existsSync(`${FOLDER}/new`));
  failed("readFileSync of nothing", readFileSync("/none") === null, ENOENT);
  failed("readFileSync of a directory", readFileSync("/tmp") === null, EISDIR);
  failed("writeTextFileSync into nothing", !writeTextFileSync("/none/a", "a"), ENOENT);
  failed("statSync of nothing", statSync("/none") === null, ENOENT);
  check("the message", lastErrorMessage() == "No such file or directory");
  check("existsSync", existsSync("/tmp") && !existsSync("/none") && lastError() == 0);
  rmSync(FOLDER, true);
}

function itself(): void {
  check("process.argv", process.argv().length > 0 && process.argv()[0] == "selftest-node");
  check("process.env", process.env("NO_SUCH_VARIABLE") === null);
  check("os.freemem", os.freemem() > 0 && os.freemem() < os.totalmem());
  check("process.memoryUsage", process.memoryUsage() >= 65536);
  const began = performance.now();
  const began_ns = process.hrtime();
  sleepSync(20);
  check("sleepSync", performance.now() - began >= 20 && process.hrtime() - began_ns >= 20_000_000);
  check("process.uptime", process.uptime() > 0);
}

function children(): void {
  check("process.pid", process.pid() > 0 && process.ppid() > 0);
  check("spawnSync", spawnSync(OWN, ["status", "7"]) == 7);
  const pid = start(OWN, ["echo", "from a child"]);
  check("start", pid > 0 && waitFor(pid) == 0);
  failed("spawnSync of nothing", spawnSync("/none") == -1, ENOENT);
  failed("spawnSync of a directory", spawnSync("/tmp") == -1, EACCES);
}

function sockets(): void {
  const server = createServer(PORT);
  const client = connect("127.0.0.1", PORT);
  check("createServer and connect", server !== null && client !== null);
  if (server === null || client === null) return;
  const peer = server.accept();
  check("accept", peer !== null);
  if (peer === null) return;
  check("write and end", client.writeText("over the wire") && client.end());
  const bytes = peer.read(100);
  check("read", bytes !== null && String.UTF8.decode(bytes.slice().buffer) == "over the wire");
  const end = peer.read(100);
  check("read at the end", end !== null && end.length == 0);
  check("destroy", client.destroy() && peer.destroy() && server.close());
  failed("connect to nobody", connect("127.0.0.1", PORT + 1) === null, ECONNREFUSED);
  failed("connect to no address", connect("nowhere", PORT) === null, EINVAL);
  failed("createServer on no port", createServer(65536) === null, EINVAL);
}

export function main(): i32 {
  const argv = process.argv();
  if (argv.length == 3 && argv[1] == "status") process.exit(I32.parseInt(argv[2]));
  if (argv.length == 3 && argv[1] == "echo") {
    Console.error(argv[2]);
    return 0;
  }
  directories();
  contents();
  itself();
  if (argv.length == 2 && argv[1] == "machine") {
    children();
    sockets();
  }
  Console.log(`selftest-node: ${checked} checked, ${wrong} wrong`);
  return wrong ? 1 : 0;
}
