// What a program imports to speak to services, or to be one.
export * from "./call";
export * from "./endpoint";
export * from "./grant";
export * from "./service";
export {
  Message,
  FLAG_ASYNC,
  FLAG_OTHER_ENDPOINT,
  GRANT_ENDPOINT,
  GRANT_OBJECT,
  NO_TIMEOUT,
  WINDOW_READ,
  WINDOW_WRITE,
} from "../../../abi/message";
export * from "../../../abi/endpoints";
