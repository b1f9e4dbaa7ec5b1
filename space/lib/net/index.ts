// What a program imports to use the network.
export * from "./address";
export * from "./socket";
