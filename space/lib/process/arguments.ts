// What this program was started with: argv and the environment, read from the argument block (abi/program.ts), and
// the block for a program that it starts.
//
//   0 u32 argc   4 u32 envc   8 … argc + envc strings:  u16 length_bytes, bytes (UTF-8, not aligned)
//
// The block was built by whoever started us: a string that would leave the block ends the list, and no count is believed.

import { E2BIG } from "../../../abi/errno";
import {
  ARGUMENT_BLOCK,
  ARGUMENT_BLOCK_SIZE,
  ARGUMENT_COUNT,
  ARGUMENT_STRINGS,
  ENVIRONMENT_COUNT,
} from "../../../abi/program";
import { decodeUtf8, encodeUtf8, utf8Length } from "./utf8";

const LENGTH_BYTES: usize = 2; // u16 before each string
const BLOCK_END: usize = ARGUMENT_BLOCK + ARGUMENT_BLOCK_SIZE;

/** The address after the string at `at`, or 0 when it is not whole inside the block. */
function nextString(at: usize): usize {
  if (at + LENGTH_BYTES > BLOCK_END) return 0;
  const next = at + LENGTH_BYTES + load<u16>(at);
  return next <= BLOCK_END ? next : 0;
}

/** The address of string `index` of the block, or 0 when the block ends before it. */
function stringAt(index: u32): usize {
  let at: usize = ARGUMENT_BLOCK + ARGUMENT_STRINGS;
  for (let i: u32 = 0; i < index; i++) {
    at = nextString(at);
    if (!at) return 0;
  }
  return nextString(at) ? at : 0;
}

function readString(at: usize): string {
  return decodeUtf8(at + LENGTH_BYTES, load<u16>(at));
}

function readStrings(first: u32, count: u32): string[] {
  const strings: string[] = [];
  let at = stringAt(first);
  for (let i: u32 = 0; i < count && at != 0; i++) {
    const next = nextString(at);
    if (!next) break;
    strings.push(readString(at));
    at = next;
  }
  return strings;
}

/** argv: args()[0] is the program's name as it was called. Empty when it was started without. */
export function args(): string[] {
  return readStrings(0, load<u32>(ARGUMENT_BLOCK, ARGUMENT_COUNT));
}

/** The environment: NAME=value strings. */
export function environment(): string[] {
  return readStrings(load<u32>(ARGUMENT_BLOCK, ARGUMENT_COUNT), load<u32>(ARGUMENT_BLOCK, ENVIRONMENT_COUNT));
}

/** The value of environment variable `name`, or null. */
export function env(name: string): string | null {
  const prefix = `${name}=`;
  const strings = environment();
  for (let i = 0; i < strings.length; i++) {
    if (strings[i].startsWith(prefix)) return strings[i].substring(prefix.length);
  }
  return null;
}

/** Appends `text` at `at`; → the address after it, or 0 when it does not fit before `end`. */
function appendString(text: string, at: usize, end: usize): usize {
  const size = utf8Length(text);
  if (size > <u32>u16.MAX_VALUE || at + LENGTH_BYTES + size > end) return 0;
  store<u16>(at, <u16>size);
  return at + LENGTH_BYTES + encodeUtf8(text, 0, text.length, at + LENGTH_BYTES);
}

/**
 * Builds the argument block of a new program at `target` (ARGUMENT_BLOCK_SIZE bytes): `argv`, and as its environment `given`,
 * or our own. → bytes used, or -E2BIG.
 */
export function buildArguments(argv: string[], target: usize, given: string[] | null = null): i32 {
  const end = target + ARGUMENT_BLOCK_SIZE;
  const variables = given === null ? environment() : given;
  store<u32>(target, argv.length, ARGUMENT_COUNT);
  store<u32>(target, variables.length, ENVIRONMENT_COUNT);
  let at = target + ARGUMENT_STRINGS;
  for (let i = 0; i < argv.length + variables.length; i++) {
    at = appendString(i < argv.length ? argv[i] : variables[i - argv.length], at, end);
    if (!at) return -E2BIG;
  }
  return <i32>(at - target);
}
