// Redirections: they change the shell's own descriptors 0–2, which a child inherits, and are undone after the command.

import { EBADF } from "../../../abi/errno";
import { O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from "../../../abi/file";
import { eprintln } from "../../lib/console";
import { close, dup2, open, STDERR } from "../../lib/fs";
import { strerror } from "../../lib/process";
import { Redirection, REDIRECT_APPEND, REDIRECT_COPY, REDIRECT_INPUT } from "./command";
import { Expander } from "./expand";
import { Variables } from "./variables";

/** Stands for "was closed" in place of a saved descriptor. */
const CLOSED: i32 = -1;
/** `2>&-`: close it. */
const NONE = "-";

class Saved {
  constructor(
    public descriptor: i32,
    public copy: i32,
  ) {}
}

function openTarget(kind: i32, path: string): i32 {
  if (kind == REDIRECT_INPUT) return open(path, O_RDONLY);
  const end = kind == REDIRECT_APPEND ? O_APPEND : O_TRUNC;
  return open(path, O_WRONLY | O_CREAT | end);
}

/** The descriptor that the target of n>&m names, or -EBADF. Above 2 are the shell's own. */
function namedDescriptor(target: string): i32 {
  if (target.length != 1) return -EBADF;
  const descriptor = target.charCodeAt(0) - 0x30;
  return descriptor < 0 || descriptor > STDERR ? -EBADF : descriptor;
}

export class Redirector {
  private saved: Saved[] = [];

  constructor(private variables: Variables) {}

  /** Does all redirections of a command. → false after a complaint; undo() is needed either way */
  apply(redirections: Redirection[]): bool {
    for (let i = 0; i < redirections.length; i++) {
      const redirection = redirections[i];
      const expander = new Expander(this.variables);
      const target = expander.expandOne(redirection.target);
      // Descriptors above 2 are not inherited: nobody would get what was meant for them.
      const isInherited = redirection.descriptor <= STDERR;
      let error = -EBADF;
      if (!expander.error.length && isInherited) error = this.applyOne(redirection, target);
      if (!error) continue;
      const subject = isInherited ? target : redirection.descriptor.toString();
      eprintln(`sh: ${expander.error.length ? expander.error : `${subject}: ${strerror(error)}`}`);
      return false;
    }
    return true;
  }

  /** `target` names what `fd` does until undo(). → 0 or -errno */
  place(fd: i32, target: i32): i32 {
    const error = this.save(target);
    return error ? error : min(dup2(fd, target), 0);
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

  private save(target: i32): i32 {
    const copy = dup2(target, -1);
    if (copy < 0 && copy != -EBADF) return copy;
    this.saved.push(new Saved(target, copy < 0 ? CLOSED : copy));
    return 0;
  }

  private applyOne(redirection: Redirection, word: string): i32 {
    const target = redirection.descriptor;
    if (redirection.kind == REDIRECT_COPY && word != NONE) {
      const source = namedDescriptor(word);
      return source < 0 ? source : this.place(source, target);
    }
    const error = this.save(target);
    if (error) return error;
    if (redirection.kind == REDIRECT_COPY) {
      close(target);
      return 0;
    }
    const fd = openTarget(redirection.kind, word);
    if (fd < 0 || fd == target) return min(fd, 0);
    const result = dup2(fd, target);
    close(fd);
    return min(result, 0);
  }
}
