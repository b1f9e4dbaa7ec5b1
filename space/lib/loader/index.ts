// What init and the loader import to start programs of the boot archive.
export { ArchiveFile, findFile, logArchiveFailure, openArchive } from "./archive";
export { build, configure, discard, plan, start } from "./build";
export { describeFault } from "./faults";
export { dropPrograms, imageFault } from "./programs";
