// Redirections: they change the shell's own descriptors 0–2, which a child inherits, and are undone after the command.

import { EBADF } from "../../../abi/errno";
import { O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from "../../../abi/file";
import { eprintln } from "../../lib/console";
import { close, dup2, open, STDERR } from "../../lib/fs";
import { strerror } from "../../lib/process";
import { Redirection, REDIRECT_APPEND, REDIRECT_INPUT } from "./command";

/** Stands for "was closed" in place of a saved descriptor. */
const CLOSED: i32 = -1;

class Saved {
  constructor(
    public descriptor: i32,
    public copy: i32,
  ) {}
}

function openTarget(redirection: Redirection): i32 {
  if (redirection.kind == REDIRECT_INPUT) return open(redirection.path, O_RDONLY);
  const end = redirection.kind == REDIRECT_APPEND ? O_APPEND : O_TRUNC;
  return open(redirection.path, O_WRONLY | O_CREAT | end);
}

export class Redirector {
  private saved: Saved[] = [];

  /** Does all redirections of a command. → false after a complaint; undo() is needed either way */
  apply(redirections: Redirection[]): bool {
    for (let i = 0; i < redirections.length; i++) {
      const redirection = redirections[i];
      // Descriptors above 2 are not inherited: nobody would get what was meant for them.
      const inherited = redirection.descriptor <= STDERR;
      const error = inherited ? this.applyOne(redirection) : -EBADF;
      if (error) {
        eprintln(
          `sh: ${inherited ? redirection.path : redirection.descriptor.toString()}: ${strerror(error)}`,
        );
        return false;
      }
    }
    return true;
  }

  /** Puts the shell's descriptors back, the last change first. */
  undo(): void {
    while (this.saved.length > 0) {
      const saved = this.saved.pop();
      if (saved.copy == CLOSED) {
        close(saved.descriptor);
      } else {
        dup2(saved.copy, saved.descriptor);
        close(saved.copy);
      }
    }
  }

  private applyOne(redirection: Redirection): i32 {
    const target = redirection.descriptor;
    const copy = dup2(target, -1);
    if (copy < 0 && copy != -EBADF) return copy;
    this.saved.push(new Saved(target, copy < 0 ? CLOSED : copy));
    const fd = openTarget(redirection);
    if (fd < 0 || fd == target) return min(fd, 0);
    const result = dup2(fd, target);
    close(fd);
    return min(result, 0);
  }
}
