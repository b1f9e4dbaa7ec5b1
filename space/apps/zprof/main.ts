import { ipcCallService, request } from "../../lib/hnx_ipc";
import { O_CREAT, O_RDWR, Stat, close, open, pread, pwrite, stat } from "../../lib/fs";
import { getppid } from "../../lib/process";
const buffer: usize = memory.data(65536, 16);
const result = new Stat();
export function main(): i32 {
  const fd = open("/tmp/x", O_RDWR | O_CREAT);
  pwrite(fd, buffer, 65536, 0);
  for (let i = 0; i < 5; i++) pread(fd, buffer, 64, 0);
  for (let i = 0; i < 5; i++) stat("/tmp/x", result);
  for (let i = 0; i < 5; i++) ipcCallService(1, request(1));
  getppid();
  pread(fd, buffer, 64, 0);
  getppid();
  stat("/tmp/x", result);
  getppid();
  close(open("/tmp/x"));
  return 0;
}
