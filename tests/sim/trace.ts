// The last steps of a history, written out only when somebody wants to read them.

import * as S from "../../abi/syscall.ts";
import type { Call } from "./model/call.ts";

const KEPT = 40;
const REGISTERS = 8;

const NAMES = new Map(
  Object.entries(S).map(([name, number]) => [number, name.replace("SYS_", "").toLowerCase()]),
);

export class Trace {
  private readonly lines: (() => string)[] = [];

  /** line: who does what. */
  add(step: number, line: () => string): void {
    this.lines.push(() => `${step} ${line()}`);
    if (this.lines.length > KEPT) this.lines.shift();
  }

  text(): string {
    return this.lines.map((line) => `  ${line()}`).join("\n");
  }
}

/** A call with its registers up to the last one that is not zero. */
export function describeCall(action: string, { number, x, message: { grant } }: Call): string {
  const used = x.slice(0, REGISTERS);
  while (used.length > 0 && used.at(-1) === 0n) used.pop();
  const words = used.map((word) => `0x${word.toString(16)}`).join(", ");
  const given = grant?.kind ? ` grant ${grant.kind} 0x${grant.id.toString(16)} ${grant.rights}` : "";
  return `${NAMES.get(number) ?? number}(${words})${given} [${action}]`;
}
