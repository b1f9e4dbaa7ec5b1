// What a child shall have other than every child has (abi/spawn.ts): descriptors, rights and limits, for spawnWith().
//
//   const attributes = new SpawnAttributes().descriptor(1, out).deny(EPID_NETWORK).memoryPages(16);
//   const pid = spawnWith("/bin/cat", ["cat"], attributes);

import { EINVAL, ENAMETOOLONG, ENOEXEC } from "../../../abi/errno";
import { ARGUMENT_BLOCK_SIZE } from "../../../abi/program";
import {
  MAX_SPAWN_DESCRIPTORS,
  SPAWN_ATTRIBUTES_SIZE,
  SPAWN_DENY,
  SPAWN_DENY_AT,
  SPAWN_DESCRIPTORS,
  SPAWN_DESCRIPTORS_AT,
  SPAWN_DESCRIPTOR_COUNT_AT,
  SPAWN_FLAGS_AT,
  SPAWN_KEEP,
  SPAWN_MEMORY,
  SPAWN_MEMORY_AT,
  SPAWN_MESSAGE_PRIORITY,
  SPAWN_MESSAGE_PRIORITY_AT,
  SPAWN_PRIORITY,
  SPAWN_PRIORITY_AT,
  SPAWN_QUOTAS,
  SPAWN_QUOTAS_AT,
  SPAWN_QUOTA_COUNT,
} from "../../../abi/spawn";
import { SYS_SPAWN_SERVICE } from "../../../abi/syscall";
import { syscall } from "../sys";
import { buildArguments } from "./arguments";
import { absolutePath } from "./current_directory";
import { pathBytes, pathSize } from "./process";
import { MAX_SCRIPTS, interpreterOf } from "./script";

const DESCRIPTOR_PAIR: u32 = 4;
const WORDS: i32 = 18; // SPAWN_ATTRIBUTES_SIZE / 4

export class SpawnAttributes {
  private readonly record: StaticArray<u32> = new StaticArray<u32>(WORDS);
  private tooMany: bool = false;

  private at(offset: u32): usize {
    return changetype<usize>(this.record) + offset;
  }

  private setFlag(flag: u32): SpawnAttributes {
    store<u32>(this.at(SPAWN_FLAGS_AT), load<u32>(this.at(SPAWN_FLAGS_AT)) | flag);
    return this;
  }

  /** Thread priority, at most our own. */
  priority(value: u32): SpawnAttributes {
    store<u32>(this.at(SPAWN_PRIORITY_AT), value);
    return this.setFlag(SPAWN_PRIORITY);
  }

  /** The highest message priority that it may send with, at most our own. */
  messagePriority(value: u32): SpawnAttributes {
    store<u32>(this.at(SPAWN_MESSAGE_PRIORITY_AT), value);
    return this.setFlag(SPAWN_MESSAGE_PRIORITY);
  }

  /** The largest linear memory it may have, 64 KiB pages. */
  memoryPages(count: u32): SpawnAttributes {
    store<u32>(this.at(SPAWN_MEMORY_AT), count);
    return this.setFlag(SPAWN_MEMORY);
  }

  /** It may not send to well-known endpoint `epid`. */
  deny(epid: u32): SpawnAttributes {
    store<u32>(this.at(SPAWN_DENY_AT), load<u32>(this.at(SPAWN_DENY_AT)) | (1 << epid));
    return this.setFlag(SPAWN_DENY);
  }

  /** Lowers one of its quotas (QUOTA_… of abi/construct.ts). */
  quota(which: u32, limit: u32): SpawnAttributes {
    const isFirst = (load<u32>(this.at(SPAWN_FLAGS_AT)) & SPAWN_QUOTAS) == 0;
    for (let i: u32 = 0; i < SPAWN_QUOTA_COUNT && isFirst; i++)
      store<u32>(this.at(SPAWN_QUOTAS_AT + (i << 2)), SPAWN_KEEP);
    if (which == 0 || which > SPAWN_QUOTA_COUNT) this.tooMany = true;
    else store<u32>(this.at(SPAWN_QUOTAS_AT + ((which - 1) << 2)), limit);
    return this.setFlag(SPAWN_QUOTAS);
  }

  /** Its descriptor `fd` names what our `own` does. With this it has the named ones and no others, 0–2 included. */
  descriptor(fd: u32, own: u32): SpawnAttributes {
    const count = load<u32>(this.at(SPAWN_DESCRIPTOR_COUNT_AT));
    if (count == MAX_SPAWN_DESCRIPTORS || fd > <u32>u16.MAX_VALUE || own > <u32>u16.MAX_VALUE) {
      this.tooMany = true;
      return this;
    }
    const pair = this.at(SPAWN_DESCRIPTORS_AT + count * DESCRIPTOR_PAIR);
    store<u16>(pair, <u16>fd);
    store<u16>(pair, <u16>own, 2);
    store<u32>(this.at(SPAWN_DESCRIPTOR_COUNT_AT), count + 1);
    return this.setFlag(SPAWN_DESCRIPTORS);
  }

  /** It has no descriptors at all. */
  noDescriptors(): SpawnAttributes {
    return this.setFlag(SPAWN_DESCRIPTORS);
  }

  /** Writes the record to `target`. 0, or -EINVAL: something that was asked for does not fit */
  write(target: usize): i32 {
    memory.copy(target, this.at(0), SPAWN_ATTRIBUTES_SIZE);
    return this.tooMany ? -EINVAL : 0;
  }
}

let block: usize = 0; // attributes and argument block, got when first needed

/** `spawn` with attributes. → process id; as spawn(), and -EPERM: more than we have, -EBADF: a descriptor, -EINVAL */
export function spawnWith(path: string, argv: string[], attributes: SpawnAttributes): i32 {
  let pid = spawnProgram(path, argv, attributes);
  for (let i: u32 = 0; i < MAX_SCRIPTS && pid == -ENOEXEC; i++) {
    argv = interpreterOf(path, argv);
    if (!argv.length) break;
    path = argv[0];
    pid = spawnProgram(path, argv, attributes);
  }
  return pid;
}

function spawnProgram(path: string, argv: string[], attributes: SpawnAttributes): i32 {
  const name = pathBytes(absolutePath(path));
  if (!name) return -ENAMETOOLONG;
  if (!block) block = heap.alloc(SPAWN_ATTRIBUTES_SIZE + ARGUMENT_BLOCK_SIZE);
  const status = attributes.write(block);
  if (status < 0) return status;
  const size = buildArguments(argv, block + SPAWN_ATTRIBUTES_SIZE);
  if (size < 0) return size;
  const total = SPAWN_ATTRIBUTES_SIZE + <u32>size;
  return <i32>syscall(SYS_SPAWN_SERVICE, name, pathSize, block, total, SPAWN_ATTRIBUTES_SIZE, 0);
}
