// The text of an error number, as POSIX systems print it. For messages to people; programs compare the numbers.

import * as errno from "../../../abi/errno";

/** The text of `error`, given as errno or as -errno. */
export function strerror(error: i32): string {
  const text = processText(error < 0 ? -error : error);
  return text.length ? text : `Unknown error ${error < 0 ? -error : error}`;
}

/** Errors of processes and memory, then those of files, then those of messages; "" when none has this number. */
function processText(error: i32): string {
  switch (error) {
    case 0:
      return "Success";
    case errno.EPERM:
      return "Operation not permitted";
    case errno.ESRCH:
      return "No such process";
    case errno.EINTR:
      return "Interrupted system call";
    case errno.E2BIG:
      return "Argument list too long";
    case errno.ENOEXEC:
      return "Exec format error";
    case errno.ECHILD:
      return "No child processes";
    case errno.EAGAIN:
      return "Resource temporarily unavailable";
    case errno.ENOMEM:
      return "Cannot allocate memory";
    case errno.EFAULT:
      return "Bad address";
    case errno.EBUSY:
      return "Device or resource busy";
    case errno.EINVAL:
      return "Invalid argument";
    case errno.EDEADLK:
      return "Resource deadlock avoided";
    case errno.ENOSYS:
      return "Function not implemented";
    default:
      return fileText(error);
  }
}

function fileText(error: i32): string {
  switch (error) {
    case errno.ENOENT:
      return "No such file or directory";
    case errno.EIO:
      return "Input/output error";
    case errno.ENXIO:
      return "No such device or address";
    case errno.EBADF:
      return "Bad file descriptor";
    case errno.EACCES:
      return "Permission denied";
    case errno.EEXIST:
      return "File exists";
    case errno.EXDEV:
      return "Invalid cross-device link";
    case errno.ENODEV:
      return "No such device";
    case errno.ENOTDIR:
      return "Not a directory";
    case errno.EISDIR:
      return "Is a directory";
    case errno.ENFILE:
      return "Too many open files in system";
    case errno.EMFILE:
      return "Too many open files";
    case errno.ENOTTY:
      return "Inappropriate ioctl for device";
    case errno.EFBIG:
      return "File too large";
    case errno.ENOSPC:
      return "No space left on device";
    case errno.ESPIPE:
      return "Illegal seek";
    case errno.EROFS:
      return "Read-only file system";
    case errno.EMLINK:
      return "Too many links";
    case errno.EPIPE:
      return "Broken pipe";
    case errno.ERANGE:
      return "Result too large";
    case errno.ENAMETOOLONG:
      return "File name too long";
    case errno.ENOTEMPTY:
      return "Directory not empty";
    case errno.ELOOP:
      return "Too many levels of symbolic links";
    default:
      return messageText(error);
  }
}

function networkText(error: i32): string {
  switch (error) {
    case errno.EADDRINUSE:
      return "Address already in use";
    case errno.EADDRNOTAVAIL:
      return "Cannot assign requested address";
    case errno.ENETDOWN:
      return "Network is down";
    case errno.ENETUNREACH:
      return "Network is unreachable";
    case errno.EHOSTUNREACH:
      return "No route to host";
    case errno.ENOTCONN:
      return "Transport endpoint is not connected";
    default:
      return "";
  }
}

function messageText(error: i32): string {
  switch (error) {
    case errno.EBADMSG:
      return "Bad message";
    case errno.EOVERFLOW:
      return "Value too large for defined data type";
    case errno.EMSGSIZE:
      return "Message too long";
    case errno.ECONNRESET:
      return "Connection reset by peer";
    case errno.ETIMEDOUT:
      return "Connection timed out";
    case errno.ECONNREFUSED:
      return "Connection refused";
    default:
      return networkText(error);
  }
}
