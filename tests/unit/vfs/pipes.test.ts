// Pipes: order, waiting at both ends, what the death of an end means, and that nothing is left of them.

import { describe, expect, test } from "vitest";
import { DRAIN_CANCELLED_CALL, DRAIN_CLOSED_HANDLE } from "../../../abi/construct.ts";
import { EBADF, EBADMSG, EFAULT, EINVAL, ENFILE, EPIPE, ESPIPE } from "../../../abi/errno.ts";
import { O_CREAT, O_WRONLY, SEEK_CUR, S_IFIFO, S_IFMT } from "../../../abi/file.ts";
import { MAX_INLINE_WRITE, PIPE_ATOMIC, PIPE_CAPACITY } from "../../../abi/limits.ts";
import { POLL_ERROR, POLL_HANG_UP, POLL_IN, POLL_OUT } from "../../../abi/net.ts";
import { VFS_PIPE, VFS_POLL, VFS_READ, VFS_WRITE } from "../../../abi/ops.ts";
import { SYS_POLL_WAKE } from "../../../abi/syscall.ts";
import type { Window } from "../harness/fake_kernel.ts";
import { RequestData } from "../harness/message.ts";
import { LATER } from "../harness/service.ts";
import { checkArena } from "./arena_check.ts";
import { CURRENT_OFFSET, NOTIFY_DRAIN, VfsClient } from "./client.ts";

interface Ends {
  reader: number;
  writer: number;
}

function makePipe(vfs: VfsClient): Ends {
  const { result, data } = vfs.service.call(VFS_PIPE, new RequestData());
  expect(result).toBe(0n);
  expect(data).toHaveLength(8);
  return { reader: data.readUInt32LE(0), writer: data.readUInt32LE(4) };
}

/** What poll answers about a handle. */
function poll(vfs: VfsClient, handle: number, events: number): number {
  return Number(vfs.service.call(VFS_POLL, new RequestData().u32(handle).u32(events)).result);
}

/** Counts from now on who is woken for having polled. */
function countWakes(vfs: VfsClient): { count: number } {
  const wakes = { count: 0 };
  vfs.kernel.handlers.set(SYS_POLL_WAKE, () => {
    wakes.count++;
    return 0;
  });
  return wakes;
}

/** A call that may have to wait. */
interface Call {
  token: bigint;
  bytes: Buffer;
  result: bigint;
}

function startRead(vfs: VfsClient, handle: number, length: number): Call {
  const bytes = Buffer.alloc(length);
  const request = new RequestData().u32(handle).u32(length).u64(CURRENT_OFFSET);
  const { result } = vfs.service.call(VFS_READ, request, [{ bytes }]);
  return { token: vfs.service.lastToken, bytes, result };
}

function startWrite(vfs: VfsClient, handle: number, bytes: Buffer, window: Window = { bytes }): Call {
  const request = new RequestData().u32(handle).u32(bytes.length).u64(CURRENT_OFFSET);
  const isInline = bytes.length <= MAX_INLINE_WRITE;
  const { result } = vfs.service.call(
    VFS_WRITE,
    isInline ? request.bytes(bytes) : request,
    isInline ? [] : [window],
  );
  return { token: vfs.service.lastToken, bytes, result };
}

/** The answer that a waiting call has got meanwhile; undefined: it still waits. */
function answerOf(vfs: VfsClient, call: Call): number | Buffer | undefined {
  expect(call.result).toBe(LATER);
  const answer = vfs.kernel.answered.get(call.token);
  if (!answer) return undefined;
  vfs.kernel.answered.delete(call.token);
  if (answer.result < 0n) return Number(answer.result);
  return answer.data.length > 0 ? answer.data : call.bytes.subarray(0, Number(answer.result));
}

const bytesFrom = (start: number, length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => ((start + i) * 31 + ((start + i) >> 8)) & 0xff));

describe("bytes", () => {
  test("come out in the order in which they went in, over many turns of the ring", () => {
    const vfs = new VfsClient();
    const { reader, writer } = makePipe(vfs);
    let [written, read] = [0, 0];
    for (let step = 0; written < 6 * PIPE_CAPACITY; step++) {
      const size = [1, 240, 241, 4096, 30_000, 60_000][step % 6];
      const room = PIPE_CAPACITY - (written - read);
      if (size > PIPE_ATOMIC ? room > 0 : room >= size) {
        const count = vfs.write(writer, bytesFrom(written, size));
        expect(count).toBe(Math.min(size, room));
        written += count;
      }
      const part = vfs.read(reader, [7, 256, 257, 5000, 50_000][step % 5]) as Buffer;
      expect(part).toEqual(bytesFrom(read, part.length));
      read += part.length;
    }
    expect(vfs.read(reader, 1 << 16)).toEqual(bytesFrom(read, written - read));
    checkArena(vfs.service.memory);
  });

  test("a bad buffer: -EFAULT, and nothing is lost", () => {
    const vfs = new VfsClient();
    const { reader, writer } = makePipe(vfs);
    const data = bytesFrom(0, 3000);
    expect(Number(startWrite(vfs, writer, data, { bytes: data, goodBytes: 0 }).result)).toBe(-EFAULT);
    expect(vfs.write(writer, data)).toBe(3000);
    expect(vfs.read(reader, 3000, CURRENT_OFFSET, { bytes: Buffer.alloc(3000), goodBytes: 0 })).toBe(-EFAULT);
    expect(vfs.read(reader, 3000)).toEqual(data);
  });
});

