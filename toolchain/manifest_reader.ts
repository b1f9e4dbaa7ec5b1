// Takes a JSON object apart with one message for everything that can be wrong with a field. Called by manifest.ts.
//
//   system.json: services[2] (vfs): "priority" must be a whole number from 16 to 20, not 99

import { Failure } from "./common/failure.ts";
import { findJsonFault } from "./json_fault.ts";

interface FieldNames {
  required: readonly string[];
  optional: readonly string[];
}

const quoteAll = (names: Iterable<string>): string => [...names].map((name) => `"${name}"`).join(", ");

export class ManifestReader {
  private constructor(
    private place: string,
    private readonly object: Record<string, unknown>,
  ) {}

  /** Parses a text. Throws a Failure with the line of a syntax error, or if it is no object. */
  static parse(file: string, text: string): ManifestReader {
    const fault = findJsonFault(text);
    if (fault) throw new Failure(`${file}:${fault.line}: ${fault.problem}`);
    return ManifestReader.of(file, JSON.parse(text));
  }

  private static of(place: string, value: unknown): ManifestReader {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new Failure(`${place}: must be an object, not ${JSON.stringify(value)}`);
    }
    return new ManifestReader(place, value as Record<string, unknown>);
  }

  /** Names the object in later messages. */
  addName(name: string): void {
    this.place += ` (${name})`;
  }

  fail(field: string, problem: string): never {
    throw new Failure(`${this.place}: "${field}": ${problem}`);
  }

  private refuse(field: string, wanted: string): never {
    const value = this.object[field];
    if (value === undefined) throw new Failure(`${this.place}: "${field}" is missing`);
    throw new Failure(`${this.place}: "${field}" must be ${wanted}, not ${JSON.stringify(value)}`);
  }

  /** Refuses fields that are not known, and the lack of required ones. */
  fields({ required, optional }: FieldNames): void {
    const known = [...required, ...optional];
    for (const field of Object.keys(this.object)) {
      if (!known.includes(field)) {
        throw new Failure(`${this.place}: unknown field "${field}"; known are ${quoteAll(known)}`);
      }
    }
    for (const field of required) if (!this.has(field)) this.refuse(field, "there");
  }

  has(field: string): boolean {
    return Object.hasOwn(this.object, field);
  }

  /** A text of 1 to `maxBytes` bytes. */
  text(field: string, maxBytes: number): string {
    const value = this.object[field];
    if (typeof value !== "string" || value === "" || Buffer.byteLength(value) > maxBytes) {
      this.refuse(field, `a text of 1 to ${maxBytes} bytes`);
    }
    return value;
  }

  integer(field: string, min: number, max: number): number {
    const value = this.object[field];
    if (!isInteger(value, min, max)) this.refuse(field, `a whole number from ${min} to ${max}`);
    return value;
  }

  /** A list of different integers. */
  integers(field: string, min: number, max: number, maxCount: number): number[] {
    const wanted = `a list of at most ${maxCount} different whole numbers from ${min} to ${max}`;
    const values = this.list(field, maxCount, wanted);
    if (!values.every((value) => isInteger(value, min, max))) this.refuse(field, wanted);
    if (new Set(values).size !== values.length) this.refuse(field, wanted);
    return values;
  }

  /** The value that belongs to one of the names. */
  choice<T>(field: string, values: Record<string, T>): T {
    const name = this.object[field];
    if (typeof name !== "string" || !Object.hasOwn(values, name)) {
      this.refuse(field, `one of ${quoteAll(Object.keys(values))}`);
    }
    return values[name];
  }

  /** The values that belong to a list of different names. */
  choices<T>(field: string, values: Record<string, T>): T[] {
    const names = Object.keys(values);
    const wanted = `a list of different names of ${quoteAll(names)}`;
    const given = this.list(field, names.length, wanted);
    if (!given.every((name) => names.includes(name as string))) this.refuse(field, wanted);
    if (new Set(given).size !== given.length) this.refuse(field, wanted);
    return given.map((name) => values[name as string]);
  }

  /** An object within the object. */
  inner(field: string): ManifestReader {
    return ManifestReader.of(`${this.place}: ${field}`, this.object[field]);
  }

  /** A list of objects. */
  objects(field: string, maxCount: number): ManifestReader[] {
    const values = this.list(field, maxCount, `a list of at most ${maxCount} objects`);
    return values.map((value, i) => ManifestReader.of(`${this.place}: ${field}[${i}]`, value));
  }

  private list(field: string, maxCount: number, wanted: string): unknown[] {
    const value = this.object[field];
    if (!Array.isArray(value) || value.length > maxCount) this.refuse(field, wanted);
    return value;
  }
}

function isInteger(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}
