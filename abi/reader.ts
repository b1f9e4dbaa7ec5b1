// Between the loader and its readers, the processes that call the VFS so that the loader need not wait for it. A reader calls
// LOADER_READER again and again; the call brings what it has read, the answer says what to read next and may take long.
//
//   request   u32 status (0 or errno)   Stat, STAT_BYTES      windows: 0 room for a path of MAX_PATH bytes, 1 the file's bytes
//   answer    u32 what (READER_…)       path: str, or an empty str, u32 length and window 0
//
// READER_STAT wants the Stat record of the path; READER_FILE the regular file's bytes too, and the record of what was opened.

export const READER_STAT: u32 = 1;
export const READER_FILE: u32 = 2;
export const MAX_PROGRAM_BYTES: u32 = 8388608; // -EFBIG, a program's or library's file
