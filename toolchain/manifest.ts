// The machine's manifest: checks system.json and compiles it to the table that init reads, /etc/system.bin in the initrd
// (space/services/init/manifest_layout.ts). Called when an initrd is built. docs/services/init.md explains every field.
//
// A table, because init then needs no JSON parser: the one program without which nothing starts reads fixed records and
// has nothing to parse, and a mistake in system.json is found here, with a message, instead of at boot.

import {
  EPID_OWN_LAST,
  PRIVILEGE_DEVICES,
  PRIVILEGE_DMA,
  PRIVILEGE_INITRD,
  PRIVILEGE_KILL,
  PRIVILEGE_LOG,
  PRIVILEGE_POWER,
  PRIVILEGE_SPAWN,
  isServiceEndpoint,
} from "../abi/endpoints.ts";
import { DEVICE_UART, DEVICE_VIRTIO, MAX_VIRTIO_SLOTS } from "../abi/construct.ts";
import { MAX_ENDPOINTS, MAX_OBJECTS, MAX_OBJECT_PAGES, MAX_QUEUED_MESSAGES } from "../abi/limits.ts";
import * as layout from "../space/services/init/manifest_layout.ts";
import { ManifestReader } from "./manifest_reader.ts";

const PRIVILEGES = {
  spawn: PRIVILEGE_SPAWN,
  log: PRIVILEGE_LOG,
  devices: PRIVILEGE_DEVICES,
  dma: PRIVILEGE_DMA,
  power: PRIVILEGE_POWER,
  kill: PRIVILEGE_KILL,
  initrd: PRIVILEGE_INITRD,
};
const DEVICES = {
  uart: { kind: DEVICE_UART, count: 1 },
  virtio: { kind: DEVICE_VIRTIO, count: MAX_VIRTIO_SLOTS },
};
const MESSAGE_PRIORITIES = { low: 0, normal: 1, high: 2, critical: 3 };
const RESTART_POLICIES = { never: layout.RESTART_NEVER, always: layout.RESTART_ALWAYS };
const FIELDS = {
  required: [
    "name",
    "program",
    "endpoint",
    "priority",
    "privileges",
    "devices",
    "deny",
    "memory_max_pages",
    "restart",
  ],
  optional: ["message_priority", "quota"],
};
/** The quotas in the order of their QUOTA_… numbers, and the most that each can be. */
const QUOTAS = {
  endpoints: MAX_ENDPOINTS,
  objects: MAX_OBJECTS,
  object_pages: MAX_OBJECTS * MAX_OBJECT_PAGES,
  messages: MAX_QUEUED_MESSAGES,
};
const NAME_PATTERN = /^[a-z][a-z0-9_-]*$/;

interface Device {
  kind: number;
  index: number;
}

export interface Service {
  name: string;
  program: string;
  endpoint: number;
  priority: number;
  privileges: number;
  messagePriority: number;
  devices: Device[];
  deny: number[];
  memoryMaxPages: number;
  restart: number;
  quotas: number[];
}

/** The quotas, QUOTA_KEEP for those that are not named. */
function readQuotas(reader: ManifestReader): number[] {
  if (!reader.has("quota")) return Object.keys(QUOTAS).map(() => layout.QUOTA_KEEP);
  const quota = reader.inner("quota");
  quota.fields({ required: [], optional: Object.keys(QUOTAS) });
  return Object.entries(QUOTAS).map(([name, most]) =>
    quota.has(name) ? quota.integer(name, 0, most) : layout.QUOTA_KEEP,
  );
}

function readDevice(reader: ManifestReader): Device {
  reader.fields({ required: ["kind", "index"], optional: [] });
  const { kind, count } = reader.choice("kind", DEVICES);
  return { kind, index: reader.integer("index", 0, count - 1) };
}

/** A path of the initrd that one of the modules is installed at. */
function readProgram(reader: ManifestReader, programs: ReadonlySet<string>): string {
  const program = reader.text("program", layout.PROGRAM_BYTES - 1);
  if (!programs.has(program)) reader.fail("program", `${program} is not among the modules of this image`);
  return program;
}

function readName(reader: ManifestReader): string {
  const name = reader.text("name", layout.NAME_BYTES - 1);
  if (!NAME_PATTERN.test(name))
    reader.fail("name", 'must be made of a-z, 0-9, "_" and "-", and begin with a letter');
  return name;
}

/** The endpoint that the service receives from, 0: none. */
function readEndpoint(reader: ManifestReader): number {
  const endpoint = reader.integer("endpoint", 0, EPID_OWN_LAST);
  if (endpoint !== 0 && !isServiceEndpoint(endpoint)) reader.fail("endpoint", `${endpoint} is reserved`);
  return endpoint;
}

function readDenied(reader: ManifestReader): number[] {
  const denied = reader.integers("deny", 1, EPID_OWN_LAST, layout.MAX_DENIED);
  const reserved = denied.find((endpoint) => !isServiceEndpoint(endpoint));
  if (reserved !== undefined) reader.fail("deny", `${reserved} is reserved`);
  return denied;
}

