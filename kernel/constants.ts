// What boot/*.S and boot/*.c need to know of the kernel's structures; the toolchain turns it into kernel_constants.h.
import {
  FRAME_FULL as frameFull,
  FRAME_MESSAGE as frameMessage,
  FRAME_SYSCALL as frameSyscall,
  Thread,
} from "../core/ipc/thread";
import { KERNEL_WINDOW as kernelWindow } from "./memory/layout";

export const THREAD_FRAME: usize = offsetof<Thread>("frame");
export const THREAD_TOKEN: usize = offsetof<Thread>("token");
export const THREAD_PID: usize = offsetof<Thread>("pid");
export const THREAD_MESSAGE_PAGE: usize = offsetof<Thread>("messagePage");
export const FRAME_SYSCALL: u32 = frameSyscall;
export const FRAME_MESSAGE: u32 = frameMessage;
export const FRAME_FULL: u32 = frameFull;
export const KERNEL_WINDOW: usize = kernelWindow;
