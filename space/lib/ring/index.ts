// What a program imports to pass bulk data through shared memory.
export * from "./packet_queue";
export * from "./ring";
