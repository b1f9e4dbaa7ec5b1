// libwords.so: what libgreet.so needs. Static text, and a way to get at it.

const hello: StaticArray<u8> = [72, 101, 108, 108, 111, 44, 32]; // "Hello, "

/** Bytes of the greeting. */
export function greetingLength(): i32 {
  return hello.length;
}

/** Copies the greeting to `target`. → bytes */
export function copyGreeting(target: usize): i32 {
  memory.copy(target, changetype<usize>(hello), hello.length);
  return hello.length;
}