describe("waiting", () => {
  test("a reader gets what is written next, and readers wait in turn", () => {
    const vfs = new VfsClient();
    const { reader, writer } = makePipe(vfs);
    const first = startRead(vfs, reader, 4);
    const second = startRead(vfs, reader, 1000);
    expect(answerOf(vfs, first)).toBeUndefined();
    expect(vfs.write(writer, "abcdef")).toBe(6);
    const answers = [answerOf(vfs, first), answerOf(vfs, second)].map(String).sort();
    expect([
      ["abcd", "ef"],
      ["abcdef", "undefined"],
    ]).toContainEqual(answers);
  });

  test("a writer that waits for room goes on when some is read; a short one writes all or nothing", () => {
    const vfs = new VfsClient();
    const { reader, writer } = makePipe(vfs);
    expect(vfs.writeAll(writer, bytesFrom(0, PIPE_CAPACITY - 100), 0n)).toBe(-ESPIPE);
    expect(vfs.write(writer, bytesFrom(0, PIPE_CAPACITY - 100))).toBe(PIPE_CAPACITY - 100);
    const short = startWrite(vfs, writer, bytesFrom(PIPE_CAPACITY - 100, 101));
    expect(answerOf(vfs, short)).toBeUndefined();
    expect(vfs.write(writer, bytesFrom(PIPE_CAPACITY - 100, 5000))).toBe(100);
    const long = startWrite(vfs, writer, bytesFrom(0, 5000));
    expect(vfs.read(reader, 50)).toHaveLength(50);
    expect(vfs.kernel.answered.get(long.token)?.result).toBe(50n);
    expect(answerOf(vfs, short)).toBeUndefined();
    expect(vfs.read(reader, 101)).toHaveLength(101);
    expect(vfs.kernel.answered.get(short.token)?.result).toBe(101n);
  });

  test("others are served meanwhile, and a caller that dies is forgotten", () => {
    const vfs = new VfsClient();
    const { reader, writer } = makePipe(vfs);
    const call = startRead(vfs, reader, 10);
    expect(vfs.put("/tmp/other", "x")).toBe(0);
    vfs.kernel.kept.delete(call.token);
    vfs.kernel.drainQueue.push({ kind: DRAIN_CANCELLED_CALL, token: call.token });
    vfs.service.notify(NOTIFY_DRAIN);
    expect(vfs.write(writer, "kept")).toBe(4);
    expect(vfs.kernel.answered.size).toBe(0);
    expect(vfs.read(reader, 10)).toEqual(Buffer.from("kept"));
  });
});

describe("an end that is closed", () => {
  test("no writer: what is in the pipe, then its end, also for who waits", () => {
    const vfs = new VfsClient();
    const { reader, writer } = makePipe(vfs);
    vfs.write(writer, "last");
    expect(vfs.close(writer)).toBe(0);
    expect(vfs.read(reader, 10)).toEqual(Buffer.from("last"));
    expect(vfs.read(reader, 10)).toHaveLength(0);
    const other = makePipe(vfs);
    const call = startRead(vfs, other.reader, 10);
    vfs.kernel.drainQueue.push({ kind: DRAIN_CLOSED_HANDLE, handle: other.writer });
    vfs.service.notify(NOTIFY_DRAIN);
    expect(answerOf(vfs, call)).toHaveLength(0);
  });

  test("no reader: -EPIPE, also for who waits for room", () => {
    const vfs = new VfsClient();
    const { reader, writer } = makePipe(vfs);
    vfs.write(writer, Buffer.alloc(PIPE_CAPACITY));
    const call = startWrite(vfs, writer, Buffer.from("x"));
    expect(vfs.close(reader)).toBe(0);
    expect(answerOf(vfs, call)).toBe(-EPIPE);
    expect(vfs.write(writer, "x")).toBe(-EPIPE);
  });

  test("nothing is left when both are closed, nor when the maker died before it heard of them", () => {
    const vfs = new VfsClient();
    const before = checkArena(vfs.service.memory);
    const pipes = Array.from({ length: 100 }, () => makePipe(vfs));
    pipes.forEach(({ writer }) => vfs.write(writer, Buffer.alloc(5000)));
    pipes.forEach(({ reader, writer }, i) =>
      [reader, writer].sort(() => (i & 1) - 0.5).forEach((h) => vfs.close(h)),
    );
    makePipe(vfs);
    vfs.kernel.drainQueue.push({ kind: DRAIN_CANCELLED_CALL, token: vfs.service.lastToken });
    vfs.service.notify(NOTIFY_DRAIN);
    const after = checkArena(vfs.service.memory);
    expect(after.openHandles).toBe(before.openHandles);
    expect(after.usedInodes).toBe(before.usedInodes);
    expect(after.endBlock - after.freeBlocks).toBe(before.endBlock - before.freeBlocks);
  });
});

