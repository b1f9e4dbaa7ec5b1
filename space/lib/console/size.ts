// Sizes on command lines: a number of bytes, or of K, M or G (1,024, 1,024² and 1,024³).

const MAX_DIGITS: i32 = 18; // all that an i64 surely holds

/** The size that `text` says, or -1 if it says none. */
export function parseSize(text: string): i64 {
  const last = text.length ? text.charAt(text.length - 1) : "";
  const shift = last == "K" ? 10 : last == "M" ? 20 : last == "G" ? 30 : 0;
  const digits = shift ? text.substring(0, text.length - 1) : text;
  if (digits.length == 0 || digits.length > MAX_DIGITS) return -1;
  let value: i64 = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value > i64.MAX_VALUE >> shift ? -1 : value << shift;
}
