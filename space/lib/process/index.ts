// What a program imports to know itself, to start others and to speak of errors.
export * from "./arguments";
export * from "./current_directory";
export * from "./errors";
export * from "./process";
export * from "./process_list";
export * from "./signals";
export * from "./random";
export * from "./spawn_attributes";
export * from "./utf8";
