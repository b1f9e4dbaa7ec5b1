import { describe, expect, it } from "vitest";
import { splitSettings } from "../../../toolchain/common/config.ts";
import { readRunArguments } from "../../../toolchain/commands/run.ts";
import { parseForwards, readMachineOptions } from "../../../toolchain/common/options.ts";
import { kernelCommandLine, qemuArguments } from "../../../toolchain/common/qemu.ts";
import { parseDependencies } from "../../../toolchain/pipeline/clang.ts";
import { countReport } from "../../../toolchain/testing/parts.ts";

describe("machine options", () => {
  it.each(["80", "1:2:3", "0:80", "80:65536", "a:b", "1:", "1:2,"])("refuses the forward %s", (text) => {
    expect(() => parseForwards(text)).toThrow(/HOSTFWD/);
  });

  it.each([
    [{ MEM: "15" }, /MEM/],
    [{ MEM: "4096" }, /MEM/],
    [{ MEM: "1e3" }, /MEM/],
    [{ SMP: "2" }, /SMP: 2 cores/],
    [{ DISK: "no-such-file.img" }, /DISK: there is no file/],
  ])("refuses %o", (environment, message) => {
    expect(() => readMachineOptions(environment)).toThrow(message);
  });

  it("takes empty variables as not given", () => {
    expect(readMachineOptions({ CMD: "", MEM: "", DISK: "", HOSTFWD: "", SMP: "" })).toEqual({
      command: undefined,
      disks: [],
      forwards: [],
      memory_mib: 256,
    });
  });
});

describe("hnx run", () => {
  it.each([[["--nope", "x"]], [["--mem"]], [["-x"]]])("refuses %j", (args) => {
    expect(() => readRunArguments(args, {})).toThrow(/unknown option|needs a value/);
  });

  it("takes options up to the command, which may have its own", () => {
    const args = ["--disk", "a", "--disk", "b", "--hostfwd", "1:2", "--hostfwd", "3:4", "ls", "--mem", "x"];
    const { environment } = readRunArguments(args, { MEM: "64" });
    expect(environment).toEqual({ DISK: "a", DISK2: "b", HOSTFWD: "1:2,3:4", CMD: "ls --mem x", MEM: "64" });
  });

  it("takes what follows -- as it is", () => {
    expect(readRunArguments(["--", "-x"], {}).environment.CMD).toBe("-x");
  });
});

describe("QEMU's command line", () => {
  const machine = {
    disks: [] as string[],
    forwards: [] as { host: number; guest: number }[],
    memory_mib: 64,
  };

  it("refuses more devices than there are pages", () => {
    const disks = ["a", "b", "c", "d", "e"];
    const append = "";
    expect(() => qemuArguments({ ...machine, append, disks })).toThrow(/at most 4 disks/);
    const forwards = [{ host: 1, guest: 2 }];
    expect(() => qemuArguments({ ...machine, append, disks: disks.slice(1), forwards })).toThrow(
      /3 with a network/,
    );
  });

  it("hands the command on as it is", () => {
    const command = `echo "a, b" '$HOME' \\ ; ls`;
    const args = qemuArguments({ ...machine, append: kernelCommandLine("run", command) });
    expect(args[args.indexOf("-append") + 1]).toBe(`semihosting mode=run -- ${command}`);
  });

  it("doubles commas of file names and puts disks into different pages", () => {
    const args = qemuArguments({ ...machine, append: "", disks: ["a,b.img", "c.img"] });
    expect(args).toContain("if=none,format=raw,file=a,,b.img,id=hd0");
    expect(args).toContain("virtio-blk-device,drive=hd1,bus=virtio-mmio-bus.8");
  });

  it("has no network unless a port is forwarded", () => {
    expect(qemuArguments({ ...machine, append: "" }).join(" ")).toContain("-nic none");
    const args = qemuArguments({ ...machine, append: "", forwards: [{ host: 8080, guest: 80 }] });
    expect(args).toContain("user,id=net0,hostfwd=tcp::8080-:80");
  });
});

describe("module.json", () => {
  const defaults = { stack_pages: 16, memory_max_pages: 16384, heap_pages: 1, image: true, optimize: "size" };

  it.each([
    [{ stack_pages: 0 }, /"stack_pages" must be a whole number from 1 to 1024, not 0/],
    [{ stack_pages: "16" }, /stack_pages/],
    [{ memory_max_pages: 65537 }, /memory_max_pages/],
    [{ memory_max_pages: 1.5 }, /memory_max_pages/],
    [{ image: "no" }, /"image" must be true or false/],
    [{ optimize: 3 }, /"optimize" must be "size" or "speed", not 3/],
  ])("refuses %o", (own, message) => {
    expect(() => splitSettings("module.json", { ...defaults, ...own })).toThrow(message);
  });

  it("takes the rest as asc's options", () => {
    const { link, asc } = splitSettings("module.json", { ...defaults, image: false, runtime: "stub" });
    expect(link).toEqual({
      stackPages: 16,
      memoryMaxPages: 16384,
      heapPages: 1,
      inImage: false,
      optimize: "size",
    });
    expect(asc).toEqual({ runtime: "stub" });
  });
});

describe("test counting", () => {
  const report = (
    passed: number,
    failed: number,
    files: { status: string; assertionResults: unknown[] }[],
  ) => ({
    numPassedTests: passed,
    numFailedTests: failed,
    numTotalTests: passed + failed,
    testResults: files,
  });

  it("counts a file that could not run, and a run that ended badly, as failures", () => {
    expect(countReport(report(3, 0, [{ status: "failed", assertionResults: [] }]), 1)).toEqual({
      passed: 3,
      failed: 1,
    });
    expect(countReport(report(3, 0, []), 1)).toEqual({ passed: 3, failed: 1 });
    expect(countReport(report(3, 0, []), null)).toEqual({ passed: 3, failed: 1 });
  });

  it("counts tests", () => {
    const files = [{ status: "failed", assertionResults: [{}] }];
    expect(countReport(report(3, 2, files), 1)).toEqual({ passed: 3, failed: 2 });
    expect(countReport(report(3, 0, []), 0)).toEqual({ passed: 3, failed: 0 });
  });
});

describe("parseDependencies", () => {
  it("reads clang's make rule and leaves the compiler's own headers out", () => {
    const rule = "build/a.o: boot/a.c \\\n  boot/./b.h /usr/lib/llvm-19/stdint.h \\\n  build/gen/c.h\n";
    expect(parseDependencies(rule)).toEqual(["boot/a.c", "boot/b.h", "build/gen/c.h"]);
  });
});
