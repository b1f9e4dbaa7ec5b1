// A test initrd with one more service in its manifest, for tests that need what only the manifest gives.

import { readFileSync, writeFileSync } from "node:fs";
import { findModules } from "../../toolchain/common/config.ts";
import { compileManifest } from "../../toolchain/manifest.ts";
import { buildCpio } from "../../toolchain/pipeline/cpio.ts";
import { COMPILED_MANIFEST_PATH, testEntries } from "../../toolchain/pipeline/initrd.ts";

/** Builds build/test/initrd-<name>.img, whose manifest starts /sbin/<name> last; no service of it is restarted. → its path */
export function initrdWithService(name: string, priority: number, privileges: string[]): string {
  const file = `build/test/initrd-${name}.img`;
  const modules = findModules();
  const manifest = JSON.parse(readFileSync("system.json", "utf8")) as { services: { restart: string }[] };
  for (const service of manifest.services) service.restart = "never";
  const added = {
    name,
    program: `/sbin/${name}`,
    endpoint: 0,
    priority,
    privileges,
    devices: [],
    deny: [],
    memory_max_pages: 16,
    restart: "never",
  };
  manifest.services.push(added);
  const programs = new Set(modules.flatMap(({ installPath }) => (installPath ? [`/${installPath}`] : [])));
  const table = compileManifest("system.json", JSON.stringify(manifest), programs);
  const entries = testEntries(modules).map((entry) =>
    entry.name === COMPILED_MANIFEST_PATH ? { ...entry, data: table } : entry,
  );
  writeFileSync(file, buildCpio(entries));
  return file;
}
