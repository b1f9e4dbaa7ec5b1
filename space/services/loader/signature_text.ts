// Signatures in words, for error texts: (i64, i32) -> i64.

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
import { FaultText } from "./fault_text";

const TYPE_BITS: u64 = 4;
const TYPE_MASK: u64 = 15;

function typeText(type: u32): string {
  if (type == TYPE_I32) return "i32";
  if (type == TYPE_I64) return "i64";
  if (type == TYPE_F32) return "f32";
  return type == TYPE_F64 ? "f64" : "?";
}

/** Appends a signature, which may be anything. */
export function writeSignature(text: FaultText, signature: u64): FaultText {
  if (signature >> SIGNATURE_SHIFT != SIGNATURE_MAGIC) return text.text("no signature");
  text.text("(");
  for (let i: u64 = 0; i < MAX_PARAMETERS; i++) {
    const type = <u32>((signature >> (i * TYPE_BITS)) & TYPE_MASK);
    if (type == 0) break;
    text.text(i ? ", " : "").text(typeText(type));
  }
  const result = <u32>((signature >> SIGNATURE_RESULT_SHIFT) & TYPE_MASK);
  return text.text(") -> ").text(result ? typeText(result) : "void");
}
