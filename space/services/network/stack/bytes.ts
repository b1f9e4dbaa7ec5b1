// Numbers in network byte order, at any address. wasm allows unaligned access, and so does the machine.

@inline
export function load16(at: usize): u32 {
  return <u32>bswap<u16>(load<u16>(at));
}

@inline
export function load32(at: usize): u32 {
  return bswap<u32>(load<u32>(at));
}

@inline
export function store16(at: usize, value: u32): void {
  store<u16>(at, bswap<u16>(<u16>value));
}

@inline
export function store32(at: usize, value: u32): void {
  store<u32>(at, bswap<u32>(value));
}
