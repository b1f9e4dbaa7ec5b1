// What init does: services with their rights, waiting for them, the modes of the boot arguments, deaths, and the machine's
// exit status.

import { describe, expect, it } from "vitest";
import {
  CONFIG_DENY_SEND,
  CONFIG_DEVICE,
  CONFIG_MEMORY,
  CONFIG_MESSAGE_PRIORITY,
  CONFIG_PRIORITY,
  CONFIG_PRIVILEGES,
  CONFIG_RECEIVE,
  DEVICE_UART,
  SUPERVISED,
} from "../../../abi/construct.ts";
import { EAGAIN, EIO, ENOENT, ENOEXEC, ETIMEDOUT } from "../../../abi/errno.ts";
import { ARGUMENT_BLOCK } from "../../../abi/program.ts";
import { Machine, makeInitrd, ownManifest, readArguments } from "./machine.ts";

const exited = (code: number): number => code << 8;
const argumentsOf = (machine: Machine, endpoint: number): string[] =>
  readArguments(machine.service(endpoint)!.linear.subarray(ARGUMENT_BLOCK));

describe("the services", () => {
  const machine = new Machine();
  const status = machine.boot("semihosting mode=boot");
  const config = (endpoint: number) =>
    machine.service(endpoint)!.config.map(({ what, value, extra }) => [what, Number(value), Number(extra)]);

  it("are started in the manifest's order", () => {
    expect(status).toBe(0);
    expect(machine.log.slice(0, -1)).toEqual([]);
    expect([...machine.processes.values()].map(({ name }) => name)).toEqual([
      "console",
      "vfs",
      "network",
      "block",
      "loader",
    ]);
    expect([...machine.processes.values()].every(({ started }) => started !== undefined)).toBe(true);
  });

  it("have the rights that the manifest gives", () => {
    expect(config(5)).toEqual(
      expect.arrayContaining([
        [CONFIG_PRIORITY, 20, 0],
        [CONFIG_MESSAGE_PRIORITY, 2, 0],
        [CONFIG_PRIVILEGES, 2 | 4 | 16, 0],
        [CONFIG_RECEIVE, 5, SUPERVISED],
        [CONFIG_DEVICE, DEVICE_UART, 0],
        [CONFIG_DENY_SEND, 1, 0],
        [CONFIG_DENY_SEND, 5, 0],
      ]),
    );
    expect(config(3)).toContainEqual([CONFIG_PRIVILEGES, 1 | 32, 0]);
    expect(config(2)).toContainEqual([CONFIG_PRIVILEGES, 0, 0]);
    expect(config(2).some(([what]) => what === CONFIG_DEVICE)).toBe(false);
  });

  it("have no more memory than the manifest gives", () => {
    const small = new Machine(makeInitrd(ownManifest(({ services }) => (services[1].memory_max_pages = 3))));
    small.boot("");
    expect(small.service(1)!.config).toContainEqual({ what: CONFIG_MEMORY, value: 2n, extra: 3n });
    expect(small.service(2)!.config).toContainEqual({ what: CONFIG_MEMORY, value: 2n, extra: 16n });
  });

  it("are children of init with their names as arguments", () => {
    expect([...machine.processes.values()].map(({ token }) => token)).toEqual([0n, 0n, 0n, 0n, 0n]);
    expect(argumentsOf(machine, 1)).toEqual(["vfs"]);
    expect(argumentsOf(machine, 5)).toEqual(["console"]);
  });

  it("leave no object open in init", () => {
    expect([...machine.objects.values()].some(({ open }) => open)).toBe(false);
    expect(machine.liveObjects).toBeGreaterThan(0);
  });

  it("are asked what they are, with a time limit", () => {
    expect(machine.described.map(({ endpoint }) => endpoint)).toEqual([5, 1, 2, 4, 3]);
    expect(machine.described.every(({ timeout_ns }) => timeout_ns === 100_000_000n)).toBe(true);
  });
});

describe("a service that fails", () => {
  it("to answer is named, and the boot's status is 1", () => {
    const machine = new Machine();
    machine.describeResults.set(2, -ETIMEDOUT);
    expect(machine.boot("mode=boot")).toBe(1);
    expect(machine.log[0]).toBe("network does not answer on endpoint 2: Connection timed out");
  });

  it("to be there is named, the others start", () => {
    const machine = new Machine(makeInitrd(ownManifest(), ["block"]));
    expect(machine.boot("mode=boot")).toBe(1);
    expect(machine.log[0]).toBe("cannot start block from /sbin/block: No such file or directory");
    expect(machine.processes.size).toBe(4);
    expect(machine.described.map(({ endpoint }) => endpoint)).toEqual([5, 1, 2, 3]);
  });

  it("to get what it needs is given back whole, whichever call fails", () => {
    const good = new Machine();
    good.boot("mode=boot");
    for (let call = 0; call < good.buildCalls; call += 3) {
      const machine = new Machine();
      machine.failure = { call, errno: EIO };
      expect(machine.boot("mode=boot")).toBe(1);
      expect(machine.log[0]).toMatch(/^cannot start \w+ from \/sbin\/\w+: Input\/output error$/);
      expect(machine.processes.size).toBe(4);
      expect([...machine.objects.values()].some(({ open }) => open)).toBe(false);
    }
  });

  it("because it needs more memory than it may have is named", () => {
    const machine = new Machine(
      makeInitrd(ownManifest(({ services }) => (services[0].memory_max_pages = 1))),
    );
    expect(machine.boot("mode=boot")).toBe(1);
    expect(machine.log[0]).toBe("cannot start console from /sbin/console: Cannot allocate memory");
  });

  it("does not keep a command from running", () => {
    const machine = new Machine();
    machine.describeResults.set(2, -ETIMEDOUT);
    expect(machine.boot("mode=run -- true")).toBe(0);
    expect(machine.spawned).toHaveLength(1);
  });

  it("during the boot is named with its cause, and made good", () => {
    const machine = new Machine();
    machine.describeResults.set(2, -ETIMEDOUT);
    machine.deaths = [{ pid: 102, status: exited(3) }];
    machine.boot("mode=boot");
    expect(machine.log[0]).toBe("network (pid 102) died: exit status 3");
    expect(machine.log[1]).toBe("network runs again (pid 105)");
  });
});

