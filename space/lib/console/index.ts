// What a program imports to speak to whoever started it.
export * from "./command_line";
export * from "./count_option";
export * from "./input_files";
export * from "./print";
export * from "./size";
export * from "./terminal";
export * from "./width";
export * from "./writer";
