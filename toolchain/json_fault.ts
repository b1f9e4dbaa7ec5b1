// Finds where a text stops being JSON, and names that JSON.parse would silently drop because they occur twice. Called by
// manifest_reader.ts: JSON.parse itself does not tell the place of every fault.

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// Control characters are what JSON forbids in strings.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const DEPTH_MAX = 100;

class JsonFault extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

class Scanner {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  scan(): void {
    this.value();
    if (this.at < this.text.length) throw new JsonFault("more text after the value", this.at);
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text)?.[0];
    this.at += match?.length ?? 0;
    return match;
  }

  /** Takes one of `characters`, and the spaces around it. */
  private character(characters: string, wanted: string): string {
    this.take(SPACE);
    const found = this.text.charAt(this.at);
    if (found === "" || !characters.includes(found)) this.fail(wanted);
    this.at++;
    this.take(SPACE);
    return found;
  }

  private fail(wanted: string): never {
    const found = this.at < this.text.length ? JSON.stringify(this.text.charAt(this.at)) : "the end";
    throw new JsonFault(`${wanted} expected, not ${found}`, this.at);
  }

  private value(): void {
    this.take(SPACE);
    if (this.depth++ > DEPTH_MAX) throw new JsonFault("nested too deeply", this.at);
    const first = this.text.charAt(this.at);
    if (first === "{") this.members();
    else if (first === "[") this.elements();
    else if ((this.take(STRING) ?? this.take(SCALAR)) === undefined) this.fail("a value");
    this.depth--;
    this.take(SPACE);
  }

  private members(): void {
    const names = new Set<string>();
    this.character("{", "{");
    if (this.text.charAt(this.at) === "}") return void this.character("}", "}");
    do {
      const nameAt = this.at;
      const name = this.take(STRING) ?? this.fail("a name in double quotes");
      if (names.has(name)) throw new JsonFault(`${name} occurs twice in one object`, nameAt);
      names.add(name);
      this.character(":", "a colon");
      this.value();
    } while (this.character(",}", "a comma or }") === ",");
  }

  private elements(): void {
    this.character("[", "[");
    if (this.text.charAt(this.at) === "]") return void this.character("]", "]");
    do this.value();
    while (this.character(",]", "a comma or ]") === ",");
  }
}

/** The first fault of a text: its line, from 1, and what it is; undefined when it is good JSON. */
export function findJsonFault(text: string): { line: number; problem: string } | undefined {
  try {
    new Scanner(text).scan();
    return undefined;
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { line: text.slice(0, error.offset).split("\n").length, problem: error.message };
  }
}
