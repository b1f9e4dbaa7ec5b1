// Signatures as programs write them, "(i64, i32) -> i64" or "() -> void", and as the loader and entries have them (abi/library.ts).

import {
  MAX_PARAMETERS,
  SIGNATURE_MAGIC,
  SIGNATURE_RESULT_SHIFT,
  SIGNATURE_SHIFT,
  TYPE_F32,
  TYPE_F64,
  TYPE_I32,
  TYPE_I64,
} from "../../../abi/library";

const TYPE_BITS: u64 = 4;
const TYPE_MASK: u64 = 15;

function typeOf(name: string): u64 {
  if (name == "i32") return TYPE_I32;
  if (name == "i64") return TYPE_I64;
  if (name == "f32") return TYPE_F32;
  return name == "f64" ? TYPE_F64 : 0;
}

/** → the signature's word, or 0: the text is no signature. */
export function parseSignature(text: string): u64 {
  const arrow = text.indexOf("->");
  const open = text.indexOf("(");
  const close = text.indexOf(")");
  if (arrow < 0 || open != 0 || close < 0 || close > arrow || text.substring(close + 1, arrow).trim().length)
    return 0;
  const resultName = text.substring(arrow + 2).trim();
  const result = typeOf(resultName);
  if (!result && resultName != "void") return 0;
  let word = (SIGNATURE_MAGIC << SIGNATURE_SHIFT) | (result << SIGNATURE_RESULT_SHIFT);
  const inner = text.substring(1, close).trim();
  if (!inner.length) return word;
  const names = inner.split(",");
  if (<u32>names.length > MAX_PARAMETERS) return 0;
  for (let i = 0; i < names.length; i++) {
    const type = typeOf(names[i].trim());
    if (!type) return 0;
    word |= type << (<u64>i * TYPE_BITS);
  }
  return word;
}

/** The type of parameter `i` < MAX_PARAMETERS; 0: there is none. */
export function parameterType(signature: u64, i: u32): u32 {
  return <u32>((signature >> (<u64>i * TYPE_BITS)) & TYPE_MASK);
}

/** The type of the result; 0: there is none. */
export function resultType(signature: u64): u32 {
  return <u32>((signature >> SIGNATURE_RESULT_SHIFT) & TYPE_MASK);
}