describe("a command", () => {
  it("runs in the shell, word for word", () => {
    const machine = new Machine();
    const command = "echo  'a -- b' mode=shell; ls größe";
    machine.boot(`semihosting mode=run -- ${command}`);
    expect(machine.spawned).toEqual([{ path: "/bin/sh", argv: ["sh", "-c", command] }]);
  });

  it("has the console as its descriptors 0, 1 and 2", () => {
    for (const first of [0, 1, 7]) {
      const machine = new Machine();
      machine.openResult = first;
      machine.boot("mode=run -- true");
      expect([...machine.descriptors.entries()].sort()).toEqual([0, 1, 2].map((fd) => [fd, "/dev/console"]));
    }
  });

  it.each([
    ["its exit status", exited(0), 0],
    ["its exit status", exited(255), 255],
    ["128 and the signal", 11, 139],
  ])("gives the machine %s", (_, status, result) => {
    const machine = new Machine();
    machine.deaths = [{ pid: "shell", status }];
    expect(machine.boot("mode=run -- x")).toBe(result);
  });

  it("goes on while orphans end and services die, which is logged", () => {
    const machine = new Machine();
    machine.deaths = [
      { pid: 900, status: 11 },
      { pid: 101, status: 11 },
      { pid: "shell", status: exited(5) },
    ];
    machine.shellEndsWhen = () => machine.now_ns >= 10_000_000n;
    expect(machine.boot("mode=run -- x")).toBe(5);
    expect(machine.log.slice(0, -1)).toEqual([
      "vfs (pid 101) died: killed by signal 11",
      "vfs runs again (pid 105)",
    ]);
  });

  it.each([
    [-ENOENT, 127, "No such file or directory"],
    [-ENOEXEC, 126, "Exec format error"],
    [-EAGAIN, 126, "Resource temporarily unavailable"],
  ])("that has no shell (%i) gives %i", (spawnResult, result, text) => {
    const machine = new Machine();
    machine.spawnResult = spawnResult;
    expect(machine.boot("mode=run -- x")).toBe(result);
    expect(machine.log[0]).toBe(`cannot start /bin/sh: ${text}`);
  });

  it("that has no console gives 1", () => {
    const machine = new Machine();
    machine.openResult = -EIO;
    expect(machine.boot("mode=run -- x")).toBe(1);
    expect(machine.log[0]).toBe("cannot open /dev/console: Input/output error");
    expect(machine.spawned).toEqual([]);
  });

  it("whose shell cannot be waited for gives 1", () => {
    const machine = new Machine();
    machine.deaths = [];
    expect(machine.boot("mode=run -- x")).toBe(1);
    expect(machine.log[0]).toBe("lost the shell");
  });
});

describe("the boot arguments", () => {
  it.each([
    ["", undefined],
    ["semihosting", undefined],
    ["mode=boot", undefined],
    ["mode=boot -- echo", undefined],
    ["xmode=shell", undefined],
    ["mode=run", undefined],
    ["mode=run --", undefined],
    ["mode=run --   ", undefined],
    ["-- mode=shell", undefined],
    ["mode=safe", undefined],
    ["mode=shell", ["sh"]],
    ["mode=shell -- echo", ["sh"]],
    ["mode=run mode=shell", ["sh"]],
    ["  mode=run   -- true", ["sh", "-c", "true"]],
    ["mode=run -- -- x", ["sh", "-c", "-- x"]],
    ["mode=run --true -- false", ["sh", "-c", "false"]],
  ])("%j start %j", (bootArguments, argv) => {
    const machine = new Machine();
    expect(machine.boot(bootArguments)).toBe(0);
    expect(machine.spawned.map((spawn) => spawn.argv)).toEqual(argv ? [argv] : []);
  });

  it("are complained about when they make no sense", () => {
    const machine = new Machine();
    machine.boot("mode=run");
    expect(machine.log[0]).toContain("without a command");
    const other = new Machine();
    other.boot("mode=\nsafe");
    expect(other.log[0]).toContain("unknown mode");
  });

  it("tell the console of a shell that it is a terminal", () => {
    const machine = new Machine();
    machine.boot("mode=shell");
    expect(argumentsOf(machine, 5)).toEqual(["console", "tty"]);
    expect(argumentsOf(machine, 1)).toEqual(["vfs"]);
  });
});
