import binaryen from "binaryen";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildDataImage, readLayout } from "../../../toolchain/pipeline/wasm.ts";

function assemble(body: string): Uint8Array {
  const module = binaryen.parseText(`(module ${body})`);
  module.setFeatures(binaryen.Features.All);
  return module.emitBinary();
}

describe("readLayout", () => {
  it("reads segments, memory and table", () => {
    const layout = readLayout(
      assemble(`(memory 3 9) (data (i32.const 100) "abc") (data (i32.const 2101248) "d") (table 5 funcref)`),
    );
    expect(layout.initialPages).toBe(3);
    expect(layout.tableSize).toBe(5);
    expect(layout.segments.map(({ offset, bytes }) => [offset, Buffer.from(bytes).toString()])).toEqual([
      [100, "abc"],
      [2101248, "d"],
    ]);
  });

  it("reads an address above 2 GiB as the unsigned number it is", () => {
    const { segments } = readLayout(assemble(`(memory 65536) (data (i32.const 0x80000001) "x")`));
    expect(segments[0].offset).toBe(0x80000001);
  });

  it("refuses what is no module, and a passive segment", () => {
    expect(() => readLayout(new Uint8Array(8))).toThrow(/not a WebAssembly module/);
    const passive = assemble(
      `(memory 1) (data $d "x") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))`,
    );
    expect(() => readLayout(passive)).toThrow(/passive data segment/);
  });

  it("never reads past the end of a module that was cut off", () => {
    const whole = assemble(`(memory 3 9) (data (i32.const 100) "abcdefgh") (table 5 funcref)`);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        let segments = 0;
        try {
          segments = readLayout(whole.subarray(0, length)).segments.length;
        } catch (error) {
          expect((error as Error).name).toBe("Failure");
        }
        expect(segments).toBe(0);
      }),
    );
  });
});

describe("buildDataImage", () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

  it("refuses a segment below the base", () => {
    expect(() => buildDataImage([{ offset: 99, bytes: bytes("x") }], 100)).toThrow(
      /99 lies below the memory base 100/,
    );
  });

  it("fills gaps with zeros and leaves trailing zeros out", () => {
    const image = buildDataImage(
      [
        { offset: 104, bytes: bytes("b\0\0") },
        { offset: 101, bytes: bytes("a") },
      ],
      100,
    );
    expect([...image]).toEqual([0, 97, 0, 0, 98]);
  });

  it("is empty without data", () => {
    expect(buildDataImage([], 100).length).toBe(0);
  });
});
