// What a program imports to use libraries at run time. docs/LIBRARIES.md is the guide.
export * from "./function";
export * from "./library";
export { parseSignature } from "./signature";
