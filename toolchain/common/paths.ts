// Where everything lies. Called by every part of the toolchain; all other files name files through it.
// All paths are relative to the repository root, and every command runs with the root as working directory,
// so that messages and debug information carry short names that gdb and editors resolve from there.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

/** The file that marks the root. This code also runs bundled, from another depth, so the root is looked for. */
const ROOT_MARK = "asconfig.json";

function findRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, ROOT_MARK))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`no ${ROOT_MARK} above ${import.meta.url}`);
    folder = parent;
  }
  return folder;
}

/** The repository root, absolute. */
export const ROOT = findRoot();

export const BUILD_DIR = "build";
export const GEN_DIR = "build/gen";
export const OBJ_DIR = "build/obj";
export const WASM_DIR = "build/wasm";
export const TOOLS_DIR = "build/tools";
export const STAMP_DIR = "build/stamps";
export const USER_DIR = "build/user";
export const KERNEL_ELF = "build/hnx.elf";
export const KERNEL_IMAGE = "build/hnx.img";
export const INITRD = "build/initrd.img";
export const TEST_INITRD = "build/initrd-test.img";

export const KERNEL_IMPORTS_H = "boot/kernel_imports.h";
export const USER_IMPORTS_H = "boot/user_imports.h";
export const KERNEL_C = "boot/kernel.c";
export const USER_START_C = "boot/user_start.c";
export const KERNEL_LD = "linker/kernel.ld";
export const USER_LD = "linker/user.ld";
export const LIBRARY_LD = "linker/library.ld";

export const CLANG = "clang-19";
export const LLD = "ld.lld-19";
export const NM = "llvm-nm-19";
export const OBJDUMP = "llvm-objdump-19";
export const OBJCOPY = "llvm-objcopy-19";
export const READELF = "llvm-readelf-19";
export const STRIP = "llvm-strip-19";

/** Makes the root the working directory; every command calls it once, first. */
export function enterRoot(): void {
  process.chdir(ROOT);
}
