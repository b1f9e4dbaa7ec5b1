// What a program imports to speak to whoever started it.
export * from "./command_line";
export * from "./print";
export * from "./size";
export * from "./writer";
