// What a program imports to be written as for Node. docs/LIBRARY.md.
export * from "./child_process";
export * from "./console";
export * from "./errors";
export * from "./fs";
export * from "./process";
export * from "./time";
