import { describe, expect, it } from "vitest";
import {
  SYMBOLS_MAGIC,
  buildSymbolBlob,
  parseSymbols,
  readableName,
} from "../../../toolchain/pipeline/symbols.ts";

describe("readableName", () => {
  it.each([
    ["w2c_vfs_space0x2Fservices0x2Fvfs0x2Fhandlers0x2Fopen", "vfs", "vfs/handlers/open"],
    ["w2c_ls_space0x2Fapps0x2Fls0x2Fmain0x2Fmain", "ls", "ls/main/main"],
    ["w2c_ls_space0x2Flib0x2Ffs0x2Fopen", "ls", "lib/fs/open"],
    ["w2c_ls_0x7Elib0x2Frt0x2F_0x5Fvisit", "ls", "~lib/rt/__visit"],
    ["w2c_kernel_kernel0x2Fmain0x2Fgr0xC30xBC0xC30x9F", "kernel", "kernel/main/grüß"],
    ["memcpy", "kernel", "memcpy"],
    ["w2c_other_f", "kernel", "w2c_other_f"],
  ])("%s", (symbol, id, name) => {
    expect(readableName(symbol, id)).toBe(name);
  });
});

describe("parseSymbols", () => {
  it("takes functions only, ascending, one for an address", () => {
    const listing = [
      "0000000000002000 t w2c_m_b",
      "0000000000001000 T _start",
      "0000000000001000 t $x",
      "0000000000001000 t alias",
      "0000000000003000 D data",
      "0000000000004000 A ABSOLUTE",
    ].join("\n");
    const symbols = parseSymbols(listing, "m");
    expect(symbols).toEqual([
      { address: 0x1000n, name: "_start" },
      { address: 0x2000n, name: "b" },
    ]);
  });
});

describe("buildSymbolBlob", () => {
  it("refuses text that spans more than 4 GiB", () => {
    const far = [
      { address: 0n, name: "a" },
      { address: 1n << 32n, name: "b" },
    ];
    expect(() => buildSymbolBlob(far)).toThrow(/symbol b is not within 4 GiB/);
  });

  it("has the documented layout", () => {
    const base = 0xffffffc000202000n;
    const blob = buildSymbolBlob([
      { address: base, name: "a" },
      { address: base + 0x10n, name: "größe" },
    ]);
    expect(blob.readUInt32LE(0)).toBe(SYMBOLS_MAGIC);
    expect(blob.toString("latin1", 0, 4)).toBe("SYMS");
    expect(blob.readUInt32LE(4)).toBe(2);
    expect(blob.readBigUInt64LE(8)).toBe(base);
    expect([blob.readUInt32LE(16), blob.readUInt32LE(20)]).toEqual([0, 0x10]);
    const names = [blob.readUInt32LE(24), blob.readUInt32LE(28)];
    const size = blob.readUInt32LE(32);
    expect(blob.length).toBe(36 + size);
    const strings = blob.subarray(36);
    expect(names.map((at) => strings.toString("utf8", at, strings.indexOf(0, at)))).toEqual(["a", "größe"]);
  });

  it("is readable without symbols", () => {
    const blob = buildSymbolBlob([]);
    expect([blob.readUInt32LE(4), blob.length]).toEqual([0, 20]);
  });
});
