// Where the bytes lie that FileSystem.findSpan found last.
export let spanAddress: usize = 0;

@inline
export function setSpan(address: usize): void {
  spanAddress = address;
}
