// What a program imports to use files.
export * from "./copy";
export * from "./current_directory";
export * from "./directory";
export * from "./file";
export * from "./mount";
export * from "./names";
export * from "./path";
export * from "./pipe";
export * from "./stat";
export {
  MOUNT_RDONLY,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
  TIME_NOW,
} from "../../../abi/file";
