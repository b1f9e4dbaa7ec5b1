// Translation hardware as hostile as the architecture allows: whatever was once translated stays cached until the kernel
// flushes it, so an entry that changed without a flush is found at the next access (ARM DDI 0487, D8.13).

export class StaleTranslation extends Error {}

export class Tlb {
  private readonly spaces = new Map<number, Map<number, bigint>>();

  /** An access to `page` in address space `asid` found `entry` in the tables. */
  use(asid: number, page: number, entry: bigint): void {
    const space = this.spaces.get(asid) ?? new Map<number, bigint>();
    this.spaces.set(asid, space);
    const cached = space.get(page);
    if (cached !== undefined && cached !== entry) {
      const hex = (value: bigint): string => `0x${value.toString(16)}`;
      throw new StaleTranslation(
        `page 0x${page.toString(16)} of address space ${asid} changed from ${hex(cached)} to ${hex(entry)} without a flush`,
      );
    }
    if (entry !== 0n) space.set(page, entry);
  }

  flushPage(asid: number, page: number): void {
    this.spaces.get(asid)?.delete(page);
  }

  flushAddressSpace(asid: number): void {
    this.spaces.delete(asid);
  }
}
