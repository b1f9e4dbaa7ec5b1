// Results of a job's steps that are none yet: below every value and every -errno.

/** The job's path names another file, which is wanted. */
export const MORE: i64 = i64.MIN_VALUE + 1;
/** The file itself is wanted. */
export const UNKNOWN: i64 = i64.MIN_VALUE + 2;
