// `hnx image`: the two files that a bootloader needs.

import { statSync } from "node:fs";
import { INITRD, KERNEL_IMAGE } from "../common/paths.ts";
import { build } from "../pipeline/build.ts";
import { handledByHelp } from "./usage.ts";

const HELP = `usage: hnx image

Builds build/hnx.img (a Linux arm64 Image) and build/initrd.img, for any bootloader that takes a Linux kernel.
`;
const KIB = 1024;

/** Builds the images and prints their names and sizes. */
export async function imageCommand(args: string[]): Promise<number> {
  if (handledByHelp(args, HELP)) return 0;
  await build();
  for (const file of [KERNEL_IMAGE, INITRD]) {
    process.stdout.write(`${file}  ${Math.ceil(statSync(file).size / KIB)} KiB\n`);
  }
  return 0;
}
