// A small generator of pseudo-random numbers (mulberry32), so that a failing test replays from its seed.

export class Random {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed;
  }

  /** 0 … limit - 1 */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }
}
