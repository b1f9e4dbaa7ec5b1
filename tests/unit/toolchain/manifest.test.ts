// system.json: what is refused, with which message, and the table that comes out of a good one.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as layout from "../../../space/services/init/manifest_layout.ts";
import { findJsonFault } from "../../../toolchain/json_fault.ts";
import { compileManifest, parseManifest } from "../../../toolchain/manifest.ts";

const PROGRAMS = new Set(["/sbin/a", "/sbin/b"]);

type Fields = Record<string, unknown>;

const service = (changes: Fields = {}): Fields => ({
  name: "a",
  program: "/sbin/a",
  endpoint: 1,
  priority: 16,
  privileges: [],
  devices: [],
  deny: [],
  memory_max_pages: 16,
  restart: "never",
  ...changes,
});

const parse = (...services: unknown[]) =>
  parseManifest("system.json", JSON.stringify({ services }), PROGRAMS);
const parseText = (text: string) => parseManifest("system.json", text, PROGRAMS);

function accepts(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

function without(field: string): Fields {
  const fields = service();
  delete fields[field];
  return fields;
}

describe("a manifest that is no manifest", () => {
  it.each([
    ['{\n  "services": [\n    oops\n  ]\n}', 'system.json:3: a value expected, not "o"'],
    ['{\n  "services": [\n', "system.json:3: a value expected, not the end"],
    ["", "system.json:1: a value expected, not the end"],
    ['{\n"a": 1,\n}', 'system.json:3: a name in double quotes expected, not "}"'],
    ['{"a"\n1}', 'system.json:2: a colon expected, not "1"'],
    ["[1\n2]", 'system.json:2: a comma or ] expected, not "2"'],
    ["[]\n\n[]", "system.json:3: more text after the value"],
    ["// no\n{}", 'system.json:1: a value expected, not "/"'],
    ['{"a": "x\ny"}', "system.json:1: a value expected"],
    ["[01]", "a comma or ] expected"],
    ["[".repeat(200), "nested too deeply"],
    ['{"services": [],\n "services": []}', 'system.json:2: "services" occurs twice in one object'],
  ])("names the line of a syntax error: %j", (text, message) => {
    expect(() => parseText(text)).toThrow(message);
  });

  it("is what JSON.parse takes, and nothing else", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (json, at, junk) => {
        const cut = at % (json.length + 1);
        const text = json.slice(0, cut) + junk + json.slice(cut + 1);
        expect(accepts(() => JSON.parse(text)) || findJsonFault(text) !== undefined).toBe(true);
        const fault = findJsonFault(text);
        if (fault && !fault.problem.includes("twice")) expect(accepts(() => JSON.parse(text))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it("must be an object with services only", () => {
    expect(() => parseText("[]")).toThrow("system.json: must be an object, not []");
    expect(() => parseText("null")).toThrow("system.json: must be an object, not null");
    expect(() => parseText("{}")).toThrow('system.json: "services" is missing');
    expect(() => parseText('{"services": {}}')).toThrow("a list of at most 32 objects");
    expect(() => parseText('{"services": [], "version": 2}')).toThrow('unknown field "version"');
    expect(() => parse(1)).toThrow("services[0]: must be an object, not 1");
  });

  it("has a limited number of services", () => {
    const many = Array.from({ length: 33 }, (_, i) => service({ name: `s${i}`, endpoint: 0 }));
    expect(() => parse(...many)).toThrow("at most 32");
    expect(parse(...many.slice(1))).toHaveLength(32);
  });
});

describe("a field of a service", () => {
  it.each(Object.keys(service()))("%s may not be missing", (field) => {
    expect(() => parse(without(field))).toThrow(`"${field}" is missing`);
  });

  it("is known", () => {
    expect(() => parse(service({ prioritty: 1 }))).toThrow(
      'system.json: services[0] (a): unknown field "prioritty"; known are "name", ',
    );
  });

  it.each([
    ["name", "", "a text of 1 to 15 bytes"],
    ["name", "a".repeat(16), "a text of 1 to 15 bytes"],
    ["name", "Vfs", "begin with a letter"],
    ["name", 7, "a text of 1 to 15 bytes, not 7"],
    ["program", "/sbin/nothing", "/sbin/nothing is not among the modules"],
    ["program", "sbin/a", "sbin/a is not among the modules"],
    ["program", "/".repeat(80), "a text of 1 to 79 bytes"],
    ["endpoint", -1, "from 0 to 15"],
    ["endpoint", 6, "6 is reserved"],
    ["endpoint", 9, "9 is reserved"],
    ["endpoint", 16, "from 0 to 15, not 16"],
    ["deny", [1, 9], "9 is reserved"],
    ["endpoint", 1.5, "a whole number"],
    ["endpoint", "1", 'not "1"'],
    ["priority", 15, "from 16 to 20"],
    ["priority", 21, "from 16 to 20, not 21"],
    ["privileges", ["root"], 'of "spawn", "log"'],
    ["privileges", ["toString"], "a list of different names"],
    ["privileges", ["log", "log"], "a list of different names"],
    ["privileges", "log", "a list of different names"],
    ["message_priority", "highest", '"critical", not "highest"'],
    ["message_priority", 1, "one of"],
    ["devices", [{ kind: "gpu", index: 0 }], 'devices[0]: "kind" must be one of "uart", "virtio"'],
    ["devices", [{ kind: "uart", index: 1 }], '"index" must be a whole number from 0 to 0'],
    ["devices", [{ kind: "virtio", index: 32 }], "from 0 to 31"],
    ["devices", [{ kind: "uart" }], '"index" is missing'],
    ["devices", [{ kind: "uart", index: 0, irq: 3 }], 'unknown field "irq"'],
    ["devices", Array.from({ length: 9 }, (_, index) => ({ kind: "virtio", index })), "at most 8"],
    ["deny", [0], "from 1 to 15"],
    ["deny", [2, 2], "different"],
    ["deny", [1, 2, 3, 4, 5, 1, 2, 3, 4], "at most 8"],
    ["deny", 1, "a list"],
    ["memory_max_pages", 0, "from 1 to 32768"],
    ["memory_max_pages", 32769, "from 1 to 32768"],
    ["restart", "often", 'one of "never", "always", not "often"'],
  ])("%s: %j is refused", (field, value, message) => {
    expect(() => parse(service({ [field]: value }))).toThrow(message);
  });
});

describe("what two services may not share", () => {
  it("is the name", () => {
    expect(() => parse(service(), service({ endpoint: 2 }))).toThrow(
      'services[1] (a): "name": the name "a" belongs to another service already',
    );
  });

  it("is an endpoint", () => {
    expect(() => parse(service(), service({ name: "b" }))).toThrow(
      'services[1] (b): "endpoint": endpoint 1 belongs to a already',
    );
    expect(parse(service({ endpoint: 0 }), service({ name: "b", endpoint: 0 }))).toHaveLength(2);
  });

  it("is a device", () => {
    const devices = [{ kind: "uart", index: 0 }];
    expect(() => parse(service({ devices }), service({ name: "b", endpoint: 2, devices }))).toThrow(
      'services[1] (b): "devices": device uart 0 belongs to a already',
    );
    expect(() => parse(service({ devices: [...devices, ...devices] }))).toThrow("belongs to a already");
  });
});

describe("the table", () => {
  it("holds every field where init reads it", () => {
    const fields = service({
      name: "b",
      program: "/sbin/b",
      endpoint: 5,
      priority: 20,
      privileges: ["log", "initrd"],
      message_priority: "critical",
      devices: [
        { kind: "uart", index: 0 },
        { kind: "virtio", index: 31 },
      ],
      deny: [1, 4],
      memory_max_pages: 300,
    });
    const table = compileManifest("system.json", JSON.stringify({ services: [service(), fields] }), PROGRAMS);
    expect(table.length).toBe(layout.MANIFEST_HEADER_SIZE + 2 * layout.RECORD_SIZE);
    expect(table.toString("latin1", 0, 4)).toBe("HNXM");
    expect([4, 8, 12].map((at) => table.readUInt32LE(at))).toEqual([
      layout.MANIFEST_VERSION,
      2,
      layout.RECORD_SIZE,
    ]);
    const record = table.subarray(layout.MANIFEST_HEADER_SIZE + layout.RECORD_SIZE);
    const words = Array.from({ length: 24 }, (_, i) => record.readUInt32LE(4 * i));
    expect(words.slice(0, 8)).toEqual([5, 20, 2 | 32, 300, 3, 0, 2, 2]);
    expect(words.slice(8, 16)).toEqual([1 << 16, (2 << 16) | 31, 0, 0, 0, 0, 0, 0]);
    expect(words.slice(16)).toEqual([1, 4, 0, 0, 0, 0, 0, 0]);
    expect(record.toString("latin1", 96, 98)).toBe("\x01b");
    expect(record.toString("latin1", 112, 120)).toBe("\x07/sbin/b");
  });

  it("can be made of the machine's own system.json", () => {
    const programs = new Set(
      ["console", "vfs", "network", "block", "netdriver", "procfs", "loader"].map((name) => `/sbin/${name}`),
    );
    const services = parseManifest("system.json", readFileSync("system.json", "utf8"), programs);
    expect(services.map(({ endpoint }) => endpoint).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 13, 15]);
  });
});
