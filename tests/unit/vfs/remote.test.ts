// A file system that is a service of its own, played here: what it says wrongly, late, to the wrong question or not at all
// harms nobody, and what it says rightly is what programs see.

import { describe, expect, test } from "vitest";
import { EPID_PROCFS } from "../../../abi/endpoints.ts";
import { ECONNREFUSED, EIO, ENAMETOOLONG, ENODEV, ENOENT, EROFS, ETIMEDOUT } from "../../../abi/errno.ts";
import { O_CREAT, O_WRONLY, STAT_BYTES, S_IFDIR, S_IFLNK, S_IFREG } from "../../../abi/file.ts";
import {
  FS_ANSWER,
  FS_LIST,
  FS_LOOKUP,
  FS_PARENT,
  FS_READ,
  FS_ROOT,
  FS_STAT,
  VFS_MOUNT,
  VFS_UMOUNT,
} from "../../../abi/ops.ts";
import { SYS_EP_EXISTS, SYS_EP_STATS } from "../../../abi/syscall.ts";
import { ANSWERS_ENDPOINT } from "../harness/fake_kernel.ts";
import { AT, PAGE, RequestData } from "../harness/message.ts";
import { VfsClient } from "./client.ts";

const [SERVICE_PID, STRANGER] = [77, 78];
const FILE = 5;
const TEXT = "what the file says";
const TICKS_PER_SECOND = 62_500_000n;

interface Question {
  op: number;
  cookie: bigint;
  inode: number;
  rest: Buffer;
}
type Reply = { status?: number; data?: Buffer } | undefined;

const pair = (inode: number, mode: number): Buffer => new RequestData().u32(inode).u32(mode).build();
const entry = (inode: number, mode: number, next: bigint, name: string): Buffer =>
  new RequestData().u32(inode).u32(mode).u64(next).str(name).build();

/** A tree of one file "f", as a service should answer. */
function honest({ op, inode, rest }: Question): Reply {
  if (op === FS_LOOKUP)
    return { data: rest.subarray(1).toString() === "f" ? pair(FILE, S_IFREG | 0o444) : pair(0, 0) };
  if (op === FS_PARENT) return { data: pair(FS_ROOT, S_IFDIR | 0o555) };
  if (op === FS_STAT) {
    const data = Buffer.alloc(STAT_BYTES);
    data.writeUInt32LE(inode === FS_ROOT ? S_IFDIR | 0o555 : S_IFREG | 0o444, 0);
    return { data };
  }
  const position = rest.readBigUInt64LE(0);
  if (op === FS_LIST) return { data: position ? Buffer.alloc(0) : entry(FILE, S_IFREG, 1n, "f") };
  if (op === FS_READ) return { data: Buffer.from(TEXT).subarray(Number(position)) };
  return { status: -1 };
}

class Remote {
  readonly vfs = new VfsClient();
  readonly pending: Question[] = [];
  owner = SERVICE_PID;
  sends = 0;
  /** What a send says. */
  refusal = 0;

  constructor(private readonly answer: (question: Question) => Reply = honest) {
    const { kernel, service } = this.vfs;
    kernel.handlers.set(SYS_EP_STATS, (args) => {
      kernel.slice(Number(args[1]), 32).fill(0).writeUInt32LE(this.owner, 4);
      return 0;
    });
    kernel.handlers.set(SYS_EP_EXISTS, (args) => (args[0] > 0n && args[0] < 16n ? 1 : 0));
    kernel.peers.set(EPID_PROCFS, { call: () => -1, send: () => this.take() });
    service.goOn = () => this.answerOne();
  }

  private take(): number {
    if (this.refusal) return this.refusal;
    this.sends++;
    const page = this.vfs.kernel.slice(PAGE, 512);
    const data = Buffer.from(page.subarray(AT.data, AT.data + page.readUInt16LE(AT.info + 4)));
    const question = {
      op: page.readUInt16LE(AT.info),
      cookie: data.readBigUInt64LE(0),
      inode: data.readUInt32LE(8),
    };
    this.pending.push({ ...question, rest: data.subarray(12) });
    return 0;
  }

  send(cookie: bigint, reply: Exclude<Reply, undefined>, source = this.owner): void {
    const { status = 0, data = Buffer.alloc(0) } = reply;
    const message = new RequestData().u64(cookie).u32(status).u32(0).bytes(data).build();
    this.vfs.service.deliver(FS_ANSWER, message, ANSWERS_ENDPOINT, source);
  }

