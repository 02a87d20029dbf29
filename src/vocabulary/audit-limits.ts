/** Limits of the audit log. Each names its unit and why it is there. */

/** Bytes of the details of one audit line, and characters of its other fields: a line is evidence, not a store. */
export const AUDIT_DETAILS_MAX_BYTES = 8_000;
export const AUDIT_TEXT_MAX_CHARS = 300;
/** Bytes after which an audit file is followed by the next. */
export const AUDIT_FILE_MAX_BYTES = 10_000_000;
/** Audit records between two signed checkpoints. */
export const AUDIT_CHECKPOINT_EVERY = 100;
/** Milliseconds that an audit line waits for other writers; after that it counts as not written. */
export const AUDIT_LOCK_WAIT_MS = 5_000;
