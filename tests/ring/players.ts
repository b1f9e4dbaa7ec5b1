// A producer and a consumer that play by the protocol, step by step, under a random schedule: either may run between any two
// accesses of the other. Whoever sleeps runs again only after a notification. Used by schedule.test.ts.

import { SHARED, type SharedMachine, WORD, randomFrom } from "./machine.ts";

const PRODUCER = 101;
const CONSUMER = 102;
const BIT = 1n << 45n;
const ENTRY_BYTES = 8;
/** One chance in so many that the other end runs between two accesses, or that an end publishes later. */
const RARELY = 4;

export interface Rules {
  seed: number;
  entries: number;
  items: number;
  first: number;
  /** The ends sleep right after their request, without looking again: the mistake that loses wake-ups. */
  withoutLook?: boolean;
}

export interface Outcome {
  /** Items that the consumer got, all in order. */
  received: number;
  /** Nobody can run, and items are missing. */
  stuck: boolean;
  signals: number;
}

interface Player {
  epid: number;
  handle: number;
  /** Where its wake word is. */
  wakeWord: number;
  /** One turn. */
  step: () => void;
  asleep: boolean;
  notified: boolean;
  done: boolean;
  /** In the middle of a turn. */
  busy: boolean;
}

class Game {
  private sent = 0;
  private received = 0;
  private signals = 0;
  private readonly random: (bound: number) => number;
  private readonly producer: Player;
  private readonly consumer: Player;

  constructor(
    private readonly machine: SharedMachine,
    private readonly rules: Rules,
  ) {
    this.random = randomFrom(rules.seed);
    for (const word of [WORD.produced, WORD.consumed, WORD.consumerWake]) this.set(word, rules.first);
    this.producer = this.makePlayer(true, () => this.produce());
    this.consumer = this.makePlayer(false, () => this.consume());
  }

  /** Plays until nobody can run. Throws when an item is wrong. */
  play(): Outcome {
    this.machine.between = () => {
      while (this.random(RARELY) === 0 && this.runOne());
    };
    while (this.runOne());
    return { received: this.received, stuck: this.received < this.rules.items, signals: this.signals };
  }

  private set(word: number, index: number): void {
    this.machine.view.setUint32(SHARED + word, index >>> 0, true);
  }

  private makePlayer(producer: boolean, step: () => void): Player {
    const { entries, first } = this.rules;
    const peer = producer ? CONSUMER : PRODUCER;
    const flag = producer ? 1 : 0;
    const handle = this.machine.ring.makeEnd(SHARED, entries, ENTRY_BYTES, flag, peer, BIT, first);
    const epid = producer ? PRODUCER : CONSUMER;
    const wakeWord = producer ? WORD.producerWake : WORD.consumerWake;
    return { epid, handle, wakeWord, step, asleep: false, notified: false, done: false, busy: false };
  }

  /** Gives a turn to one that can run. */
  private runOne(): boolean {
    const players = [this.producer, this.consumer];
    for (const { epid } of this.machine.signals.splice(0)) {
      this.signals++;
      for (const player of players) player.notified ||= player.epid === epid;
    }
    const able = players.filter(
      ({ busy, done, asleep, notified }) => !busy && !done && (!asleep || notified),
    );
    if (able.length === 0) return false;
    const player = able[this.random(able.length)];
    if (player.asleep) player.asleep = player.notified = false;
    player.busy = true;
    player.step();
    player.busy = false;
    return true;
  }

  private produce(): void {
    const left = this.rules.items - this.sent;
    if (left === 0) {
      this.machine.ring.publish(this.producer.handle);
      this.producer.done = true;
      return;
    }
    const used = this.useSome(this.producer, left, (at) => {
      this.machine.view.setBigUint64(at, BigInt(this.sent++), true);
    });
    if (!used) this.sleepUnlessMore(this.producer, this.sent - this.rules.entries);
  }

  private consume(): void {
    const used = this.useSome(this.consumer, this.rules.entries, (at) => {
      const item = this.machine.view.getBigUint64(at, true);
      if (item !== BigInt(this.received)) throw new Error(`item ${item} in place of ${this.received}`);
      this.received++;
    });
    if (!used) this.sleepUnlessMore(this.consumer, this.received);
  }

  /** Uses a random number of the entries at hand, and publishes them, sometimes later. → whether there were any */
  private useSome({ handle }: Player, most: number, use: (address: number) => void): boolean {
    const { ring } = this.machine;
    const count = Math.min(ring.available(handle), most);
    if (count < 0) throw new Error("an honest peer is refused");
    if (count === 0) return false;
    const chosen = 1 + this.random(count);
    for (let i = 0; i < chosen; i++) use(ring.entry(handle, i));
    if (ring.advance(handle, chosen) < 0) throw new Error("cannot advance");
    if (this.random(RARELY)) ring.publish(handle);
    return true;
  }

  private sleepUnlessMore(player: Player, wakeAfter: number): void {
    const { ring } = this.machine;
    if (this.rules.withoutLook) {
      ring.publish(player.handle);
      this.set(player.wakeWord, this.rules.first + wakeAfter);
      player.asleep = true;
    } else {
      player.asleep = ring.requestSignal(player.handle) === 0;
    }
  }
}

export function play(machine: SharedMachine, rules: Rules): Outcome {
  return new Game(machine, rules).play();
}
