// Basic regular expressions, as far as grep's help says: compiled to steps. All ways of matching are followed
// at once, as a set of the steps that may be next: the time is at most the product of the lengths, whatever the pattern.
//
//   ^a[0-9]*\.$     →  begin · a · set 0–9, any number · `.` · end

const ANY: i32 = -1;
const SET: i32 = -2;

class Step {
  unit: i32 = 0; // the character, or ANY, or SET
  repeated: bool = false;
  negated: bool = false;
  ranges: i32[] = []; // pairs: first, last
}

export class Pattern {
  /** "" or what is wrong with it. */
  error: string = "";
  private steps: Step[] = [];
  private atStart: bool = false;
  private atEnd: bool = false;

  /** plain: all characters mean themselves; ignoreCase: of ASCII letters. */
  constructor(
    private text: string,
    plain: bool,
    private ignoreCase: bool,
  ) {
    if (plain) this.compilePlain();
    else this.compile();
  }

  private compilePlain(): void {
    for (let i = 0; i < this.text.length; i++) {
      const step = new Step();
      step.unit = this.fold(this.text.charCodeAt(i));
      this.steps.push(step);
    }
  }

  private compile(): void {
    const text = this.text;
    let at = 0;
    if (text.startsWith("^")) {
      this.atStart = true;
      at = 1;
    }
    while (at < text.length && !this.error.length) {
      const c = text.charAt(at);
      if (c == "$" && at + 1 == text.length) {
        this.atEnd = true;
        break;
      }
      const step = new Step();
      if (c == ".") step.unit = ANY;
      else if (c == "[") at = this.readSet(step, at);
      else if (c == "\\" && at + 1 == text.length) this.error = "backslash at the end";
      else step.unit = this.fold(text.charCodeAt(c == "\\" ? ++at : at));
      at++;
      if (text.charAt(at) == "*" && !(c == "*" && this.steps.length == 0)) {
        step.repeated = true;
        while (text.charAt(at) == "*") at++;
      }
      this.steps.push(step);
    }
  }

  /** → where the closing bracket is */
  private readSet(step: Step, from: i32): i32 {
    const text = this.text;
    step.unit = SET;
    let at = from + 1;
    if (text.charAt(at) == "^") {
      step.negated = true;
      at++;
    }
    const first = at;
    for (; at < text.length && (text.charAt(at) != "]" || at == first); at++) {
      const low = text.charCodeAt(at);
      let high = low;
      if (text.charAt(at + 1) == "-" && at + 2 < text.length && text.charAt(at + 2) != "]") {
        at += 2;
        high = text.charCodeAt(at);
      }
      step.ranges.push(this.fold(low));
      step.ranges.push(this.fold(high));
    }
    if (at >= text.length) this.error = "unterminated [";
    return at;
  }

  private fold(unit: i32): i32 {
    return this.ignoreCase && unit >= 0x41 && unit <= 0x5a ? unit | 0x20 : unit;
  }

  /** Whether a part of `line` matches. */
  matches(line: string): bool {
    const count = this.steps.length;
    let current = new StaticArray<bool>(count + 1);
    let next = new StaticArray<bool>(count + 1);
    for (let at = 0; at <= line.length; at++) {
      if (at == 0 || !this.atStart) this.enter(current, 0);
      if (current[count] && (!this.atEnd || at == line.length)) return true;
      if (at == line.length) break;
      for (let i = 0; i <= count; i++) next[i] = false;
      for (let i = 0; i < count; i++) {
        if (current[i] && this.fits(this.steps[i], line, at))
          this.enter(next, this.steps[i].repeated ? i : i + 1);
      }
      const swapped = current;
      current = next;
      next = swapped;
    }
    return false;
  }

  /** Step `first` may be next, and with it those behind it that may be left out. */
  private enter(states: StaticArray<bool>, first: i32): void {
    states[first] = true;
    for (let i = first; i < this.steps.length && this.steps[i].repeated; i++) states[i + 1] = true;
  }

  private fits(step: Step, line: string, at: i32): bool {
    if (step.unit == ANY) return true;
    const unit = this.fold(line.charCodeAt(at));
    if (step.unit != SET) return step.unit == unit;
    for (let i = 0; i < step.ranges.length; i += 2) {
      if (step.ranges[i] <= unit && unit <= step.ranges[i + 1]) return !step.negated;
    }
    return step.negated;
  }
}
