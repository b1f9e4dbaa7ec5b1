// What a program imports to use files.
export * from "./directory";
export * from "./file";
export * from "./path";
export * from "./stat";
export {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from "../../../abi/file";
