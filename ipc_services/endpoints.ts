// The well-known endpoints and their creation at boot; the log lines are part of the contract (DESIGN §2).

import {
  EPID_BLOCK,
  EPID_CONSOLE,
  EPID_LOADER,
  EPID_NETWORK,
  EPID_OWN_FIRST,
  EPID_OWN_LAST,
  EPID_SUPERVISOR,
  EPID_VFS,
} from "../abi/endpoints";
import { endpointCreateWellKnown } from "../core/ipc/endpoint";
import { initializeStore } from "../core/ipc/store";
import { report, reportEndpoint } from "./report";

export namespace WELL_KNOWN_SERVICES {
  export const VFS_EPID: u32 = EPID_VFS;
  export const NETWORK_EPID: u32 = EPID_NETWORK;
  export const LOADER_EPID: u32 = EPID_LOADER;
  export const BLOCK_EPID: u32 = EPID_BLOCK;
}

/** The name of a well-known endpoint's service, for the log; "": a service that is the machine's own. */
export function serviceName(epid: u32): string {
  if (epid == EPID_VFS) return "vfs";
  if (epid == EPID_NETWORK) return "network";
  if (epid == EPID_LOADER) return "loader";
  if (epid == EPID_BLOCK) return "block";
  if (epid == EPID_CONSOLE) return "console";
  return epid == EPID_SUPERVISOR ? "init" : "";
}

/** Creates endpoints 1–5 and 9–15; called once, before any process exists. */
export function initializeServices(): void {
  initializeStore();
  report("initializing delegation framework");
  report("creating well-known service endpoints");
  for (let epid = EPID_VFS; epid <= EPID_BLOCK; epid++) {
    endpointCreateWellKnown(epid);
    reportEndpoint(epid, serviceName(epid));
  }
  endpointCreateWellKnown(EPID_CONSOLE);
  endpointCreateWellKnown(EPID_SUPERVISOR);
  for (let epid = EPID_OWN_FIRST; epid <= EPID_OWN_LAST; epid++) endpointCreateWellKnown(epid);
  report("all well-known endpoints created");
  report("delegation framework ready");
}
