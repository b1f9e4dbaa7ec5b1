// Texts as they were when somebody began to read them, so that who reads in pieces gets pieces of one text: a read at offset 0
// makes a text anew, one further on continues the last one of its file. Two who read the same file at once may see both.

const MAX_SNAPSHOTS: i32 = 8;

class Snapshot {
  inode: u32 = 0;
  bytes: ArrayBuffer = new ArrayBuffer(0);
  used: u64 = 0; // when, counted in reads
}

const snapshots: Snapshot[] = [];
let reads: u64 = 0;

/** The snapshot of a file, or the one that was used longest ago. */
function find(inode: u32): Snapshot {
  for (let i = 0; i < snapshots.length; i++) if (snapshots[i].inode == inode) return snapshots[i];
  if (snapshots.length < MAX_SNAPSHOTS) {
    snapshots.push(new Snapshot());
    return snapshots[snapshots.length - 1];
  }
  let oldest = snapshots[0];
  for (let i = 1; i < MAX_SNAPSHOTS; i++) if (snapshots[i].used < oldest.used) oldest = snapshots[i];
  return oldest;
}

/** Whether a read at `offset` begins a text: then it is to be given to setSnapshot(). */
export function beginsText(inode: u32, offset: u64): bool {
  return offset == 0 || find(inode).inode != inode;
}

export function setSnapshot(inode: u32, text: string): void {
  const snapshot = find(inode);
  snapshot.inode = inode;
  snapshot.bytes = String.UTF8.encode(text);
}

/** Copies up to `size` bytes from `offset` on of the file's text to `target`. → bytes */
export function readSnapshot(inode: u32, offset: u64, target: usize, size: u32): i32 {
  const snapshot = find(inode);
  snapshot.used = ++reads;
  const length = <u32>snapshot.bytes.byteLength;
  if (offset >= length) return 0;
  const count = min(size, length - <u32>offset);
  memory.copy(target, changetype<usize>(snapshot.bytes) + <usize>offset, count);
  return count;
}
