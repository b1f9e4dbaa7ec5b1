// The calls of VfsClient (client.ts) on Node's fs in a temporary folder: what posix.test.ts compares with.
// Results as there: values ≥ 0 or -errno. Paths are relative to the folder `base`.

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  O_ACCESS_MODE,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
} from "../../../abi/file.ts";

const C = fs.constants;
const FLAGS: [number, number][] = [
  [O_CREAT, C.O_CREAT],
  [O_EXCL, C.O_EXCL],
  [O_TRUNC, C.O_TRUNC],
  [O_APPEND, C.O_APPEND],
  [O_DIRECTORY, C.O_DIRECTORY],
  [O_NOFOLLOW, C.O_NOFOLLOW],
];

function hostFlags(flags: number): number {
  const access = flags & O_ACCESS_MODE;
  const first = access === O_RDONLY ? C.O_RDONLY : access === O_WRONLY ? C.O_WRONLY : C.O_RDWR;
  return FLAGS.reduce((all, [ours, theirs]) => (flags & ours ? all | theirs : all), first);
}

/** What `call` returns, or -errno of the error that it throws. */
function attempt<T>(call: () => T): T | number {
  try {
    return call();
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    if (errno === undefined) throw error;
    return errno;
  }
}

const done = (call: () => void): number =>
  attempt(() => {
    call();
    return 0;
  });

export class HostFiles {
  private readonly folder = fs.mkdtempSync(path.join(tmpdir(), "hnx-posix-"));
  /** Paths can leave `base` by one "..", and then are still in a folder of the test's own. */
  private readonly base = `${this.folder}/outer/base`;
  private readonly opened = new Set<number>();

  constructor() {
    fs.mkdirSync(this.base, { recursive: true });
  }

  /** Closes and removes everything. */
  end(): void {
    for (const fd of this.opened) fs.closeSync(fd);
    fs.rmSync(this.folder, { recursive: true });
  }

  /** Not path.join, which would take "." and "//" out. */
  private at(name: string): string {
    return `${this.base}/${name}`;
  }

  open(name: string, flags: number, mode: number): number {
    const fd = attempt(() => fs.openSync(this.at(name), hostFlags(flags), mode));
    if (fd >= 0) this.opened.add(fd);
    return fd;
  }
  close(fd: number): number {
    this.opened.delete(fd);
    return done(() => fs.closeSync(fd));
  }
  read(fd: number, length: number, position: number | undefined): number | Buffer {
    const bytes = Buffer.alloc(length);
    const count = attempt(() => fs.readSync(fd, bytes, 0, length, position ?? null));
    return count < 0 ? count : bytes.subarray(0, count);
  }
  write(fd: number, bytes: Buffer, position: number | undefined): number {
    return attempt(() => fs.writeSync(fd, bytes, 0, bytes.length, position ?? null));
  }
  fstat(fd: number): fs.Stats | number {
    return attempt(() => fs.fstatSync(fd));
  }
  stat(name: string): fs.Stats | number {
    return attempt(() => fs.statSync(this.at(name)));
  }
  lstat(name: string): fs.Stats | number {
    return attempt(() => fs.lstatSync(this.at(name)));
  }
  readlink(name: string): string | number {
    return attempt(() => fs.readlinkSync(this.at(name)));
  }
  list(name: string): string[] | number {
    return attempt(() => fs.readdirSync(this.at(name)).sort());
  }
  mkdir(name: string, mode: number): number {
    return done(() => fs.mkdirSync(this.at(name), { mode }));
  }
  rmdir(name: string): number {
    return done(() => fs.rmdirSync(this.at(name)));
  }
  unlink(name: string): number {
    return done(() => fs.unlinkSync(this.at(name)));
  }
  rename(from: string, to: string): number {
    return done(() => fs.renameSync(this.at(from), this.at(to)));
  }
  link(from: string, to: string): number {
    return done(() => fs.linkSync(this.at(from), this.at(to)));
  }
  symlink(text: string, name: string): number {
    return done(() => fs.symlinkSync(text, this.at(name)));
  }
  truncate(name: string, size: number): number {
    return done(() => fs.truncateSync(this.at(name), size));
  }
  ftruncate(fd: number, size: number): number {
    return done(() => fs.ftruncateSync(fd, size));
  }
  chmod(name: string, mode: number): number {
    return done(() => fs.chmodSync(this.at(name), mode));
  }
  utimes(name: string, seconds: number): number {
    return done(() => fs.utimesSync(this.at(name), seconds, seconds));
  }
}
