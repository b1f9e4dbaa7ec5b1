// A service's module with a call before each of its stores, so that a test sees its memory at every moment at which a kill could
// leave it: WebAssembly's text with one line more for each store, fill and copy. A call without arguments leaves the stack alone.

import { readFileSync } from "node:fs";
import loadWabt from "wabt";

const STORE = /^\s*(?:[if](?:32|64)\.store\d*|memory\.(?:fill|copy))\b/;
const FIRST_IMPORT = /^ *\(import /m;
const wabt = await loadWabt();
const modules = new Map<string, WebAssembly.Module>();

export function moduleWithStores(name: string): WebAssembly.Module {
  const known = modules.get(name);
  if (known) return known;
  const features = { bulk_memory: true };
  const plain = wabt.readWasm(readFileSync(`build/wasm/${name}.wasm`), {
    ...features,
    readDebugNames: false,
  });
  plain.generateNames();
  plain.applyNames();
  const lines = plain.toText({ foldExprs: false, inlineExport: false }).split("\n");
  const counted = lines.map((line) => (STORE.test(line) ? `call $test_store\n${line}` : line)).join("\n");
  const text = counted.replace(FIRST_IMPORT, '(import "test" "store" (func $test_store))\n$&');
  const parsed = wabt.parseWat(`${name}.wat`, text, features);
  const module = new WebAssembly.Module(parsed.toBinary({}).buffer as Uint8Array<ArrayBuffer>);
  plain.destroy();
  parsed.destroy();
  modules.set(name, module);
  return module;
}
