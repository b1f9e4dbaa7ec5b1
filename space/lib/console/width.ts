// Columns that a character takes on a terminal: 0 for marks that join the one before, 2 for East Asian wide ones and emoji, 1
// for all others. The ranges are those of Unicode's East Asian Width (UAX #11: W and F) and general category Mn/Me, taken
// together into as few as are right for the scripts that people type; control characters are the caller's affair.

const NONE_RANGES: u32[] = [
  0x0300, 0x036f, 0x0483, 0x0489, 0x0591, 0x05bd, 0x0610, 0x061a, 0x064b, 0x065f, 0x0e34, 0x0e3a, 0x0e47,
  0x0e4e, 0x1ab0, 0x1aff, 0x1dc0, 0x1dff, 0x200b, 0x200f, 0x20d0, 0x20ff, 0xfe00, 0xfe0f, 0xfe20, 0xfe2f,
];
const WIDE_RANGES: u32[] = [
  0x1100, 0x115f, 0x2e80, 0x303e, 0x3041, 0xa4cf, 0xa960, 0xa97c, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe30,
  0xfe6f, 0xff00, 0xff60, 0xffe0, 0xffe6, 0x1f300, 0x1f64f, 0x1f680, 0x1f6ff, 0x1f900, 0x1f9ff, 0x20000,
  0x3fffd,
];

function isIn(ranges: u32[], c: u32): bool {
  for (let i = 0; i < ranges.length; i += 2) {
    if (c >= ranges[i] && c <= ranges[i + 1]) return true;
  }
  return false;
}

/** Columns of code point `c`. */
export function columnsOf(c: u32): i32 {
  if (c < NONE_RANGES[0]) return 1;
  if (isIn(NONE_RANGES, c)) return 0;
  return isIn(WIDE_RANGES, c) ? 2 : 1;
}
