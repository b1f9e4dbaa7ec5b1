// What SVC_LIST tells of a service; used by init and by programs that ask it.
//
//   0 u32 state (SVC_…)   4 u32 process id, 0: none   8 u32 endpoint, 0: none   12 u32 restarts so far   16 str name

export const SVC_RUNNING: u32 = 1;
export const SVC_WAITING: u32 = 2; // it died, and will be started again
export const SVC_STOPPED: u32 = 3; // on demand, or it ended by itself and is not to be started again
export const SVC_FAILED: u32 = 4; // it died too often

export const SVC_STATE: u32 = 0;
export const SVC_PID: u32 = 4;
export const SVC_ENDPOINT: u32 = 8;
export const SVC_RESTARTS: u32 = 12;
export const SVC_NAME: u32 = 16;
