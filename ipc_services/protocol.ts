// The protocol of services, as the kernel uses it: abi/message.ts is its one codec.
export * from "../abi/message";
