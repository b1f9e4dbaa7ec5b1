// What a program or a file system imports to use disks.
export * from "./device";
export * from "./transfer";
