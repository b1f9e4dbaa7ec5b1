// The manifest's table as init reads it: damaged ones start nothing, and no table makes init trap or give a right that the
// kernel would have to refuse.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONFIG_DENY_SEND, CONFIG_RECEIVE } from "../../../abi/construct.ts";
import * as layout from "../../../space/services/init/manifest_layout.ts";
import { EPID_CONSOLE, EPID_OWN_FIRST, EPID_OWN_LAST, EPID_VFS } from "../../../abi/endpoints.ts";
import { Machine, makeInitrd, ownManifest } from "./machine.ts";

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
/** What a service of the manifest may own. */
const ENDPOINTS = [...range(EPID_VFS, EPID_CONSOLE), ...range(EPID_OWN_FIRST, EPID_OWN_LAST)];
const record = layout.MANIFEST_HEADER_SIZE;
const second = record + layout.RECORD_SIZE;

const word = (at: number, value: number) => (table: Buffer) => {
  table.writeUInt32LE(value >>> 0, at);
  return table;
};

describe("a manifest", () => {
  it("that is not there starts nothing", () => {
    const machine = new Machine(makeInitrd(Buffer.alloc(0)));
    expect(machine.boot("mode=boot")).toBe(1);
    expect(machine.log[0]).toBe("/etc/system.bin: no manifest");
    const empty = new Machine(undefined);
    empty.initrd = undefined;
    expect(empty.boot("mode=boot")).toBe(1);
    expect(empty.log.slice(0, 2)).toEqual([
      "boot archive: there is none",
      "no manifest: the boot archive has no /etc/system.bin",
    ]);
  });

  it.each<[string, (table: Buffer) => Uint8Array, string]>([
    ["another magic", word(0, 0), "no manifest"],
    ["another version", word(4, layout.MANIFEST_VERSION + 1), "another version"],
    ["records of another size", word(12, layout.RECORD_SIZE - 1), "records of another size"],
    ["33 services", word(8, 33), "too many services"],
    ["4 billion services", word(8, 0xffff_ffff), "too many services"],
    ["fewer services than records", word(8, 4), "a size that does not fit"],
    ["a byte too few", (table) => table.subarray(0, table.length - 1), "a size that does not fit"],
    ["only a part of its header", (table) => table.subarray(0, 15), "no manifest"],
    ["endpoint 6", word(record + layout.RECORD_ENDPOINT, 6), "not well known"],
    ["endpoint 9", word(record + layout.RECORD_ENDPOINT, 9), "not well known"],
    ["endpoint 1 twice", word(record + layout.RECORD_ENDPOINT, 1), "two services on one endpoint"],
    ["a priority above init's", word(record + layout.RECORD_PRIORITY, 21), "a wrong priority"],
    ["a priority of programs", word(record + layout.RECORD_PRIORITY, 8), "a wrong priority"],
    ["a message priority of 4", word(record + layout.RECORD_MESSAGE_PRIORITY, 4), "a wrong message priority"],
    ["unknown privileges", word(second + layout.RECORD_PRIVILEGES, 128), "unknown privileges"],
    ["too much memory", word(record + layout.RECORD_MEMORY_PAGES, 32769), "more memory than"],
    ["an unknown restart policy", word(record + layout.RECORD_RESTART, 2), "an unknown restart policy"],
    ["9 devices", word(record + layout.RECORD_DEVICE_COUNT, 9), "too many devices"],
    ["virtio slot 32", word(record + layout.RECORD_DEVICES, (2 << 16) | 32), "a device that no machine has"],
    ["a second UART", word(record + layout.RECORD_DEVICES, (1 << 16) | 1), "a device that no machine has"],
    ["a device of kind 3", word(record + layout.RECORD_DEVICES, 3 << 16), "a device that no machine has"],
    ["9 denied endpoints", word(record + layout.RECORD_DENIED_COUNT, 9), "too many devices or denied"],
    ["denied endpoint 0", word(record + layout.RECORD_DENIED, 0), "a denied endpoint"],
    ["denied endpoint 16", word(record + layout.RECORD_DENIED, 16), "a denied endpoint"],
    ["an empty name", word(record + layout.RECORD_NAME, 0), "a name that is empty"],
    ["a name of 16 bytes", word(record + layout.RECORD_NAME, 16), "a name that is empty or too long"],
    ["an empty program", word(record + layout.RECORD_PROGRAM, 0), "a program that is empty"],
    [
      "a program of 80 bytes",
      word(record + layout.RECORD_PROGRAM, 80),
      "a program that is empty or too long",
    ],
  ])("with %s starts nothing", (_, damage, reason) => {
    const machine = new Machine(makeInitrd(damage(Buffer.from(ownManifest()))));
    expect(machine.boot("mode=boot")).toBe(1);
    expect(machine.log[0]).toMatch(/^\/etc\/system\.bin: /);
    expect(machine.log[0]).toContain(reason);
    expect(machine.processes.size).toBe(0);
    expect(machine.described).toEqual([]);
  });

  it("without services is a good one", () => {
    const machine = new Machine(makeInitrd(ownManifest((manifest) => (manifest.services = []))));
    expect(machine.boot("mode=boot")).toBe(0);
  });

  it("cannot begin a line of the log with a service's name", () => {
    const table = Buffer.from(ownManifest());
    table.write("\x08\nkernel\x7f", record + layout.RECORD_NAME);
    const machine = new Machine(makeInitrd(table, ["console"]));
    machine.boot("mode=boot");
    expect(machine.log[0]).toMatch(/^cannot start \?kernel\? from/);
  });

  it("that is mutated starts what it may, or nothing", () => {
    const good = ownManifest();
    const mutation = fc.record({
      at: fc.nat(good.length - 1),
      byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 255)),
    });
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        fc.option(fc.nat(good.length)),
        (changes, cut) => {
          const table = Buffer.from(good);
          for (const { at, byte } of changes) table[at] = byte;
          const machine = new Machine(makeInitrd(cut === null ? table : table.subarray(0, cut)));
          expect([0, 1]).toContain(machine.boot("mode=boot"));
          for (const { config } of machine.processes.values()) {
            for (const { what, value } of config)
              if (what === CONFIG_RECEIVE || (what === CONFIG_DENY_SEND && value !== 9n))
                expect(ENDPOINTS).toContain(Number(value));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
