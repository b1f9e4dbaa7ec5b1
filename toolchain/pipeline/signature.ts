// Signatures of library functions: the 64-bit word that stands before an entry and that callers name (abi/library.ts).

import { Failure } from "../common/failure.ts";

export type ValueType = "i32" | "i64" | "f32" | "f64";

export interface Signature {
  parameters: ValueType[];
  /** Undefined: the function gives nothing. */
  result?: ValueType;
}

const MAGIC = 0x5a5n << 52n;
const RESULT_SHIFT = 48n;
const TYPE_BITS = 4;
export const PARAMETERS_MAX = 12;
const CODES: Record<ValueType, bigint> = { i32: 1n, i64: 2n, f32: 3n, f64: 4n };

/** The C type of a value as wasm2c has it. */
export const C_TYPES: Record<ValueType, string> = { i32: "u32", i64: "u64", f32: "f32", f64: "f64" };

/** Encodes a signature; `name` is whose, for the Failure when it has too many parameters. */
export function encodeSignature({ parameters, result }: Signature, name: string): bigint {
  if (parameters.length > PARAMETERS_MAX) {
    throw new Failure(`${name}: a library's function has at most ${PARAMETERS_MAX} parameters`);
  }
  const word = parameters.reduce((sum, type, i) => sum | (CODES[type] << BigInt(TYPE_BITS * i)), 0n);
  return MAGIC | (result ? CODES[result] << RESULT_SHIFT : 0n) | word;
}
