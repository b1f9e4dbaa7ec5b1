// QEMU's command line for the machine HNX runs on. Called by the commands that start it and by the boot tests.
//
//   virtio-mmio slots are 0x200 bytes apart, eight to a page; a driver is given whole pages, so each device gets a
//   page of its own:  slot 0 · 8 · 16 · 24 disks, in order     slot 31 the network (it shares the fourth disk's page)

import { Failure } from "./failure.ts";
import { EXIT_USAGE, type MachineOptions } from "./options.ts";
import { INITRD, KERNEL_IMAGE } from "./paths.ts";

export const QEMU = "qemu-system-aarch64";

export interface QemuInput extends MachineOptions {
  /** A kernel other than the build's. */
  kernel?: string;
  /** A network card even without forwards. */
  network?: boolean;
  /** The kernel's command line. */
  append: string;
  initrd?: string;
  /** Where the guest's serial line goes; a terminal shell also needs QEMU's escape key. */
  serial?: string;
  extra?: readonly string[];
}

const DISK_SLOTS = [0, 8, 16, 24];
const NETWORK_SLOT = 31;

/** A file name inside one of QEMU's comma-separated option strings. */
const escapeCommas = (text: string): string => text.replaceAll(",", ",,");

function diskArguments(disks: readonly string[]): string[] {
  return disks.flatMap((file, i) => [
    "-drive",
    `if=none,format=raw,file=${escapeCommas(file)},id=hd${i}`,
    "-device",
    `virtio-blk-device,drive=hd${i},bus=virtio-mmio-bus.${DISK_SLOTS[i]}`,
  ]);
}

/** With as many disks as there are pages there is no card, unless it is asked for. */
export const hasRoomForNetwork = (disks: readonly string[]): boolean => disks.length < DISK_SLOTS.length;

function networkArguments({ forwards, network }: QemuInput): string[] {
  if (forwards.length === 0 && !network) return ["-nic", "none"];
  const rules = forwards.map(
    ({ host, guest, protocol = "tcp", address = "" }) => `,hostfwd=${protocol}:${address}:${host}-:${guest}`,
  );
  return [
    "-netdev",
    `user,id=net0${rules.join("")}`,
    "-device",
    `virtio-net-device,netdev=net0,bus=virtio-mmio-bus.${NETWORK_SLOT}`,
  ];
}

/** QEMU's arguments. Throws a Failure when more devices are asked for than there are pages for. */
export function qemuArguments(input: QemuInput): string[] {
  const slots = DISK_SLOTS.length - (input.forwards.length > 0 || input.network ? 1 : 0);
  if (input.disks.length > slots) {
    throw new Failure(
      `at most ${DISK_SLOTS.length} disks, or ${DISK_SLOTS.length - 1} with a network`,
      EXIT_USAGE,
    );
  }
  return [
    ...["-M", "virt", "-cpu", "cortex-a72", "-accel", "tcg", "-m", String(input.memory_mib)],
    ...["-display", "none", "-monitor", "none", "-serial", input.serial ?? "stdio"],
    ...["-global", "virtio-mmio.force-legacy=false"],
    ...["-semihosting-config", "enable=on,target=native"],
    ...["-kernel", input.kernel ?? KERNEL_IMAGE, "-initrd", input.initrd ?? INITRD, "-append", input.append],
    ...diskArguments(input.disks),
    ...networkArguments(input),
    ...(input.extra ?? []),
  ];
}

export type BootMode = "run" | "shell" | "boot";

/** The kernel's command line: what it is to do, and that a host listens for the exit status. */
export function kernelCommandLine(mode: BootMode, command?: string, bootArgument?: string): string {
  const words = ["semihosting", ...(bootArgument === undefined ? [] : [bootArgument]), `mode=${mode}`];
  return mode === "run" ? `${words.join(" ")} -- ${command}` : words.join(" ");
}
