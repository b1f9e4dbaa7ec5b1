// What init and the loader import to start programs.
export { ArchiveFile, findFile, logArchiveFailure, openArchive } from "./archive";
export { build, buildProgram, configure, discard, isExecutable, openArchived, plan, start } from "./build";
export { describeFault } from "./faults";
export { FILE_KEY_SIZE, FileKey } from "./file_key";
export { discardPages } from "./kept_bytes";
export {
  Program,
  addProgram,
  dropOldest,
  dropPrograms,
  findProgram,
  imageFault,
  openError,
} from "./programs";
