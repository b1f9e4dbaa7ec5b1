// The shell's variables and arguments. Those that came with the environment, and those that were exported, are the environment
// of what it starts.

const ASCII_EQUALS = "=";

export class Variables {
  /** $0 and $1 …: the shell's or the script's name, and its arguments. */
  positional: string[] = ["sh"];
  /** $? */
  status: i32 = 0;
  /** ^C, or a wrong expansion: everything up to the prompt is given up. */
  interrupted: bool = false;
  /** Whether $(…) has set the status since the flag was cleared. */
  substituted: bool = false;
  /** $!: 0 before the first job in the background. */
  lastBackground: i32 = 0;
  private values: Map<string, string> = new Map();
  private exported: Set<string> = new Set();

  /** Takes NAME=value strings as the environment. */
  adopt(environment: string[]): void {
    for (let i = 0; i < environment.length; i++) {
      const at = environment[i].indexOf(ASCII_EQUALS);
      if (at <= 0) continue;
      this.set(environment[i].substring(0, at), environment[i].substring(at + 1));
      this.exported.add(environment[i].substring(0, at));
    }
  }

  has(name: string): bool {
    return this.values.has(name);
  }

  /** The value, or "". */
  get(name: string): string {
    return this.values.has(name) ? this.values.get(name) : "";
  }

  set(name: string, value: string): void {
    this.values.set(name, value);
  }

  unset(name: string): void {
    this.values.delete(name);
    this.exported.delete(name);
  }

  export(name: string): void {
    this.exported.add(name);
  }

  /** All of them as NAME=value, in the order in which they came. exportedOnly: those that programs get. */
  list(exportedOnly: bool): string[] {
    const names = this.values.keys();
    const strings: string[] = [];
    for (let i = 0; i < names.length; i++) {
      if (!exportedOnly || this.exported.has(names[i]))
        strings.push(names[i] + ASCII_EQUALS + this.values.get(names[i]));
    }
    return strings;
  }
}
