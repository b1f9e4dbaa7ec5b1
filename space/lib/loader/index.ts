// What init and the loader import to start programs.
export { ArchiveFile, findFile, logArchiveFailure, openArchive } from "./archive";
export { build, buildProgram, configure, discard, isExecutable, openArchived, plan, start } from "./build";
export { IMAGE_OK, describeFault, describeLibraryFault } from "./faults";
export { FILE_KEY_SIZE, FileKey } from "./file_key";
export { discardPages, giveBytes, takeBytes } from "./kept_bytes";
export { checkLibrary } from "./library_check";
export { LIBRARY_IMAGE_SIZE, LibraryImage, NoteString, Symbol } from "./library_image";
export { makeSealedObject } from "./object";
export {
  Program,
  addProgram,
  dropOldest,
  dropPrograms,
  findProgram,
  imageFault,
  openError,
} from "./programs";