test("what a pipe cannot: -ESPIPE, -EBADF, -EINVAL", () => {
  const vfs = new VfsClient();
  const { reader, writer } = makePipe(vfs);
  expect(vfs.seek(reader, 0n, SEEK_CUR)).toBe(BigInt(-ESPIPE));
  expect(vfs.read(reader, 1, 0n)).toBe(-ESPIPE);
  expect(vfs.write(writer, "x", 0n)).toBe(-ESPIPE);
  expect(vfs.read(writer, 1)).toBe(-EBADF);
  expect(vfs.write(reader, "x")).toBe(-EBADF);
  expect(vfs.ftruncate(writer, 0n)).toBe(-EINVAL);
  const stat = vfs.fstat(reader);
  expect(typeof stat === "object" && stat.mode & S_IFMT).toBe(S_IFIFO);
});

test("the last handle but one: -ENFILE, and the pipe is not half made", () => {
  const vfs = new VfsClient();
  for (let i = 0; i < 1023; i++) expect(vfs.open("/tmp/f", O_CREAT | O_WRONLY)).toBeGreaterThan(0);
  expect(vfs.service.call(VFS_PIPE, new RequestData()).result).toBe(BigInt(-ENFILE));
  expect(checkArena(vfs.service.memory).openHandles).toBe(1023);
});

test("a pipe and what is in it survive a restart", () => {
  const vfs = new VfsClient();
  const { reader, writer } = makePipe(vfs);
  vfs.write(writer, "before");
  const next = new VfsClient({ memoryBefore: new Uint8Array(vfs.service.memory.buffer.slice(0)) });
  expect(next.write(writer, " and after")).toBe(10);
  expect(next.close(writer)).toBe(0);
  expect(next.read(reader, 100)).toEqual(Buffer.from("before and after"));
  expect(next.read(reader, 100)).toHaveLength(0);
});

describe("poll", () => {
  test("an empty pipe is not ready to be read until bytes or its end come, and whoever asked is woken once", () => {
    const vfs = new VfsClient();
    const { reader, writer } = makePipe(vfs);
    const wakes = countWakes(vfs);
    expect(poll(vfs, reader, POLL_IN)).toBe(0);
    expect(poll(vfs, writer, POLL_IN | POLL_OUT)).toBe(POLL_OUT);
    startWrite(vfs, writer, Buffer.from("abc"));
    expect(wakes.count).toBe(1);
    startWrite(vfs, writer, Buffer.from("abc"));
    expect(wakes.count).toBe(1);
    expect(poll(vfs, reader, POLL_IN)).toBe(POLL_IN);
    startRead(vfs, reader, 6);
    expect(poll(vfs, reader, POLL_IN)).toBe(0);
    vfs.close(writer);
    expect(wakes.count).toBe(2);
    expect(poll(vfs, reader, POLL_IN)).toBe(POLL_IN | POLL_HANG_UP);
  });

  test("a full pipe is not ready to be written until there is room for a whole piece, or nobody reads", () => {
    const vfs = new VfsClient();
    const { reader, writer } = makePipe(vfs);
    startWrite(vfs, writer, Buffer.alloc(PIPE_CAPACITY));
    const wakes = countWakes(vfs);
    expect(poll(vfs, writer, POLL_OUT)).toBe(0);
    startRead(vfs, reader, PIPE_ATOMIC - 1);
    expect(wakes.count).toBe(1);
    expect(poll(vfs, writer, POLL_OUT)).toBe(0);
    startRead(vfs, reader, 1);
    expect(poll(vfs, writer, POLL_OUT)).toBe(POLL_OUT);
    vfs.close(reader);
    expect(poll(vfs, writer, POLL_OUT)).toBe(POLL_OUT | POLL_ERROR);
  });

  test("files are always ready; handles that are none are not", () => {
    const vfs = new VfsClient();
    const file = vfs.open("/f", O_CREAT | O_WRONLY);
    expect(poll(vfs, file, POLL_IN | POLL_OUT)).toBe(POLL_IN | POLL_OUT);
    expect(poll(vfs, file + 1, POLL_IN)).toBe(-EBADF);
    expect(Number(vfs.service.call(VFS_POLL, new RequestData().u32(file)).result)).toBe(-EBADMSG);
  });
});