  answerOne(): boolean {
    const question = this.pending.shift();
    const reply = question && this.answer(question);
    if (reply) this.send(question.cookie, reply);
    return reply !== undefined;
  }
}

describe("an honest service", () => {
  test("is read, listed and walked; nothing is made or removed", () => {
    const { vfs } = new Remote();
    expect(vfs.get("/proc/f")?.toString()).toBe(TEXT);
    expect(vfs.list("/proc")).toEqual(["f"]);
    expect(vfs.stat("/proc/f")).toMatchObject({ mode: S_IFREG | 0o444, inode: FILE });
    expect(vfs.stat("/proc/../proc/./f")).toMatchObject({ inode: FILE });
    expect(vfs.stat("/proc/nope")).toBe(-ENOENT);
    expect(vfs.open("/proc/new", O_CREAT | O_WRONLY)).toBe(-EROFS);
    expect(vfs.unlink("/proc/f")).toBe(-EROFS);
    expect(vfs.stat(`/proc/${"x".repeat(250)}`)).toBe(-ENAMETOOLONG);
    const directory = vfs.open("/proc");
    expect(vfs.where(directory)).toBe("/proc");
    vfs.directory = directory;
    expect(vfs.stat("f")).toMatchObject({ inode: FILE });
  });

  test("is mounted by its endpoint, and unmounted", () => {
    const { vfs } = new Remote();
    const mount = (source: string): number =>
      Number(
        vfs.service.call(VFS_MOUNT, new RequestData().u32(0).str("service").str(source).str("/mnt")).result,
      );
    for (const source of ["", "x", "13x", "99999", "99999999999999999999"])
      expect(mount(source), source).toBe(-ENODEV);
    expect(mount(String(EPID_PROCFS))).toBe(0);
    expect(vfs.get("/mnt/f")?.toString()).toBe(TEXT);
    expect(vfs.service.call(VFS_UMOUNT, new RequestData().str("/mnt")).result).toBe(0n);
    expect(vfs.list("/mnt")).toEqual([]);
  });
});

describe("a service that answers wrongly", () => {
  const wrong: [string, number, Exclude<Reply, undefined>][] = [
    ["a node of 7 bytes", FS_LOOKUP, { data: Buffer.alloc(7, 1) }],
    ["a node that is a link", FS_LOOKUP, { data: pair(FILE, S_IFLNK) }],
    ["a mode without an inode", FS_LOOKUP, { data: pair(0, S_IFREG) }],
    ["a record that is short", FS_STAT, { data: Buffer.alloc(STAT_BYTES - 1) }],
    ["a record of no type", FS_STAT, { data: Buffer.alloc(STAT_BYTES) }],
  ];
  test.each(wrong)("%s is -EIO", (_, op, reply) => {
    const { vfs } = new Remote((question) => (question.op === op ? reply : honest(question)));
    expect(vfs.stat("/proc/f")).toBe(-EIO);
    expect(vfs.put("/tmp/x", "others go on")).toBe(0);
  });

  const entries: [string, Buffer][] = [
    ["a name with a slash", entry(FILE, S_IFREG, 1n, "a/b")],
    ["a name with a NUL", entry(FILE, S_IFREG, 1n, "a\0")],
    ["two dots", entry(FILE, S_IFREG, 1n, "..")],
    ["no name", entry(FILE, S_IFREG, 1n, "")],
    ["a length that lies", Buffer.concat([entry(FILE, S_IFREG, 1n, "f"), Buffer.alloc(3)])],
    ["a position that does not move", entry(FILE, S_IFREG, 0n, "f")],
    ["one byte", Buffer.alloc(1)],
  ];
  test.each(entries)("an entry with %s ends the list", (_, data) => {
    const { vfs } = new Remote((question) => (question.op === FS_LIST ? { data } : honest(question)));
    const directory = vfs.open("/proc");
    expect(vfs.readdir(directory)).toHaveLength(2); // "." and ".."
    expect(vfs.readdir(directory)).toBe(-EIO);
  });

  test("an errno is passed on; a status that is none is no success with data either", () => {
    const { vfs } = new Remote((question) =>
      question.op === FS_READ ? { status: -ENOENT } : honest(question),
    );
    const file = vfs.open("/proc/f");
    expect(vfs.read(file, 10)).toBe(-ENOENT);
  });
});