function readService(reader: ManifestReader, programs: ReadonlySet<string>): Service {
  const name = readName(reader);
  reader.addName(name);
  reader.fields(FIELDS);
  return {
    name,
    program: readProgram(reader, programs),
    endpoint: readEndpoint(reader),
    priority: reader.integer("priority", layout.SERVICE_PRIORITY_MIN, layout.SERVICE_PRIORITY_MAX),
    privileges: reader.choices("privileges", PRIVILEGES).reduce((bits, bit) => bits | bit, 0),
    messagePriority: reader.has("message_priority")
      ? reader.choice("message_priority", MESSAGE_PRIORITIES)
      : MESSAGE_PRIORITIES.high,
    devices: reader.objects("devices", layout.MAX_DEVICES).map(readDevice),
    deny: readDenied(reader),
    memoryMaxPages: reader.integer("memory_max_pages", 1, layout.SERVICE_MEMORY_PAGES_MAX),
    restart: reader.choice("restart", RESTART_POLICIES),
    quotas: readQuotas(reader),
  };
}

/** What two services may not share. */
function checkShared(readers: readonly ManifestReader[], services: readonly Service[]): void {
  const owners = new Map<string, string>();
  const claim = (reader: ManifestReader, owner: string, field: string, what: string): void => {
    const other = owners.get(what);
    if (other !== undefined) reader.fail(field, `${what} belongs to ${other} already`);
    owners.set(what, owner);
  };
  services.forEach(({ name, endpoint, devices }, i) => {
    claim(readers[i], "another service", "name", `the name "${name}"`);
    if (endpoint !== 0) claim(readers[i], name, "endpoint", `endpoint ${endpoint}`);
    for (const { kind, index } of devices) {
      const kindName = Object.entries(DEVICES).find(([, device]) => device.kind === kind)?.[0];
      claim(readers[i], name, "devices", `device ${kindName} ${index}`);
    }
  });
}

function encodeService(service: Service): Buffer {
  const record = Buffer.alloc(layout.RECORD_SIZE);
  record.writeUInt32LE(service.endpoint, layout.RECORD_ENDPOINT);
  record.writeUInt32LE(service.priority, layout.RECORD_PRIORITY);
  record.writeUInt32LE(service.privileges, layout.RECORD_PRIVILEGES);
  record.writeUInt32LE(service.memoryMaxPages, layout.RECORD_MEMORY_PAGES);
  record.writeUInt32LE(service.messagePriority, layout.RECORD_MESSAGE_PRIORITY);
  record.writeUInt32LE(service.restart, layout.RECORD_RESTART);
  record.writeUInt32LE(service.devices.length, layout.RECORD_DEVICE_COUNT);
  record.writeUInt32LE(service.deny.length, layout.RECORD_DENIED_COUNT);
  service.quotas.forEach((limit, i) => record.writeUInt32LE(limit, layout.RECORD_QUOTAS + 4 * i));
  service.devices.forEach(({ kind, index }, i) => {
    record.writeUInt32LE((kind << layout.DEVICE_KIND_SHIFT) | index, layout.RECORD_DEVICES + 4 * i);
  });
  service.deny.forEach((endpoint, i) => record.writeUInt32LE(endpoint, layout.RECORD_DENIED + 4 * i));
  for (const [at, text] of [
    [layout.RECORD_NAME, service.name],
    [layout.RECORD_PROGRAM, service.program],
  ] as const) {
    record.writeUInt8(Buffer.byteLength(text), at);
    record.write(text, at + 1);
  }
  return record;
}

/**
 * Reads and checks a manifest. file: its name, for messages; programs: paths of the image's programs, like "/sbin/vfs".
 * Throws a Failure that names the file, the service and the field, or the line of a syntax error.
 */
export function parseManifest(file: string, text: string, programs: ReadonlySet<string>): Service[] {
  const root = ManifestReader.parse(file, text);
  root.fields({ required: ["services"], optional: [] });
  const readers = root.objects("services", layout.MAX_SERVICES);
  const services = readers.map((reader) => readService(reader, programs));
  checkShared(readers, services);
  return services;
}

/** The table that init reads, of the manifest in `text`. Arguments and errors as parseManifest's. */
export function compileManifest(file: string, text: string, programs: ReadonlySet<string>): Buffer {
  const services = parseManifest(file, text, programs);
  const header = Buffer.alloc(layout.MANIFEST_HEADER_SIZE);
  header.writeUInt32LE(layout.MANIFEST_MAGIC, 0);
  header.writeUInt32LE(layout.MANIFEST_VERSION, 4);
  header.writeUInt32LE(services.length, layout.MANIFEST_SERVICES);
  header.writeUInt32LE(layout.RECORD_SIZE, layout.MANIFEST_RECORD_SIZE);
  return Buffer.concat([header, ...services.map(encodeService)]);
}
