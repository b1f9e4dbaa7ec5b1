// Lays out a new program or service: which files, with what in them. Called by commands/new.ts, which writes them.
//
//   toolchain/new/<kind>/<file>.txt   templates; @NAME@ is the name, @ID@ and @CLASS@ the same in capitals and as a class,
//                                     @EPID@ a service's endpoint

import { existsSync, readFileSync } from "node:fs";
import { EPID_OWN_FIRST, EPID_OWN_LAST } from "../../abi/endpoints.ts";
import { NAME_BYTES } from "../../space/services/init/manifest_layout.ts";
import { Failure } from "../common/failure.ts";

const TEMPLATES = "toolchain/new";
const NAME_PATTERN = /^[a-z][a-z0-9-]*[a-z0-9]$/;
const NAME_LENGTH_MAX = NAME_BYTES - 1;
/** Below all the services that the system needs. */
const PRIORITY = 16;
const MEMORY_PAGES = 32;

export type Kind = "program" | "service";

/** What there is already. */
export interface Tree {
  /** Ids of all modules (config.ts): two names that differ in "-" only have one. */
  ids: ReadonlySet<string>;
  /** Text of system.json. */
  manifest: string;
}

/** File → contents, for everything that is new or changes. */
export type Layout = Map<string, string>;

interface ManifestService {
  name: string;
  endpoint: number;
}

const idOf = (name: string): string => name.replaceAll("-", "");

/** The module names that come with `name`. */
const moduleNames = (kind: Kind, name: string): string[] =>
  kind === "service" ? [name, `${name}-client`] : [name];

function checkName(kind: Kind, name: string, tree: Tree): void {
  if (!NAME_PATTERN.test(name) || name.length > NAME_LENGTH_MAX)
    throw new Failure(
      `NAME: 2 to ${NAME_LENGTH_MAX} of a-z, 0-9 and "-", beginning with a letter and not ending with "-": not "${name}"`,
    );
  for (const module of moduleNames(kind, name))
    if (tree.ids.has(idOf(module)))
      throw new Failure(`NAME: there is a program or service "${module}" already`);
}

/** The first endpoint that no service of the manifest has. */
function freeEndpoint(services: readonly ManifestService[]): number {
  const taken = new Set(services.map(({ endpoint }) => endpoint));
  for (let endpoint = EPID_OWN_FIRST; endpoint <= EPID_OWN_LAST; endpoint++)
    if (!taken.has(endpoint)) return endpoint;
  throw new Failure(`system.json: endpoints ${EPID_OWN_FIRST} to ${EPID_OWN_LAST} are all taken`);
}

/** system.json with an entry more, at the end, and all else as it was written. */
function addToManifest(text: string, name: string, endpoint: number): string {
  const entry = `    {
      "name": "${name}",
      "program": "/sbin/${name}",
      "endpoint": ${endpoint},
      "priority": ${PRIORITY},
      "privileges": [],
      "devices": [],
      "deny": [1, 2, 3, 4, 5],
      "memory_max_pages": ${MEMORY_PAGES},
      "restart": "always"
    }`;
  const end = /\}\s*\]\s*\}\s*$/.exec(text);
  if (!end) throw new Failure("system.json: does not end with its list of services");
  return `${text.slice(0, end.index + 1)},\n${entry}\n  ]\n}\n`;
}

/** The names of the template files, without ".txt", and where each goes. */
function targets(kind: Kind, name: string): [string, string][] {
  const tests: [string, string][] = [
    ["unit.test.ts", `tests/unit/${name}/${name}.test.ts`],
    ["boot.test.ts", `tests/boot/${name.replaceAll("-", "_")}.test.ts`],
  ];
  if (kind === "program") {
    const files = ["main.ts", "help.ts", "module.json"];
    return [...files.map((file): [string, string] => [file, `space/apps/${name}/${file}`]), ...tests];
  }
  const files = ["main.ts", "protocol.ts", "module.json"];
  return [
    ...files.map((file): [string, string] => [file, `space/services/${name}/${file}`]),
    ["client.ts", `space/apps/${name}-client/main.ts`],
    ["client_help.ts", `space/apps/${name}-client/help.ts`],
    ["client_module.json", `space/apps/${name}-client/module.json`],
    ...tests,
  ];
}

/** The files of a new program or service called `name`. Throws a Failure: the name is wrong or taken, or no endpoint is free. */
export function layOut(kind: Kind, name: string, tree: Tree): Layout {
  checkName(kind, name, tree);
  const layout: Layout = new Map();
  let endpoint = 0;
  if (kind === "service") {
    endpoint = freeEndpoint((JSON.parse(tree.manifest) as { services: ManifestService[] }).services);
    layout.set("system.json", addToManifest(tree.manifest, name, endpoint));
  }
  const words: Record<string, string> = {
    NAME: name,
    ID: name.toUpperCase().replaceAll("-", "_"),
    CLASS: name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase()),
    EPID: String(endpoint),
  };
  for (const [template, file] of targets(kind, name)) {
    if (existsSync(file)) throw new Failure(`NAME: ${file} is there already`);
    const text = readFileSync(`${TEMPLATES}/${kind}/${template}.txt`, "utf8");
    layout.set(
      file,
      text.replace(/@([A-Z]+)@/g, (_, word: string) => words[word]),
    );
  }
  return layout;
}