describe("answers that nobody asked for", () => {
  test("from a stranger, to another question, twice, or cut off, are left alone", () => {
    const remote = new Remote(() => undefined);
    const { vfs } = remote;
    vfs.service.goOn = undefined;
    vfs.stat("/proc/f");
    const token = vfs.service.lastToken;
    const [{ cookie }] = remote.pending;
    remote.send(cookie, { data: pair(9, S_IFREG) }, STRANGER);
    remote.send(cookie + 256n, { data: pair(9, S_IFREG) });
    remote.send(255n, { data: pair(9, S_IFREG) });
    vfs.service.deliver(FS_ANSWER, Buffer.alloc(5), ANSWERS_ENDPOINT, SERVICE_PID);
    vfs.service.deliver(FS_ANSWER, Buffer.alloc(40), ANSWERS_ENDPOINT + 1, SERVICE_PID);
    expect(vfs.kernel.answered.has(token)).toBe(false);
    remote.send(cookie, { data: pair(0, 0) });
    remote.send(cookie, { data: pair(9, S_IFREG) });
    expect(vfs.kernel.answered.get(token)?.result).toBe(BigInt(-ENOENT));
  });
});

describe("a service that says nothing", () => {
  test("is given up after five seconds, and others are served meanwhile", () => {
    const remote = new Remote(() => undefined);
    const { vfs } = remote;
    vfs.service.goOn = undefined;
    vfs.stat("/proc/f");
    const token = vfs.service.lastToken;
    expect(vfs.put("/tmp/other", "x")).toBe(0);
    for (let seconds = 1n; seconds <= 6n; seconds++) {
      vfs.kernel.ticks += TICKS_PER_SECOND;
      vfs.service.tick(vfs.kernel.ticks);
    }
    expect(vfs.kernel.answered.get(token)?.result).toBe(BigInt(-ETIMEDOUT));
  });

  test("because it died is asked again when the next instance is there", () => {
    const remote = new Remote(() => undefined);
    const { vfs } = remote;
    vfs.service.goOn = undefined;
    vfs.stat("/proc/nope");
    const token = vfs.service.lastToken;
    remote.owner = STRANGER;
    vfs.kernel.ticks += TICKS_PER_SECOND;
    vfs.service.tick(vfs.kernel.ticks);
    expect(remote.sends).toBe(2);
    remote.send(remote.pending[1].cookie, { data: pair(0, 0) });
    expect(vfs.kernel.answered.get(token)?.result).toBe(BigInt(-ENOENT));
  });

  test("because it is not there is refused", () => {
    const remote = new Remote();
    remote.refusal = -ECONNREFUSED;
    expect(remote.vfs.stat("/proc/f")).toBe(-ECONNREFUSED);
    remote.refusal = 0;
    expect(remote.vfs.stat("/proc/f")).toMatchObject({ inode: FILE });
  });
});

test("more questions than there is room for are asked one after the other", () => {
  const remote = new Remote(({ op, inode, rest, cookie }) => {
    if (op !== FS_LIST) return honest({ op, inode, rest, cookie });
    const position = rest.readBigUInt64LE(0);
    return {
      data:
        position < 300n
          ? entry(100 + Number(position), S_IFREG, position + 1n, `n${position}`)
          : Buffer.alloc(0),
    };
  });
  expect(remote.vfs.list("/proc")).toHaveLength(300);
});

describe("numbers that mean something else to the VFS are EIO, and never the VFS's own signals:", () => {
  const WAIT = -0x10000; // file_system.ts
  const FIRST_TOO_HIGH = 0x8000_0000;

  test.each([WAIT, -4096, -0x8000_0000])("status %i", (status) => {
    const { vfs } = new Remote(() => ({ status }));
    expect(vfs.stat("/proc/f")).toBe(-EIO);
  });

  test.each([FIRST_TOO_HIGH, WAIT >>> 0, 0xffff_fffe])("inode %i", (inode) => {
    const { vfs } = new Remote((question) =>
      question.op === FS_LOOKUP ? { data: pair(inode, S_IFREG | 0o444) } : honest(question),
    );
    expect(vfs.open("/proc/f")).toBe(-EIO);
  });

  test.each([0x8000_0000, 0x1_0000])("a mode with bit %i", (bit) => {
    const { vfs } = new Remote((question) =>
      question.op === FS_LOOKUP ? { data: pair(FILE, bit | S_IFREG | 0o444) } : honest(question),
    );
    expect(vfs.stat("/proc/f")).toBe(-EIO);
    expect(vfs.open("/proc/f")).toBe(-EIO);
  });
});
