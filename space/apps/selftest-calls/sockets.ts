// Socket calls with hostile arguments.

import {
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EBADF,
  EFAULT,
  EINVAL,
  EMFILE,
  ENOPROTOOPT,
  ENOTCONN,
  ENOTSOCK,
  EPROTONOSUPPORT,
} from "../../../abi/errno";
import { ADDRESS_SIZE, FAMILY_IPV4, OPTION_ERROR, SOCKET_DATAGRAM, SOCKET_STREAM } from "../../../abi/net";
import { MAX_FDS } from "../../../abi/limits";
import * as S from "../../../abi/syscall";
import { syscall } from "../../lib/sys";
import { expect } from "./expect";

const KERNEL: u64 = 0xffffffc000200000;
const ALL_ONES: u64 = 0xffff_ffff_ffff_ffff;
const ABOVE_4_GIB: u64 = 0x1_0000_0000;
const NULL_PAGE: u64 = 0x10;

const address: usize = memory.data(ADDRESS_SIZE, 8);
const buffer: usize = memory.data(256, 8);

function call(number: i32, a0: u64, a1: u64 = 0, a2: u64 = 0, a3: u64 = 0, a4: u64 = 0, a5: u64 = 0): i64 {
  return syscall(number, a0, a1, a2, a3, a4, a5);
}

/** Calls that take a descriptor first. */
function descriptors(): void {
  const calls: StaticArray<i32> = [
    S.SYS_BIND,
    S.SYS_CONNECT,
    S.SYS_LISTEN,
    S.SYS_ACCEPT,
    S.SYS_SEND,
    S.SYS_RECV,
    S.SYS_SHUTDOWN,
    S.SYS_GETSOCKNAME,
    S.SYS_GETPEERNAME,
    S.SYS_GETSOCKOPT,
    S.SYS_SETSOCKOPT,
    S.SYS_SOCKET_WATCH,
  ];
  for (let i = 0; i < calls.length; i++) {
    expect(`call ${calls[i]} of none`, call(calls[i], MAX_FDS, address, ADDRESS_SIZE), EBADF);
    expect(`call ${calls[i]} of -1`, call(calls[i], ALL_ONES, KERNEL, ALL_ONES, ALL_ONES), EBADF);
    expect(`call ${calls[i]} of a file`, call(calls[i], 1, address, ADDRESS_SIZE), ENOTSOCK);
  }
}

function creation(): void {
  expect("socket of all ones", call(S.SYS_SOCKET, ALL_ONES, ALL_ONES, ALL_ONES), EINVAL);
  expect("socket of no family", call(S.SYS_SOCKET, 99, SOCKET_STREAM), EAFNOSUPPORT);
  expect("socket of no type", call(S.SYS_SOCKET, FAMILY_IPV4, 99), EINVAL);
  expect("socket of no protocol", call(S.SYS_SOCKET, FAMILY_IPV4, SOCKET_STREAM, 99), EPROTONOSUPPORT);
}

function ranges(fd: u64): void {
  const bad: StaticArray<u64> = [NULL_PAGE, KERNEL, ABOVE_4_GIB, ALL_ONES];
  for (let i = 0; i < bad.length; i++) {
    const at = bad[i];
    expect(`bind ${at}`, call(S.SYS_BIND, fd, at, ADDRESS_SIZE), EFAULT);
    expect(`connect ${at}`, call(S.SYS_CONNECT, fd, at, ADDRESS_SIZE), EFAULT);
    expect(`send ${at}`, call(S.SYS_SEND, fd, at, 1000), EFAULT);
    expect(`send to ${at}`, call(S.SYS_SEND, fd, buffer, 1, 0, at, ADDRESS_SIZE), EFAULT);
    expect(`recv ${at}`, call(S.SYS_RECV, fd, at, 1000), EFAULT);
    expect(`recv from ${at}`, call(S.SYS_RECV, fd, buffer, 1, 0, at, ADDRESS_SIZE), EFAULT);
    expect(`name ${at}`, call(S.SYS_GETSOCKNAME, fd, at), EFAULT);
    expect(`wait ${at}`, call(S.SYS_SOCKET_WAIT, at, 256, 0), EFAULT);
  }
  expect("bind with another size", call(S.SYS_BIND, fd, address, ADDRESS_SIZE - 1), EINVAL);
  expect("bind to no family", call(S.SYS_BIND, fd, address, ADDRESS_SIZE), EAFNOSUPPORT);
  store<u64>(address, (<u64>FAMILY_IPV4) | (80 << 16));
  store<u64>(address, 0xffff_0102_0304, 16);
  expect("bind to another's", call(S.SYS_BIND, fd, address, ADDRESS_SIZE), EADDRNOTAVAIL);
  store<u64>(address, 1, 8);
  expect("bind to IPv6", call(S.SYS_BIND, fd, address, ADDRESS_SIZE), EAFNOSUPPORT);
  expect("wait for less", call(S.SYS_SOCKET_WAIT, buffer, 255, 0), EINVAL);
}

function values(fd: u64): void {
  expect("send with flags", call(S.SYS_SEND, fd, buffer, 1, 0x8000), EINVAL);
  expect("recv with flags", call(S.SYS_RECV, fd, buffer, 1, ALL_ONES), EINVAL);
  expect("send before connect", call(S.SYS_SEND, fd, buffer, 1), ENOTCONN);
  expect("recv before connect", call(S.SYS_RECV, fd, buffer, 1), ENOTCONN);
  expect("accept before listen", call(S.SYS_ACCEPT, fd), EINVAL);
  expect("shutdown before connect", call(S.SYS_SHUTDOWN, fd, 1), ENOTCONN);
  expect("shutdown of what", call(S.SYS_SHUTDOWN, fd, 3), EINVAL);
  expect("no peer", call(S.SYS_GETPEERNAME, fd, address), ENOTCONN);
  expect("option 99", call(S.SYS_GETSOCKOPT, fd, 99), ENOPROTOOPT);
  expect("option beyond", call(S.SYS_SETSOCKOPT, fd, ABOVE_4_GIB, 1), EINVAL);
  expect("value beyond", call(S.SYS_SETSOCKOPT, fd, 1, ABOVE_4_GIB), EINVAL);
  expect("option that is read only", call(S.SYS_SETSOCKOPT, fd, OPTION_ERROR, 1), ENOPROTOOPT);
}

/** All descriptors become sockets; the next is -EMFILE; closed, they can be had again. */
function exhaustion(): void {
  let opened: i64 = 0;
  let last: i64 = 0;
  while (last >= 0) {
    last = call(S.SYS_SOCKET, FAMILY_IPV4, SOCKET_DATAGRAM);
    if (last >= 0) opened = last;
  }
  expect("one socket too many", last, EMFILE);
  for (let fd = opened; fd >= 3; fd--) call(S.SYS_CLOSE, fd);
}

export function sockets(): void {
  descriptors();
  creation();
  const fd = call(S.SYS_SOCKET, FAMILY_IPV4, SOCKET_STREAM);
  ranges(fd);
  values(fd);
  call(S.SYS_CLOSE, fd);
  exhaustion();
}
