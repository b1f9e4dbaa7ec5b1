// The soak test's machine: the server in the network service's place, 16 clients of mixed thread priorities, all of which may
// send messages of every priority.

import { initrdWithManifest, serviceEntry } from "./manifest.ts";

const CLIENTS = 16;
const SERVER_PRIORITY = 17;
/** Thread priorities of the clients in turn: below, at and above the server's. */
const CLIENT_PRIORITIES = [16, 17, 18, 19];
const NETWORK_ENDPOINT = 2;

export function soakInitrd(): string {
  const server = serviceEntry("soak-server", { endpoint: NETWORK_ENDPOINT, priority: SERVER_PRIORITY });
  const clients = Array.from({ length: CLIENTS }, (_, i) =>
    serviceEntry(`soak-client-${i}`, {
      program: "/sbin/soak-client",
      priority: CLIENT_PRIORITIES[i % CLIENT_PRIORITIES.length],
      message_priority: "critical",
    }),
  );
  return initrdWithManifest("soak", (services) => [
    ...services.filter(({ endpoint }) => endpoint !== NETWORK_ENDPOINT),
    server,
    ...clients,
  ]);
}
