// The rows of the benchmark and what they are measured against: docs/ARCHITECTURE.md, "What we measure against".
// Instructions per operation, QEMU 7.2 -M virt -cpu cortex-a72 -icount shift=0, one core, user side included.
// Linux cloud is Debian's 6.1 arm64 cloud kernel, Linux minimal the same version built small.

export interface Anchor {
  name: string;
  /** What HNX must reach, where that is agreed. */
  budget?: number;
  sel4?: number;
  linuxCloud?: number;
  linuxMinimal?: number;
  spike?: number;
  /** Counts nothing but the processor's own work, so that it repeats exactly and can be compared between builds. */
  pureCpu: boolean;
}

export const ANCHORS: readonly Anchor[] = [
  {
    name: "null_syscall",
    budget: 90,
    sel4: 96,
    linuxCloud: 506,
    linuxMinimal: 242,
    spike: 94,
    pureCpu: true,
  },
  { name: "call_reply_0", budget: 330, sel4: 414, linuxCloud: 12_900, linuxMinimal: 6_594, pureCpu: true },
  {
    name: "call_reply_32",
    budget: 330,
    sel4: 461,
    linuxCloud: 12_900,
    linuxMinimal: 6_594,
    spike: 218,
    pureCpu: true,
  },
  {
    name: "call_reply_256",
    budget: 540,
    sel4: 1_617,
    linuxCloud: 21_088,
    linuxMinimal: 10_846,
    spike: 409,
    pureCpu: true,
  },
  { name: "async_send_recv", pureCpu: true },
  { name: "notification", pureCpu: true },
  { name: "interrupt_to_handler", pureCpu: false },
  { name: "msg_read_4k", pureCpu: true },
  { name: "msg_read_64k", pureCpu: true },
  { name: "msg_write_4k", pureCpu: true },
  { name: "msg_write_64k", pureCpu: true },
  { name: "stat", budget: 1_400, linuxCloud: 4_084, linuxMinimal: 1_932, pureCpu: true },
  { name: "open_close", budget: 2_600, linuxCloud: 7_524, linuxMinimal: 3_454, pureCpu: true },
  { name: "open_read64_close", budget: 3_400, linuxCloud: 9_266, linuxMinimal: 4_410, pureCpu: true },
  { name: "pread_64", budget: 900, linuxCloud: 1_635, linuxMinimal: 925, pureCpu: true },
  { name: "pread_4k", budget: 1_700, linuxCloud: 2_764, linuxMinimal: 2_052, pureCpu: true },
  { name: "pread_64k", budget: 14_000, linuxCloud: 28_312, linuxMinimal: 25_158, pureCpu: true },
  { name: "pwrite_4k", budget: 2_000, linuxCloud: 3_364, linuxMinimal: 2_450, pureCpu: true },
  { name: "pwrite_64k", budget: 16_000, linuxCloud: 33_311, linuxMinimal: 28_228, pureCpu: true },
  { name: "create_close_unlink", budget: 6_000, linuxCloud: 20_249, linuxMinimal: 18_458, pureCpu: true },
  { name: "spawn_exit_wait", budget: 60_000, linuxCloud: 133_512, linuxMinimal: 121_546, pureCpu: true },
  { name: "crash_to_serving_again", pureCpu: false },
  { name: "block_read_64k", budget: 800, linuxCloud: 1_654, linuxMinimal: 843, pureCpu: false },
  { name: "disk_read_64k", budget: 2_500, linuxCloud: 4_860, linuxMinimal: 3_029, pureCpu: false },
  { name: "disk_overwrite_fsync_64k", budget: 5_000, linuxCloud: 9_385, linuxMinimal: 6_013, pureCpu: false },
  { name: "http_keep_alive", budget: 14_000, linuxCloud: 27_200, linuxMinimal: 20_100, pureCpu: false },
  { name: "http_new_connection", budget: 50_000, linuxCloud: 116_000, linuxMinimal: 77_000, pureCpu: false },
  { name: "udp_echo", budget: 9_000, linuxCloud: 17_400, linuxMinimal: 12_625, pureCpu: false },
  { name: "http_download_4k", budget: 16_000, linuxCloud: 32_000, linuxMinimal: 23_385, pureCpu: false },
  {
    name: "boot_to_user",
    budget: 2_000_000,
    sel4: 2_300_000,
    linuxCloud: 867_000_000,
    linuxMinimal: 34_000_000,
    pureCpu: false,
  },
];
