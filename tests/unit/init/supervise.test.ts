// Supervision: restarts with back-off, heartbeats, giving up, and what programs may ask of init.

import { describe, expect, it } from "vitest";
import { EALREADY, EBADMSG, ENOENT, ENOEXEC, ENOSYS, ETIMEDOUT } from "../../../abi/errno.ts";
import { SVC_LIST, SVC_RESTART, SVC_START, SVC_STOP, SVC_UPDATE } from "../../../abi/ops.ts";
import { SVC_FAILED, SVC_RUNNING, SVC_STOPPED } from "../../../abi/svc.ts";
import { makeProgram } from "../loader/program.ts";
import { Machine, makeInitrd, ownManifest } from "./machine.ts";

const MS = 1_000_000n;
const COMMAND = "mode=run -- x";

function named(name: string): Uint8Array {
  return Buffer.concat([Buffer.from([Buffer.byteLength(name)]), Buffer.from(name)]);
}

function index(i: number): Uint8Array {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(i);
  return data;
}

/** state, pid, endpoint, restarts, name of an answer to SVC_LIST */
function record(data: Buffer): [number, number, number, number, string] {
  const [state, pid, endpoint, restarts] = [0, 4, 8, 12].map((at) => data.readUInt32LE(at));
  return [state, pid, endpoint, restarts, data.toString("utf8", 17)];
}

/** Answers of init to `requests`, given while the shell runs. */
function control(machine: Machine, requests: Machine["requests"]): [number, Buffer][] {
  machine.requests = requests;
  machine.shellEndsWhen = () => machine.requests.length === 0;
  machine.boot(COMMAND);
  return machine.answers;
}

describe("a service that dies", () => {
  it("is started again, asked for its memory, and after a time that doubles", () => {
    const machine = new Machine();
    machine.deaths = [
      { pid: 101, status: 9 },
      { pid: 105, status: 9 },
      { pid: 106, status: 9 },
      { pid: "shell", status: 0 },
    ];
    machine.boot(COMMAND);
    expect(machine.inherited).toEqual([
      [105, 101],
      [106, 105],
    ]);
    expect(machine.now_ns).toBe(3n * MS); // 1 + 2, and the third waits for 4 when the shell ends
    expect(machine.abandoned).toEqual([]);
  });

  it("33 times in a row is given up, and its endpoint is down", () => {
    const machine = new Machine();
    machine.deaths = [{ pid: 101, status: 9 }];
    for (let pid = 105; pid < 105 + 32; pid++) machine.deaths.push({ pid, status: 9 });
    machine.deaths.push({ pid: "shell", status: 0 });
    machine.boot(COMMAND);
    expect(machine.abandoned).toEqual([1]);
    expect(machine.log.at(-2)).toBe("vfs is given up: it died 33 times in a row");
    expect(machine.now_ns).toBeLessThan(30_000n * MS);
  });

  it("and is never to be restarted stays down", () => {
    const machine = new Machine(makeInitrd(ownManifest(({ services }) => (services[1].restart = "never"))));
    machine.deaths.unshift({ pid: 101, status: 9 });
    machine.boot(COMMAND);
    expect(machine.abandoned).toEqual([1]);
    expect(machine.inherited).toEqual([]);
  });
});

describe("a service that does not answer its heartbeat", () => {
  it("three times in a row is ended", () => {
    const machine = new Machine();
    let calls = 0;
    machine.describeResults.get = (endpoint: number) =>
      endpoint === 2 && machine.spawned.length && ++calls <= 3 ? -ETIMEDOUT : undefined;
    machine.shellEndsWhen = () => calls > 3;
    machine.boot(COMMAND);
    expect(machine.log[0]).toBe("network (pid 102) does not answer: ended");
  });
});

describe("a program", () => {
  it("is told of every service, and of no other", () => {
    const answers = control(new Machine(), [
      { op: SVC_LIST, data: index(0) },
      { op: SVC_LIST, data: index(4) },
      { op: SVC_LIST, data: index(5) },
      { op: SVC_LIST, data: index(0xffff_ffff) },
      { op: SVC_LIST, data: Buffer.alloc(3) },
      { op: 905, data: Buffer.alloc(0) },
    ]);
    expect(record(answers[0][1])).toEqual([SVC_RUNNING, 100, 5, 0, "console"]);
    expect(record(answers[1][1])).toEqual([SVC_RUNNING, 104, 3, 0, "loader"]);
    expect(answers.slice(2).map(([value]) => value)).toEqual([-ENOENT, -ENOENT, -EBADMSG, -ENOSYS]);
  });

  it("stops, starts and restarts by name", () => {
    const machine = new Machine();
    const answers = control(machine, [
      { op: SVC_STOP, data: named("network") },
      { op: SVC_LIST, data: index(2) },
      { op: SVC_STOP, data: named("network") },
      { op: SVC_START, data: named("network") },
      { op: SVC_START, data: named("network") },
      { op: SVC_RESTART, data: named("network") },
      { op: SVC_LIST, data: index(2) },
      { op: SVC_RESTART, data: named("net") },
      { op: SVC_STOP, data: Buffer.from([200, 1]) },
    ]);
    expect(answers.map(([value]) => value)).toEqual([
      0,
      0,
      -EALREADY,
      105,
      -EALREADY,
      106,
      0,
      -ENOENT,
      -EBADMSG,
    ]);
    expect(record(answers[1][1])).toEqual([SVC_STOPPED, 0, 2, 0, "network"]);
    expect(record(answers[6][1])).toEqual([SVC_RUNNING, 106, 2, 1, "network"]);
    expect(machine.abandoned).toEqual([2]);
    expect(machine.inherited).toEqual([[106, 105]]);
  });

  it("updates with a program that is one; what is none changes nothing", () => {
    const machine = new Machine();
    const answers = control(machine, [
      { op: SVC_UPDATE, data: named("vfs"), window: Buffer.from("no program") },
      { op: SVC_UPDATE, data: named("vfs") },
      { op: SVC_UPDATE, data: named("vfs"), window: Buffer.alloc((1 << 22) + 1) },
      { op: SVC_LIST, data: index(1) },
      { op: SVC_UPDATE, data: named("vfs"), window: makeProgram() },
      { op: SVC_LIST, data: index(1) },
    ]);
    expect(answers[0][0]).toBe(-ENOEXEC);
    expect(answers[1][0]).toBeLessThan(0);
    expect(answers[2][0]).toBeLessThan(0);
    expect(record(answers[3][1])).toEqual([SVC_RUNNING, 101, 1, 0, "vfs"]);
    expect(answers[4][0]).toBe(105);
    expect(record(answers[5][1])).toEqual([SVC_RUNNING, 105, 1, 1, "vfs"]);
    expect(machine.inherited).toEqual([[105, 101]]);
  });

  it("may start again what was given up", () => {
    const machine = new Machine(makeInitrd(undefined, ["block"]));
    const answers = control(machine, [
      { op: SVC_LIST, data: index(3) },
      { op: SVC_START, data: named("block") },
    ]);
    expect(record(answers[0][1])[0]).toBe(SVC_FAILED);
    expect(answers[1][0]).toBe(-ENOENT);
  });
});
