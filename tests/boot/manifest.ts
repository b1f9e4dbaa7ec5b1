// Test initrds with other services in their manifest, for tests that need what only the manifest gives.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findModules } from "../../toolchain/common/config.ts";
import { compileManifest } from "../../toolchain/manifest.ts";
import { buildCpio } from "../../toolchain/pipeline/cpio.ts";
import { COMPILED_MANIFEST_PATH, testEntries } from "../../toolchain/pipeline/initrd.ts";

export interface ServiceEntry {
  name: string;
  program: string;
  endpoint: number;
  priority: number;
  privileges: string[];
  devices: object[];
  deny: number[];
  memory_max_pages: number;
  restart: string;
  message_priority?: string;
}

/** An entry without endpoint or rights, /sbin/<name>, and what differs from that. */
export function serviceEntry(name: string, changes: Partial<ServiceEntry> = {}): ServiceEntry {
  const nothing = { endpoint: 0, privileges: [], devices: [], deny: [] };
  const limits = { priority: 16, memory_max_pages: 16, restart: "never" };
  return { name, program: `/sbin/${name}`, ...nothing, ...limits, ...changes };
}

/** Builds build/test/initrd-<name>.img with the services that `change` makes of system.json's. → its path */
export function initrdWithManifest(
  name: string,
  change: (services: ServiceEntry[]) => ServiceEntry[],
): string {
  const file = `build/test/initrd-${name}.img`;
  const modules = findModules();
  const manifest = JSON.parse(readFileSync("system.json", "utf8")) as { services: ServiceEntry[] };
  const text = JSON.stringify({ ...manifest, services: change(manifest.services) });
  const programs = new Set(modules.flatMap(({ installPath }) => (installPath ? [`/${installPath}`] : [])));
  const table = compileManifest("system.json", text, programs);
  const entries = testEntries(modules).map((entry) =>
    entry.name === COMPILED_MANIFEST_PATH ? { ...entry, data: table } : entry,
  );
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, buildCpio(entries));
  return file;
}

/** Above the services', so that a kill comes in the middle of a request. */
const KILLER_PRIORITY = 19;
const KILLER_ENDPOINT = 14;

/** The usual services, restarted as `restart` says, and the service killer (space/services/service-killer). → the initrd's path */
export function initrdWithKiller(restart: "always" | "never"): string {
  const changes = { priority: KILLER_PRIORITY, privileges: ["kill"], endpoint: KILLER_ENDPOINT };
  const killer = serviceEntry("service-killer", changes);
  return initrdWithManifest(`killer-${restart}`, (services) => [
    ...services.map((service) => ({ ...service, restart })),
    killer,
  ]);
}

/** The usual services, never restarted, and /sbin/<name>, started last. → the path of build/test/initrd-<name>.img */
export function initrdWithService(name: string, priority: number, privileges: string[]): string {
  const entry = serviceEntry(name, { priority, privileges });
  const once = (service: ServiceEntry): ServiceEntry => ({ ...service, restart: "never" });
  return initrdWithManifest(name, (services) => [...services.map(once), entry]);
}
