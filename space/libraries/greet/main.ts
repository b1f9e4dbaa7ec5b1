// libgreet.so: the demonstration of a library. docs/LIBRARIES.md goes through it.

@external("libwords.so", "greetingLength")
declare function greetingLength(): i32;
@external("libwords.so", "copyGreeting")
declare function copyGreeting(target: usize): i32;

const EXCLAMATION_MARK: u8 = 0x21;
let calls: u32 = 0;

/** Writes "Hello, <name>!" to `target`, of `room` bytes. → bytes, or -1: it does not fit */
export function greet(target: usize, room: u32, name: usize, nameLength: u32): i32 {
  calls++;
  const size = <u32>greetingLength() + nameLength + 1;
  if (size > room || size < nameLength) return -1;
  const at = target + copyGreeting(target);
  memory.copy(at, name, nameLength);
  store<u8>(at + nameLength, EXCLAMATION_MARK);
  return size;
}

/** How often greet was called. */
export function count(): u32 {
  return calls;
}

/** The sum of a and b. */
export function add(a: i64, b: i32): i64 {
  return a + b;
}

/** Half of x; the one function here that uses floating point. */
export function half(x: f64): f64 {
  return x / 2;
}

/** How many letters of `size` bytes at `text` are vowels; uses memory of the library's own. */
export function vowels(text: usize, size: u32): i32 {
  const found: u8[] = [];
  for (let i: u32 = 0; i < size; i++) {
    const letter = load<u8>(text + i) | 0x20;
    if ("aeiou".includes(String.fromCharCode(letter))) found.push(letter);
  }
  return found.length;
}
