// Builds a flattened device tree (Devicetree Specification 0.4, chapter 5) of the fake machine.

export interface TreeNode {
  name: string;
  properties: Record<string, number[] | string>;
  children?: TreeNode[];
}

const MAGIC = 0xd00dfeed;
const VERSION = 17;
const LAST_COMPATIBLE_VERSION = 16;
const HEADER_BYTES = 40;
const RESERVATIONS_BYTES = 16; // the one entry that ends the empty list
const [BEGIN_NODE, END_NODE, PROPERTY, END] = [1, 2, 3, 9];

const pad = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`, "latin1");

function encode(value: number[] | string): Buffer {
  return typeof value === "string" ? text(value) : Buffer.concat(value.map(word));
}

/** The blob. Values are cells, or strings (with NUL between the parts of a list). */
export function buildDeviceTree(root: TreeNode): Buffer {
  const parts: Buffer[] = [];
  let strings = "";
  const offsetOf = (name: string): number => {
    const at = strings.indexOf(`${name}\0`);
    if (at >= 0 && (at === 0 || strings[at - 1] === "\0")) return at;
    strings += `${name}\0`;
    return strings.length - name.length - 1;
  };
  const visit = ({ name, properties, children = [] }: TreeNode): void => {
    parts.push(word(BEGIN_NODE), pad(text(name)));
    for (const [key, value] of Object.entries(properties)) {
      const bytes = encode(value);
      parts.push(word(PROPERTY), word(bytes.length), word(offsetOf(key)), pad(bytes));
    }
    children.forEach(visit);
    parts.push(word(END_NODE));
  };
  visit(root);
  parts.push(word(END));
  const structure = Buffer.concat(parts);
  const names = Buffer.from(strings, "latin1");
  const structureAt = HEADER_BYTES + RESERVATIONS_BYTES;
  const namesAt = structureAt + structure.length;
  const header = [
    MAGIC,
    namesAt + names.length,
    structureAt,
    namesAt,
    HEADER_BYTES,
    VERSION,
    LAST_COMPATIBLE_VERSION,
    0,
    names.length,
    structure.length,
  ];
  return Buffer.concat([...header.map(word), Buffer.alloc(RESERVATIONS_BYTES), structure, names]);
}
