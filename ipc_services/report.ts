// Log lines of this folder. The log is the kernel's, so it comes as imports, looped back like core/ipc's.

/** "[INFO] ipc_services: <text>". */
@external("sched", "report")
export declare function report(text: string): void;

/** "[INFO] ipc_services: created endpoint <epid> for <name>". */
@external("sched", "reportEndpoint")
export declare function reportEndpoint(epid: u32, name: string): void;
