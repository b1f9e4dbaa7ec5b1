// The boot arguments: words with a space between, up to "--"; what follows is init's. Nobody but the boot loader writes
// them, and still nothing outside them is read.
//
//   semihosting trace=build/a.trace mode=run -- ls /

import { bootArguments, bootArgumentsSize } from "./machine";

const SPACE: u8 = 0x20;
const SEPARATOR: u16 = 0x2d2d; // "--"
const SEPARATOR_LENGTH: u32 = 2;

/** The last argument that findArgument() found: address and length of what follows the text asked for. */
export let argumentRest: usize = 0;
export let argumentRestLength: u32 = 0;

/** Whether a word begins with `text`. */
export function findArgument(text: string): bool {
  for (let at: u32 = 0, end: u32 = 0; at < bootArgumentsSize; at = end + 1) {
    end = at;
    while (end < bootArgumentsSize && load<u8>(bootArguments + end) != SPACE) end++;
    if (end - at == SEPARATOR_LENGTH && load<u16>(bootArguments + at) == SEPARATOR) return false;
    if (!beginsWith(at, end, text)) continue;
    argumentRest = bootArguments + at + <u32>text.length;
    argumentRestLength = end - at - <u32>text.length;
    return true;
  }
  return false;
}

/** Whether `text` itself is a word. */
export function hasArgument(text: string): bool {
  return findArgument(text) && argumentRestLength == 0;
}

function beginsWith(at: u32, end: u32, text: string): bool {
  const length = <u32>text.length;
  if (end - at < length) return false;
  for (let i: u32 = 0; i < length; i++) {
    if (load<u8>(bootArguments + at + i) != <u8>text.charCodeAt(i)) return false;
  }
  return true;
}
