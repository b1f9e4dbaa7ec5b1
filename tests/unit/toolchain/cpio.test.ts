import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CpioEntry, PAGE_BYTES, buildCpio } from "../../../toolchain/pipeline/cpio.ts";

interface ReadEntry {
  name: string;
  mode: number;
  data: Buffer;
  dataAt: number;
  fields: number[];
}

const HEADER_BYTES = 110;

/** An independent reader, from the format's description. */
function readCpio(archive: Buffer): ReadEntry[] {
  const entries: ReadEntry[] = [];
  for (let at = 0; ;) {
    expect(archive.toString("latin1", at, at + 6)).toBe("070701");
    const fields = Array.from({ length: 13 }, (_, i) =>
      parseInt(archive.toString("latin1", at + 6 + 8 * i, at + 14 + 8 * i), 16),
    );
    const [, mode, , , , , fileSize, , , , , nameSize] = fields;
    const rawName = archive.toString("utf8", at + HEADER_BYTES, at + HEADER_BYTES + nameSize);
    const dataAt = (at + HEADER_BYTES + nameSize + 3) & ~3;
    entries.push({
      name: rawName.replace(/\0+$/, ""),
      mode,
      data: archive.subarray(dataAt, dataAt + fileSize),
      dataAt,
      fields,
    });
    if (entries[entries.length - 1].name === "TRAILER!!!") return entries;
    at = (dataAt + fileSize + 3) & ~3;
  }
}

const file = (name: string, text: string, more: Partial<CpioEntry> = {}): CpioEntry => ({
  name,
  data: Buffer.from(text),
  ...more,
});

describe("buildCpio", () => {
  it("refuses two files of one name, and a file that is also a folder", () => {
    expect(() => buildCpio([file("a", "1"), file("a", "2")])).toThrow(/two files want to be \/a/);
    expect(() => buildCpio([file("a", "1"), file("a/b", "2")])).toThrow(/\/a is a file and a folder/);
  });

  it("writes folders before what is in them, sorted, and ends with the trailer", () => {
    const archive = buildCpio([file("sbin/vfs", "x", { executable: true }), file("etc/a/motd", "hi")]);
    expect(readCpio(archive).map(({ name, mode }) => [name, mode.toString(8)])).toEqual([
      ["etc", "40755"],
      ["etc/a", "40755"],
      ["etc/a/motd", "100644"],
      ["sbin", "40755"],
      ["sbin/vfs", "100755"],
      ["TRAILER!!!", "0"],
    ]);
  });

  it("has no time, owner or device in it, and is the same for any order of its input", () => {
    const entries = [file("b", "2"), file("a", "1")];
    const archive = buildCpio(entries);
    expect(buildCpio([...entries].reverse()).equals(archive)).toBe(true);
    for (const { fields } of readCpio(archive)) {
      const [, , uid, gid, , mtime, , devMajor, devMinor, rdevMajor, rdevMinor] = fields;
      expect([uid, gid, mtime, devMajor, devMinor, rdevMajor, rdevMinor]).toEqual([0, 0, 0, 0, 0, 0, 0]);
    }
  });

  it("round-trips any files, page-aligned where asked for", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 8 });
    const contents = fc.array(fc.uint8Array({ maxLength: 9000 }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(
        names,
        contents,
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        (list, data, aligned) => {
          const entries = list.map((name, i) => ({ name, data: data[i], pageAligned: aligned[i] }));
          const read = new Map(readCpio(buildCpio(entries)).map((entry) => [entry.name, entry]));
          for (const { name, data: expected, pageAligned } of entries) {
            const entry = read.get(name);
            expect(entry && Buffer.compare(entry.data, expected)).toBe(0);
            if (pageAligned) expect(entry && entry.dataAt % PAGE_BYTES).toBe(0);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
