// What a program imports to use the network.
export * from "./address";
export * from "./interface";
export * from "./resolve";
export * from "./socket";
